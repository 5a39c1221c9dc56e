import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createGongClient } from '../../src/gong/client.js';
import type { GongCall, GongClient, GongClientSettings } from '../../src/gong/types.js';
import type { Redis } from '../../src/redis/connection.js';

export const INTEGRATION = '5517027188234206123';

export interface ReceivedCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `performance.now()` when the request's headers had been read. */
  readonly arrivedAt: number;
  /** The number of the connection, from 1. */
  readonly connection: number;
}

export interface Upstream extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
}

type Answer = (call: ReceivedCall, response: ServerResponse, request: IncomingMessage) => unknown;

/** Stands in for Gong: answers with `answer` and records what it received. */
export async function startUpstream(answer: Answer): Promise<Upstream> {
  const calls: ReceivedCall[] = [];
  const connections = new Map<Socket, number>();
  const server = createServer(async (request, response) => {
    const arrivedAt = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call: ReceivedCall = {
      method: request.method ?? '',
      url: new URL(request.url ?? '', 'http://upstream'),
      headers: request.headers,
      body: Buffer.concat(chunks),
      arrivedAt,
      connection: connections.get(request.socket) ?? 0,
    };
    calls.push(call);
    await answer(call, response, request);
  });
  server.on('connection', (socket) => connections.set(socket, connections.size + 1));
  return {
    url: await listen(server),
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface StreamedUpstream extends AsyncDisposable {
  readonly url: string;
  /** The number of bytes in all bodies so far. */
  bytes(): number;
}

/** Stands in for Gong: accepts every call, keeps nothing, and reads on when `onChunk` is done. */
export async function startStreamedUpstream(
  onChunk: (chunk: Buffer) => Promise<void>,
): Promise<StreamedUpstream> {
  let bytes = 0;
  const server = createServer(async (request, response) => {
    try {
      for await (const chunk of request) {
        bytes += chunk.length;
        await onChunk(chunk);
      }
    } catch {
      // The sender has disconnected.
      return;
    }
    json(response, request.method === 'POST' ? 201 : 200, {
      requestId: 'r',
      clientRequestId: new URL(request.url ?? '', 'http://upstream').searchParams.get('clientRequestId'),
      integrations: [],
      objectTypeToSelectedFields: {},
    });
  });
  return {
    url: await listen(server),
    bytes: () => bytes,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A server that speaks below HTTP. `serve` is given each connection. */
export async function startRawUpstream(serve: (socket: Socket, connection: number) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket, sockets.size);
  });
  return {
    url: await listen(server),
    connections: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('needed a TCP address');
  return `http://127.0.0.1:${address.port}`;
}

export function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The most arrivals within any sliding second. */
export function busiestSecond(arrivals: readonly number[]): number {
  return Math.max(
    ...arrivals.map((start) => arrivals.filter((at) => at >= start && at < start + 1_000).length),
  );
}

export interface TestClient extends AsyncDisposable {
  readonly client: GongClient;
  /** Every attempt that got a permit. */
  readonly attempts: readonly GongCall[];
  /** Every line of the log, as JSON. */
  readonly log: readonly string[];
}

export const SECRET = 'canary-secret-41c7';

/** A client with settings for tests: no limit of calls, 5 s. */
export function startClient(
  baseUrl: string,
  settings: Partial<GongClientSettings> = {},
  redis?: Redis,
): TestClient {
  const attempts: GongCall[] = [];
  const log: string[] = [];
  const write = (level: string) => (fields: object, message: string) => {
    log.push(JSON.stringify({ level, ...fields, message }));
  };
  const client = createGongClient(
    {
      baseUrl,
      credentials: { kind: 'basic', accessKey: 'canary-key', accessKeySecret: SECRET },
      dialect: 'current',
      timeoutMs: 5_000,
      uploadTimeoutMs: 10_000,
      maxResponseBytes: 1_000_000,
      callsPerSecond: 0,
      callsPerDay: 0,
      pollDayShare: 50,
      callerDayShare: 100,
      queueMaxPerCaller: 100,
      probeAfterMs: 60_000,
      breakerOpenMs: 30_000,
      replicas: 1,
      queueMaxMs: 10_000,
      ...settings,
    },
    {
      logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
      onCall: (call) => attempts.push(call),
      redis,
    },
  );
  return { client, attempts, log, [Symbol.asyncDispose]: () => client.close() };
}
