import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FaultyGong extends AsyncDisposable {
  readonly url: string;
  /** How many times it struck. */
  readonly strikes: number;
  /** Resolves when so many bytes of uploads have come in all, heads included. */
  hasReceived(bytes: number): Promise<void>;
  /** Ends all connections. */
  hangUp(): void;
}

export interface Fault {
  /** Resets the connection once so many bytes of an upload have come. */
  readonly resetAfterBytes?: number;
  /** Sent before the reset: an answer to what has not come in full. */
  readonly earlyAnswer?: string;
  /** Lets the upload through and resets the connection in place of its answer. */
  readonly loseAnswer?: true;
  readonly times: number;
}

/** Passes bytes on to the emulator as they are, and breaks connections that carry an upload, a number of times. */
export async function startFaultyGong(upstream: () => string, fault: Fault): Promise<FaultyGong> {
  let strikes = 0;
  let received = 0;
  let onReceived = () => {};
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(Number(new URL(upstream()).port), '127.0.0.1');
    let uploadBytes = -1;
    const strike = () => {
      strikes += 1;
      if (fault.earlyAnswer === undefined) client.resetAndDestroy();
      else client.end(fault.earlyAnswer);
      target.destroy();
    };
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
    client.on('data', (chunk) => {
      if (uploadBytes < 0 && /^POST \S*entities\?/.test(chunk.toString('latin1'))) uploadBytes = 0;
      if (uploadBytes >= 0) {
        uploadBytes += chunk.length;
        received += chunk.length;
        onReceived();
      }
      if (strikes < fault.times && uploadBytes > (fault.resetAfterBytes ?? Infinity)) strike();
      else target.write(chunk);
    });
    target.on('data', (chunk) => {
      if (strikes < fault.times && uploadBytes >= 0 && fault.loseAnswer) strike();
      else client.write(chunk);
      uploadBytes = -1;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get strikes() {
      return strikes;
    },
    async hasReceived(bytes) {
      while (received < bytes) {
        await new Promise<void>((resolve) => {
          onReceived = resolve;
        });
      }
    },
    hangUp() {
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
