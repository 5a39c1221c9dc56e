import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import { z } from 'zod';
import { callerKey } from '../../auth/caller.js';
import { badUserInput, GatewayError, type ProblemPath } from '../../errors.js';
import { inputProblems } from '../../graphql/checked-arg.js';
import { parseJson } from '../../parse-json.js';
import { claimsUtf8, isMultipart } from '../http/content-type.js';
import type { Graphs } from '../operations/graphs.js';
import { foreignOrigin, isAllowedOrigin } from './origin.js';
import { type Answer, createRunOperation } from './run.js';
import { writeEvents } from './sse-events.js';
import type { StreamDeps } from './websocket.js';

const Parameters = z.object({
  query: z.string('the text of an operation').nullish(),
  documentId: z.string('the ID of an operation').nullish(),
  extensions: z.record(z.string(), z.unknown(), 'an object').nullish(),
  operationName: z.string('the name of an operation').nullish(),
  variables: z.record(z.string(), z.unknown(), 'an object').nullish(),
});

export interface EventStreams {
  answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
  /** Whether a request to `/graphql` is answered with events: if it accepts nothing else, or is a subscription. */
  areWanted(request: FastifyRequest): boolean;
}

/**
 * GraphQL over server-sent events, in the distinct connections mode of the graphql-sse protocol. The server of graphql-sse
 * (2.6.1) is not used: it reads results whether or not the client does, and was measured to grow to 891 MB for a client
 * that does not. Here a result is asked for when the last one has been written.
 *
 * The single connection mode is not supported: it would need every request of a client to reach the same replica. Clients
 * that want one connection for many operations have the WebSocket.
 */
export function createEventStreams(app: FastifyInstance, deps: StreamDeps): EventStreams {
  const { operations, tenants, limits, settings, origins } = deps;
  const run = createRunOperation('sse', deps);
  const closing = new AbortController();
  const open = new Set<Promise<void>>();

  app.addHook('preClose', async () => {
    closing.abort();
    await Promise.all(open);
  });

  const prepare = (request: FastifyRequest) =>
    operations.prepare(readParameters(request), request.log, request.caller);

  function isSubscription(request: FastifyRequest): boolean {
    try {
      return prepare(request).kind === 'subscription';
    } catch (error) {
      // Malformed parameters: the client accepts JSON, and gets this error as JSON.
      if (error instanceof GatewayError) return false;
      throw error;
    }
  }

  return {
    areWanted(request) {
      const { accept = '' } = request.headers;
      if (!/text\/event-stream/i.test(accept) || request.caller === null || isMultipart(request))
        return false;
      return !acceptsJson(accept) || isSubscription(request);
    },
    async answer(request, reply) {
      if (!isAllowedOrigin(request.raw, origins)) throw foreignOrigin();
      if (!acceptsEvents(request.headers.accept)) {
        return refuse(
          reply,
          406,
          ['header', 'accept'],
          'needed text/event-stream, the only type this is sent as',
        );
      }
      if (request.method === 'POST' && !claimsUtf8(request.headers['content-type'])) {
        return refuse(reply, 415, ['header', 'content-type'], 'needed the charset utf-8');
      }
      const operation = prepare(request);
      if (
        request.method === 'GET' &&
        operation.kind === 'other' &&
        operations.isMutation(operation, request.caller)
      ) {
        return refuse(reply.header('allow', 'POST'), 405, [], 'A mutation needs a POST');
      }
      const { caller } = request;
      const isAccepted = caller !== null && tenants.accepts(caller);
      const slot = limits.acquire('sse', request.raw, callerKey(caller, isAccepted));
      reply.raw.once('close', slot.release);
      reply.hijack();
      const answer = await run(operation, { logger: request.log, requestId: request.id, caller, slot });
      // Set by the CORS plugin.
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // Keeps nginx from buffering events.
        'x-accel-buffering': 'no',
      });
      const done = writeEvents(reply.raw, resultsOf(answer), { ...settings, signal: closing.signal })
        .catch((error: unknown) => {
          request.log.error({ err: error }, 'unexpected error on an event stream');
          reply.raw.destroy();
        })
        .finally(() => open.delete(done));
      open.add(done);
      return reply;
    },
  };
}

function resultsOf(answer: Answer): AsyncIterableIterator<FormattedExecutionResult> {
  switch (answer.kind) {
    case 'stream':
      return answer.results;
    case 'single':
      return only(answer.result);
    // The protocol has no event for errors, and EventSource hides the body of an answer that is not 200.
    case 'refused':
      return only({ errors: answer.errors });
  }
}

async function* only<T>(result: T): AsyncGenerator<T, void, void> {
  yield result;
}

/** Serves events alone at `path`. */
export function registerSse(
  app: FastifyInstance,
  path: string,
  streams: EventStreams,
  graphs: Pick<Graphs, 'load'>,
): void {
  app.route({
    method: ['GET', 'POST'],
    url: path,
    exposeHeadRoute: false,
    async handler(request, reply) {
      await graphs.load(request.caller);
      return streams.answer(request, reply);
    },
  });
}

function acceptsJson(accept: string): boolean {
  return /application\/(json|graphql-response\+json|\*)|\*\/\*/i.test(accept);
}

function acceptsEvents(accept = '*/*'): boolean {
  return /text\/event-stream|text\/\*|\*\/\*/i.test(accept);
}

/** @throws GatewayError BAD_USER_INPUT */
function readParameters(request: FastifyRequest): z.output<typeof Parameters> {
  const given = request.method === 'GET' ? fromQuery(request.query) : request.body;
  if (request.method === 'POST' && !/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    const message = 'needed application/json';
    throw badUserInput([{ path: ['header', 'content-type'], code: 'INVALID_VALUE', message }]);
  }
  const result = Parameters.safeParse(given);
  if (result.success) return result.data;
  throw badUserInput(
    inputProblems([request.method === 'GET' ? 'query' : 'body'], given, result.error.issues),
  );
}

function fromQuery(query: unknown): unknown {
  // An empty parameter counts as absent.
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== '');
  return Object.fromEntries(
    given.map(([name, value]) => [name, JSON_PARAMETERS.has(name) ? parsed(name, String(value)) : value]),
  );
}

const JSON_PARAMETERS: ReadonlySet<string> = new Set(['variables', 'extensions']);

function parsed(name: string, text: string): unknown {
  const value = parseJson(text);
  if (value !== undefined) return value;
  throw badUserInput([{ path: ['query', name], code: 'BAD_FORMAT', message: 'needed JSON' }]);
}

function refuse(reply: FastifyReply, status: number, path: ProblemPath, needed: string): FastifyReply {
  const { message, extensions } = badUserInput([{ path, code: 'INVALID_VALUE', message: needed }]);
  return reply.code(status).send({ errors: [{ message, extensions }] });
}
