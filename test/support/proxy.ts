import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Agent, request } from 'undici';

/** What the proxy answers instead of passing a call on. */
export interface FaultyAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

export interface Proxy extends AsyncDisposable {
  readonly url: string;
}

/** Stands between gateway and emulator; passes every call on but those for which `fault` has an answer, as soon as it says so. */
export async function startProxy(
  upstream: () => string,
  fault: (call: {
    readonly method: string;
    readonly url: string;
    readonly body: string;
    readonly headers: IncomingHttpHeaders;
  }) => FaultyAnswer | undefined | Promise<FaultyAnswer | undefined>,
): Promise<Proxy> {
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const call = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      body: body.toString(),
      headers: incoming.headers,
    };
    const faulty = await fault(call);
    const answer = faulty ?? (await passOn(upstream(), incoming, body));
    outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    outgoing.end(answer.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const dispatcher = new Agent();

async function passOn(upstream: string, incoming: IncomingMessage, body: Buffer): Promise<FaultyAnswer> {
  const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = incoming.headers;
  const answer = await request(`${upstream}${incoming.url}`, {
    dispatcher,
    method: incoming.method as 'GET',
    headers: headers as Record<string, string>,
    body: body.length > 0 ? body : null,
  });
  return { status: answer.statusCode, body: await answer.body.text() };
}
