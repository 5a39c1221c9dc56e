import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type ExecutionArgs, GraphQLError, type GraphQLSchema } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticator } from '../../auth/authenticator.js';
import { ANONYMOUS, callerKey } from '../../auth/caller.js';
import { ERROR_KINDS, GatewayError } from '../../errors.js';
import type { Tenants } from '../../tenants/tenants.js';
import type { OperationContexts } from '../context.js';
import { type AllowedHosts, hostRefusal, isAllowedHost } from '../http/hosts.js';
import type { UnreadAnswers } from '../http/unread-answers.js';
import { mergeProblems } from '../operations/errors.js';
import type { OperationRequest, Operations, Results } from '../operations/prepare.js';
import { atExpiry } from './expiring.js';
import { asksForWebSocket, ignoreUpgrade } from './ignored-upgrades.js';
import type { Place, StreamLimits, StreamSettings } from './limits.js';
import { isAllowedOrigin } from './origin.js';
import { runStreamed } from './run.js';
import { type SocketSession, serveSocket, TRY_AGAIN_LATER } from './websocket-connection.js';

export interface StreamDeps {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly contexts: OperationContexts;
  readonly authenticator: Authenticator;
  readonly tenants: Pick<Tenants, 'accepts'>;
  readonly limits: StreamLimits;
  readonly settings: StreamSettings;
  /** Of browser pages, besides the gateway's own. */
  readonly origins: readonly string[];
  readonly hosts: AllowedHosts;
  /** Where what a socket's client has not read yet counts. */
  readonly unread: UnreadAnswers;
}

/** For who is told to go away: until then the socket's closing handshake must be over. */
const GOODBYE_MS = 500;

/** GraphQL over WebSocket at `path`, in the graphql-transport-ws protocol. */
export function registerWebSocket(app: FastifyInstance, path: string, deps: StreamDeps): void {
  const { limits, settings, origins, hosts } = deps;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: settings.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const protocol = createProtocol(deps);
  const alive = new WeakSet<WebSocket>();
  let closing = false;

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!asksForWebSocket(request)) return ignoreUpgrade(app.server, request, socket, head);
    socket.on('error', () => undefined);
    const place = placeFor(request);
    if (place instanceof GatewayError) return refuse(socket, place);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      alive.add(webSocket);
      webSocket.on('pong', () => alive.add(webSocket));
      serveSocket(webSocket, protocol, settings, {
        // Takes the place of a request's id: a socket's operations are told together.
        logger: app.log.child({ reqId: randomUUID() }),
        caller: null,
        place,
        unread: deps.unread,
        headers: request.headers,
        close: (code, reason) => webSocket.close(code, reason),
        onClosed: (callback) => webSocket.once('close', callback),
      });
    });

    function placeFor({ url, headers }: IncomingMessage): Place | GatewayError {
      if (!isAllowedHost(headers.host, hosts)) return hostRefusal(headers.host);
      if (url?.split('?')[0] !== path) return new GatewayError('NOT_FOUND', `WebSockets are at ${path}.`);
      if (closing) return new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is shutting down.');
      if (!isAllowedOrigin(request, origins)) {
        return new GatewayError(
          'FORBIDDEN',
          'This page may not call the gateway: add its origin to CORS_ORIGINS.',
        );
      }
      try {
        // Counted by the bare socket, which closes whatever becomes of the handshake.
        const taken = limits.takeGreeting(request);
        socket.once('close', taken.giveBack);
        return taken;
      } catch (error) {
        if (error instanceof GatewayError) return error;
        throw error;
      }
    }
  });

  const pings = setInterval(() => {
    for (const client of server.clients) {
      // A peer that vanished without a FIN, or does not read.
      if (!alive.delete(client)) client.terminate();
      else client.ping();
    }
  }, settings.pingMs);

  app.addHook('preClose', async () => {
    closing = true;
    clearInterval(pings);
    const gone = [...server.clients].map((client) => goodbye(client));
    await Promise.all(gone);
    server.close();
  });
}

/** The protocol over operations.ts: what it parses, runs and formats is what HTTP would. */
function createProtocol(deps: StreamDeps) {
  const { schema, operations, settings } = deps;
  const runs = new WeakMap<ExecutionArgs, () => Promise<Results>>();
  // graphql-ws's types want errors of graphql's class. Ours are formatted already, and are sent as they are.
  const run = ((args: ExecutionArgs) => runs.get(args)?.()) as never;
  const onNext = ((...[, , , , result]: readonly unknown[]) => result) as never;
  return makeServer<Record<string, unknown>, SocketSession>({
    connectionInitWaitTimeout: settings.initTimeoutMs,
    onConnect: ({ connectionParams, extra }) => admit(extra, connectionParams, deps),
    onSubscribe({ subscriptions, extra }, _id, request: OperationRequest) {
      const underWay = Object.keys(subscriptions).length;
      if (underWay > settings.maxOperationsPerSocket) return [tooManyOperations(settings)];
      const result = operations.prepare(request, extra.logger);
      if (!result.ok) return result.errors;
      const { operation } = result;
      const args = { schema, document: operation.document, operationName: operation.operationName ?? null };
      runs.set(args, () => runStreamed(operation, extra, deps));
      return args;
    },
    execute: run,
    subscribe: run,
    onNext,
    onError: (_context, _id, _payload, errors) =>
      mergeProblems(
        errors.map((error) => (error instanceof GraphQLError ? operations.formatError(error) : error)),
      ),
  });
}

/**
 * Who speaks, by the greeting's payload, or else by the headers that opened the socket, which browsers cannot set.
 * `false` closes it with 4403, after which clients try again with new credentials.
 */
async function admit(
  session: SocketSession,
  greeting: Readonly<Record<string, unknown>> | undefined,
  { authenticator, tenants }: Pick<StreamDeps, 'authenticator' | 'tenants'>,
): Promise<boolean> {
  const { headers } = session;
  try {
    const caller = await authenticator.authenticate({
      authorization: greeting?.authorization ?? greeting?.Authorization ?? headers.authorization,
      apiKey: greeting?.apiKey ?? headers['x-api-key'],
    });
    session.place.belongsTo(callerKey(caller, tenants.accepts(caller)));
    session.caller = caller;
    if (caller !== ANONYMOUS) session.logger = session.logger.child({ caller: caller.id });
    session.onClosed(atExpiry(caller, () => session.close(CloseCode.Forbidden, 'The token has expired')));
    return true;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    session.logger.info({ code: error.code, reason: error.message }, 'authentication failed');
    if (error.code !== 'UNAUTHENTICATED') session.close(TRY_AGAIN_LATER, error.message.slice(0, 100));
    return false;
  }
}

function tooManyOperations({ maxOperationsPerSocket }: StreamSettings): GraphQLError {
  const error = new GatewayError(
    'RATE_LIMITED',
    `At most ${maxOperationsPerSocket} operations can be under way on one socket: complete one first`,
  );
  return new GraphQLError(error.message, { originalError: error });
}

function refuse(socket: Duplex, error: GatewayError): void {
  const { httpStatus } = ERROR_KINDS[error.code];
  const body = JSON.stringify({ errors: [{ message: error.message, extensions: error.extensions }] });
  socket.end(
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** 1001: clients take it as a reason to connect again, to a replica that stays. */
function goodbye(client: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => client.terminate(), GOODBYE_MS);
    client.once('close', () => {
      clearTimeout(cut);
      resolve();
    });
    client.close(1001, 'Going away');
  });
}
