import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerKey } from '../../auth/caller.js';
import { badUserInput, GatewayError, type ProblemPath } from '../../errors.js';
import { inputProblems } from '../../graphql/checked-arg.js';
import { claimsUtf8, isMultipart } from '../http/content-type.js';
import { mergeProblems } from '../operations/errors.js';
import type { Prepared, Results } from '../operations/prepare.js';
import { endAtExpiry } from './expiring.js';
import { isAllowedOrigin } from './origin.js';
import { runStreamed, type Session } from './run.js';
import { writeEvents } from './sse-events.js';
import type { StreamDeps } from './websocket.js';

const Parameters = z.object({
  query: z.string('the text of an operation').nullish(),
  documentId: z.string('the ID of an operation').nullish(),
  extensions: z.record(z.string(), z.unknown(), 'an object').nullish(),
  operationName: z.string('the name of an operation').nullish(),
  variables: z.record(z.string(), z.unknown(), 'an object').nullish(),
});

/** Answers requests with event streams. */
export interface EventStreams {
  answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
  /** Whether a request to the address of queries wants one: for a subscription, or because it takes nothing else. */
  areWanted(request: FastifyRequest): boolean;
}

/**
 * GraphQL over server-sent events: the graphql-sse protocol's distinct connections mode. Its own
 * server (2.6.1) takes results from their source whether or not the client reads, and was measured to grow to
 * 891 MB for one that does not; this one asks the source for a result when the last one has been written.
 *
 * The single connection mode would need every request of a client to reach the same replica. Clients that want
 * one connection for many operations have the WebSocket.
 */
export function createEventStreams(app: FastifyInstance, deps: StreamDeps): EventStreams {
  const { operations, tenants, limits, settings, origins } = deps;
  const closing = new AbortController();
  const open = new Set<Promise<void>>();

  app.addHook('preClose', async () => {
    closing.abort();
    await Promise.all(open);
  });

  return {
    areWanted(request) {
      const { accept = '' } = request.headers;
      if (request.caller === null || isMultipart(request) || !/text\/event-stream/i.test(accept))
        return false;
      return !takesJson(accept) || isSubscription(request);
    },
    async answer(request, reply) {
      if (!isAllowedOrigin(request.raw, origins)) {
        throw new GatewayError(
          'FORBIDDEN',
          'This page may not call the gateway: add its origin to CORS_ORIGINS.',
        );
      }
      if (!takesEvents(request.headers.accept)) {
        return refuse(reply, 406, ['header', 'accept'], 'needed text/event-stream, for this sends events');
      }
      if (request.method === 'POST' && !claimsUtf8(request.headers['content-type'])) {
        return refuse(reply, 415, ['header', 'content-type'], 'needed the charset utf-8');
      }
      const prepared = operations.prepare(readParameters(request), request.log);
      if (prepared.ok && prepared.operation.type === 'mutation' && request.method === 'GET') {
        return refuse(reply.header('allow', 'POST'), 405, [], 'A mutation needs a POST');
      }
      const { caller } = request;
      const isAccepted = caller !== null && tenants.accepts(caller);
      const place = limits.take(request.raw, callerKey(caller, isAccepted));
      reply.raw.once('close', place.giveBack);
      reply.hijack();
      const results = await runOrErrors(prepared, { logger: request.log, caller, place });
      // Those of CORS.
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        // Or nginx collects events before it passes them on.
        'x-accel-buffering': 'no',
      });
      const done = writeEvents(reply.raw, results, { ...settings, signal: closing.signal })
        .catch((error: unknown) => {
          request.log.error({ err: error }, 'unexpected error on an event stream');
          reply.raw.destroy();
        })
        .finally(() => open.delete(done));
      open.add(done);
      return reply;
    },
  };

  function isSubscription(request: FastifyRequest): boolean {
    try {
      const prepared = operations.prepare(readParameters(request), request.log);
      return prepared.ok && prepared.operation.type === 'subscription';
    } catch (error) {
      // Whoever takes JSON is told so in JSON.
      if (error instanceof GatewayError) return false;
      throw error;
    }
  }

  async function runOrErrors(prepared: Prepared, session: Session): Promise<Results> {
    // The protocol wants these as events, too: EventSource shows nothing of an answer with status 400.
    if (!prepared.ok) return { errors: mergeProblems(prepared.errors.map(operations.formatError)) };
    return endAtExpiry(await runStreamed(prepared.operation, session, deps), session.caller);
  }
}

/** At an address that has nothing else. */
export function registerSse(app: FastifyInstance, path: string, streams: EventStreams): void {
  app.route({
    method: ['GET', 'POST'],
    url: path,
    config: { isTraced: true },
    exposeHeadRoute: false,
    handler: (request, reply) => streams.answer(request, reply),
  });
}

function takesJson(accept: string): boolean {
  return /application\/(json|graphql-response\+json|\*)|\*\/\*/i.test(accept);
}

function takesEvents(accept = '*/*'): boolean {
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
  // To be empty is to be left out.
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== '');
  return Object.fromEntries(
    given.map(([name, value]) => [name, IN_JSON.has(name) ? parsed(name, String(value)) : value]),
  );
}

const IN_JSON: ReadonlySet<string> = new Set(['variables', 'extensions']);

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badUserInput([{ path: ['query', name], code: 'BAD_FORMAT', message: 'needed JSON' }]);
  }
}

function refuse(reply: FastifyReply, status: number, path: ProblemPath, needed: string): FastifyReply {
  const { message, extensions } = badUserInput([{ path, code: 'INVALID_VALUE', message: needed }]);
  return reply.code(status).send({ errors: [{ message, extensions }] });
}
