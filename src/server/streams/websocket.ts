import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type ExecutionArgs, GraphQLError, type GraphQLFormattedError, GraphQLSchema, parse } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticator } from '../../auth/authenticator.js';
import { ANONYMOUS, callerKey } from '../../auth/caller.js';
import { ERROR_KINDS, GatewayError } from '../../errors.js';
import type { Tenants } from '../../tenants/tenants.js';
import { type AllowedHosts, hostRefusal, isAllowedHost } from '../http/hosts.js';
import type { UnreadAnswers } from '../http/unread-answers.js';
import { toGraphQLError } from '../operations/errors.js';
import type { Graphs } from '../operations/graphs.js';
import type { OperationRequest } from '../operations/prepare.js';
import { asksForWebSocket, ignoreUpgrade } from './ignored-upgrades.js';
import type { ConnectionSlot, StreamLimits, StreamSettings } from './limits.js';
import { foreignOrigin, isAllowedOrigin } from './origin.js';
import { atExpiry } from './result-stream.js';
import { type Answer, createRunOperation, type RunDeps } from './run.js';
import { type SocketSession, serveSocket, TRY_AGAIN_LATER } from './websocket-connection.js';

export interface StreamDeps extends RunDeps {
  readonly graphs: Pick<Graphs, 'load'>;
  readonly authenticator: Authenticator;
  readonly tenants: Pick<Tenants, 'accepts'>;
  readonly limits: StreamLimits;
  readonly settings: StreamSettings;
  /** Origins of browser pages that may open streams, besides the gateway's own. */
  readonly origins: readonly string[];
  readonly hosts: AllowedHosts;
  /** Counts what clients of WebSockets have not read yet. */
  readonly unread: UnreadAnswers;
}

/** How long the closing handshake may take when the gateway shuts down. */
const CLOSE_TIMEOUT_MS = 500;

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
    let slot: ConnectionSlot;
    try {
      slot = acquireSlot(request);
    } catch (error) {
      if (error instanceof GatewayError) return refuse(socket, error);
      throw error;
    }
    // The TCP socket closes even if the WebSocket handshake fails.
    socket.once('close', slot.release);
    server.handleUpgrade(request, socket, head, (webSocket) => {
      alive.add(webSocket);
      webSocket.on('pong', () => alive.add(webSocket));
      // The operations of a socket share a request ID in the log.
      const requestId = randomUUID();
      serveSocket(webSocket, protocol, settings, {
        logger: app.log.child({ reqId: requestId }),
        requestId,
        caller: null,
        slot,
        unread: deps.unread,
        headers: request.headers,
        close: (code, reason) => webSocket.close(code, reason),
        onClosed: (callback) => webSocket.once('close', callback),
      });
    });
  });

  /** @throws GatewayError */
  function acquireSlot(request: IncomingMessage): ConnectionSlot {
    const { host } = request.headers;
    if (!isAllowedHost(host, hosts)) throw hostRefusal(host);
    if (request.url?.split('?')[0] !== path)
      throw new GatewayError('NOT_FOUND', `WebSockets are at ${path}.`);
    if (closing) throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is shutting down.');
    if (!isAllowedOrigin(request, origins)) throw foreignOrigin();
    return limits.acquireForHandshake(request);
  }

  const pings = setInterval(() => {
    for (const client of server.clients) {
      // The peer has not answered the last ping: it is gone, or does not read.
      if (!alive.delete(client)) client.terminate();
      else client.ping();
    }
  }, settings.pingMs);

  app.addHook('preClose', async () => {
    closing = true;
    clearInterval(pings);
    await Promise.all([...server.clients].map(closeGoingAway));
    server.close();
  });
}

/** graphql-ws accepts errors of graphql's class only. What it sends is what `onError` returns. */
class FormattedErrors extends GraphQLError {
  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super('The operation was refused');
  }
}

/**
 * graphql-ws reads the type of the operation from a document, to choose between `execute` and `subscribe`. The answer is known
 * by then, and `execute` may return streams as well.
 */
