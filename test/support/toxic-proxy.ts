import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to the bytes on their way, in each direction by itself. */
export interface Toxics {
  /** Before each piece goes on. */
  readonly latencyMs?: number;
  /** How many bytes go on in a second. */
  readonly bytesPerSecond?: number;
  /** Pieces of this size, each by itself. */
  readonly sliceBytes?: number;
  /** After so many bytes of a connection nothing goes on, and nothing is said. */
  readonly blackHoleAfter?: number;
  /** After so many bytes of a connection it is reset. */
  readonly resetAfter?: number;
  /** After so many bytes of a connection it ends in good order, in the middle of whatever it was. */
  readonly cutAfter?: number;
}

export interface ToxicProxy extends AsyncDisposable {
  readonly url: string;
  /** From now on, for connections old and new. */
  poison(toxics: { readonly up?: Toxics; readonly down?: Toxics }): void;
  /** How many connections there have been. */
  readonly connections: () => number;
}

/** Stands between gateway and emulator and passes bytes on, not requests: faults of the network, not of a server. */
export async function startToxicProxy(upstream: () => string): Promise<ToxicProxy> {
  let up: Toxics = {};
  let down: Toxics = {};
  let count = 0;
  const sockets = new Set<Socket>();

  const server = createServer({ allowHalfOpen: true }, (client) => {
    count += 1;
    const { hostname, port } = new URL(upstream());
    const target = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    const broken = () => undefined;
    pass(client, target, () => up).catch(broken);
    pass(target, client, () => down).catch(broken);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('needed a TCP address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    poison(toxics) {
      up = toxics.up ?? {};
      down = toxics.down ?? {};
    },
    connections: () => count,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function pass(from: Socket, to: Socket, toxics: () => Toxics): Promise<void> {
  let passed = 0;
  for await (const chunk of from) {
    const bytes = Buffer.from(chunk);
    for (let start = 0; start < bytes.length; ) {
      const {
        latencyMs,
        bytesPerSecond,
        sliceBytes = 65_536,
        blackHoleAfter,
        resetAfter,
        cutAfter,
      } = toxics();
      const most = Math.min(
        ...[blackHoleAfter, resetAfter, cutAfter].map((limit) => limit ?? Number.POSITIVE_INFINITY),
      );
      const piece = bytes.subarray(start, start + Math.min(sliceBytes, Math.max(0, most - passed)));
      if (latencyMs !== undefined) await sleep(latencyMs);
      if (bytesPerSecond !== undefined) await sleep((piece.length / bytesPerSecond) * 1_000);
      if (piece.length > 0 && !to.write(piece)) await once(to, 'drain');
      passed += piece.length;
      start += piece.length;
      if (passed < most) continue;
      if (resetAfter === most) {
        from.resetAndDestroy();
        to.resetAndDestroy();
        return;
      }
      if (cutAfter === most) {
        from.end();
        to.end();
        return;
      }
      // What comes is swallowed.
      start = bytes.length;
    }
  }
  to.end();
}
