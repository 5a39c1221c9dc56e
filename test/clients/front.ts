import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** Answers in place of the gateway. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void;

export interface Front extends AsyncDisposable {
  readonly url: string;
  /** `METHOD path` of every request, without its query. */
  readonly requests: readonly string[];
  /** One for each of the next requests; after them, requests reach the gateway. */
  readonly faults: Fault[];
}

/** A proxy before a gateway, as a client meets them: it has pages of its own, and loses connections. */
export async function startFront(upstream: string): Promise<Front> {
  const requests: string[] = [];
  const faults: Fault[] = [];
  const server = createServer((incoming, response) => {
    requests.push(`${incoming.method} ${incoming.url?.replace(/\?.*/, '')}`);
    // A browser asks whether it may ask.
    const fault = incoming.method === 'OPTIONS' ? undefined : faults.shift();
    if (fault === undefined) pass(upstream, incoming, response, (answer) => answer.pipe(response));
    else fault(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('needed a TCP address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    faults,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function pass(
  upstream: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  use: (answer: IncomingMessage) => void,
): void {
  const { method, headers, url = '' } = incoming;
  const outgoing = request(upstream + url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    use(answer);
  });
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/** Lets pages of any origin read the answer. */
const ANY_PAGE = { 'access-control-allow-origin': '*' };

/** Any answer. */
export function answer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = { 'content-type': 'text/html' },
): Fault {
  return (incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.writeHead(status, { ...ANY_PAGE, ...headers }).end(body));
  };
}

/** The error of a gateway. */
export function refusal(status: number, code: string, more: Readonly<Record<string, unknown>> = {}): Fault {
  const extensions = { code, retryable: true, ...more };
  return answer(status, JSON.stringify({ errors: [{ message: 'refused here', extensions }] }), {
    'content-type': 'application/json',
  });
}

/** Events, and then nothing more, with the connection open. */
export function events(text: string, thenEnds = true): Fault {
  return (incoming, response) => {
    incoming.resume();
    response.writeHead(200, { ...ANY_PAGE, 'content-type': 'text/event-stream' }).write(text);
    if (thenEnds) response.end();
  };
}

/** Takes the request and says nothing. */
export const silence: Fault = (incoming) => void incoming.resume();

/** Lets the gateway carry the request out, and loses the answer. */
export function loseAnswer(upstream: string): Fault {
  return (incoming, response) => {
    const { method, headers, url = '' } = incoming;
    const outgoing = request(upstream + url, { method, headers }, (received) => {
      received.resume();
      received.on('end', () => response.destroy());
    });
    incoming.pipe(outgoing);
  };
}

/** Lets so many bytes of the gateway's answer through, and cuts the connection. */
export function cutAfter(bytes: number, upstream: string): Fault {
  return (incoming, response) =>
    pass(upstream, incoming, response, (received) => {
      let left = bytes;
      received.on('data', (chunk: Buffer) => {
        response.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) response.destroy();
      });
      received.on('end', () => response.end());
    });
}