const ANY_DOCUMENT = parse('{ __typename }');
const ANY_SCHEMA = new GraphQLSchema({});

function createProtocol(deps: StreamDeps) {
  const { operations, graphs, settings } = deps;
  const run = createRunOperation('websocket', deps);
  const answers = new WeakMap<ExecutionArgs, Exclude<Answer, { kind: 'refused' }>>();
  function execute(args: ExecutionArgs) {
    const answer = answers.get(args);
    return answer?.kind === 'stream' ? answer.results : answer?.result;
  }
  return makeServer<Record<string, unknown>, SocketSession>({
    connectionInitWaitTimeout: settings.initTimeoutMs,
    onConnect: ({ connectionParams, extra }) => authenticate(extra, connectionParams, deps),
    async onSubscribe({ subscriptions, extra }, _id, request: OperationRequest) {
      const count = Object.keys(subscriptions).length;
      if (count > settings.maxOperationsPerSocket) return [tooManyOperations(settings)];
      await graphs.load(extra.caller);
      const answer = await run(operations.prepare(request, extra.logger, extra.caller), extra);
      if (answer.kind === 'refused') return [new FormattedErrors(answer.errors)];
      const args = { schema: ANY_SCHEMA, document: ANY_DOCUMENT };
      answers.set(args, answer);
      return args;
    },
    // The types want errors of graphql's class. These are formatted already, and `onNext` sends them as they are.
    execute: execute as never,
    onNext: ((...[, , , , result]: readonly unknown[]) => result) as never,
    onError: (_context, _id, _payload, errors) =>
      errors.flatMap((error) => {
        if (error instanceof FormattedErrors) return error.errors;
        return error instanceof GraphQLError ? operations.formatError(error) : error;
      }),
  });
}

/**
 * Authenticates a socket by the payload of its `connection_init`, or else by the headers of the request that opened it,
 * which browsers cannot set. `false` closes the socket with 4403; clients retry that with new credentials.
 */
async function authenticate(
  session: SocketSession,
  payload: Readonly<Record<string, unknown>> | undefined,
  { authenticator, tenants }: Pick<StreamDeps, 'authenticator' | 'tenants'>,
): Promise<boolean> {
  const { headers } = session;
  try {
    const caller = await authenticator.authenticate({
      authorization: payload?.authorization ?? payload?.Authorization ?? headers.authorization,
      apiKey: payload?.apiKey ?? headers['x-api-key'],
    });
    session.slot.assign(callerKey(caller, tenants.accepts(caller)));
    session.caller = caller;
    if (caller !== ANONYMOUS) session.logger = session.logger.child({ caller: caller.id });
    session.onClosed(atExpiry(caller, () => session.close(CloseCode.Forbidden, 'The token has expired')));
    return true;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    session.logger.info(
      { code: error.code, reason: error.message },
      'a WebSocket was refused at connection_init',
    );
    if (error.code !== 'UNAUTHENTICATED') session.close(TRY_AGAIN_LATER, error.message.slice(0, 100));
    return false;
  }
}

function tooManyOperations({ maxOperationsPerSocket }: StreamSettings): GraphQLError {
  const error = new GatewayError(
    'RATE_LIMITED',
    `A WebSocket may have ${maxOperationsPerSocket} operations at a time: complete one first`,
  );
  return toGraphQLError(error);
}

function refuse(socket: Duplex, error: GatewayError): void {
  const { httpStatus } = ERROR_KINDS[error.code];
  const body = JSON.stringify({ errors: [{ message: error.message, extensions: error.extensions }] });
  socket.end(
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** With 1001, on which clients reconnect. */
function closeGoingAway(client: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timeout = setTimeout(() => client.terminate(), CLOSE_TIMEOUT_MS);
    client.once('close', () => {
      clearTimeout(timeout);
      resolve();
    });
    client.close(1001, 'Going away');
  });
}
