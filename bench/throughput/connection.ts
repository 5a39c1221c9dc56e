import { once } from 'node:events';
import { connect } from 'node:net';

/** One request at a time; an HTTP client would take several times the processor time, beside a floor with next to none. */
export interface Connection {
  /**
   * @returns the body of the answer
   * @throws if it is not 200 with a `Content-Length`, or takes longer than a minute
   */
  ask(request: Buffer): Promise<Buffer>;
  close(): void;
}

const ANSWER_MS = 60_000;
const NOTHING = Buffer.alloc(0);

export async function connectTo(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let received: Buffer = NOTHING;
  let waiting: Waiting | undefined;
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error(`no answer within ${ANSWER_MS} ms`)));
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    try {
      const body = bodyOf(received);
      if (body === undefined) return;
      received = NOTHING;
      waiting?.resolve(body);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('the connection was closed')));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

interface Waiting {
  readonly resolve: (body: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** `undefined` while some of it is still on its way. */
function bodyOf(received: Buffer): Buffer | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const length = /^HTTP\/1\.1 200 .*\ncontent-length: (\d+)/is.exec(head)?.[1];
  if (length === undefined)
    throw new Error(`needed 200 with a length, got ${received.toString('utf8', 0, 500)}`);
  const body = received.subarray(headEnd + 4);
  return body.length < Number(length) ? undefined : body;
}

/** A request as it is sent. */
export function requestTo(url: string, body: string): Buffer {
  const head = [
    'POST /graphql HTTP/1.1',
    `Host: ${new URL(url).host}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
