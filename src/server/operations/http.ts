import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { ERROR_KINDS, GatewayError } from '../../errors.js';
import type { Context } from '../../graphql/context.js';
import { refusedUploadPlace } from '../../graphql/upload-place.js';
import type { Begun, OperationContexts } from '../context.js';
import { badRequest } from '../files/multipart-map.js';
import { claimsUtf8 } from '../http/content-type.js';
import type { EventStreams } from '../streams/sse.js';
import { asGraphqlError } from './as-graphql-error.js';
import type { Documents, GivenDocument } from './documents.js';
import type { OperationRules } from './rules.js';
import { strictStatus, wantsStrictStatus } from './strict-status.js';

export interface GraphqlDoorOptions {
  readonly apollo: ApolloServer<Context>;
  readonly schema: GraphQLSchema;
  readonly rules: OperationRules;
  readonly documents: Documents;
  readonly contexts: OperationContexts;
  readonly streams: EventStreams;
  /** Development: a GET needs no further header, where browsers say that no other site's page has caused it. */
  readonly plainGets: boolean;
}

/**
 * GraphQL over HTTP: Apollo Server speaks the protocol. Before it, the text of the operation is found and judged,
 * as for the streams; @as-integrations/fastify would give Apollo the request as it came.
 */
export function registerGraphqlDoor(app: FastifyInstance, path: string, options: GraphqlDoorOptions): void {
  const { apollo, contexts, streams } = options;
  app.route({
    method: ['GET', 'POST'],
    url: path,
    config: { file: 'multipart', isTraced: true, hasLandingPage: options.plainGets },
    async onSend(request, reply, payload) {
      if (typeof payload === 'string' && wantsStrictStatus(request)) {
        const { schema, rules } = options;
        reply.code(strictStatus(reply.statusCode, payload, request, { schema, parse: rules.parse }));
      }
      return payload;
    },
    async handler(request, reply) {
      if (streams.areWanted(request)) return streams.answer(request, reply);
      let httpGraphQLRequest: HTTPGraphQLRequest;
      try {
        httpGraphQLRequest = withText(request, options);
        refuseMisplacedFile(request, httpGraphQLRequest.body, options);
      } catch (error) {
        if (error instanceof GraphQLError) return refuse(request, reply, error);
        throw error;
      }
      const begun: { operation?: Begun } = {};
      // Only where there is an operation: whoever opens the explorer gets its page, and nothing is begun.
      const context = async () => {
        begun.operation = begin(request, contexts);
        return begun.operation.context;
      };
      try {
        const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
          httpGraphQLRequest,
          context,
        });
        for (const [name, value] of headers) reply.header(name, value);
        reply.header('cache-control', 'no-store');
        // `@defer` is not in the schema, so answers come in one piece.
        // A resolver has failed because the request did: the status says so, as for any other malformed one.
        const failed = request.fileFailure;
        const own = failed === null ? undefined : ERROR_KINDS[failed.code].httpStatus;
        return reply.code(own ?? status ?? 200).send(body.kind === 'complete' ? body.string : '');
      } finally {
        begun.operation?.release();
      }
    },
  });
}

/** @throws GraphQLError with the status of its kind, which Apollo would otherwise take for a defect of ours */
function begin({ log, caller }: FastifyRequest, contexts: OperationContexts): Begun {
  try {
    return contexts.begin(log, caller);
  } catch (error) {
    throw error instanceof GatewayError ? asGraphqlError(error) : error;
  }
}

function withText(request: FastifyRequest, { documents, plainGets }: GraphqlDoorOptions): HTTPGraphQLRequest {
  const { body, method } = request;
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  if (plainGets && isSafeGet(request)) headers.set('apollo-require-preflight', 'not a page of another site');
  // Read as Apollo reads it: two readers of one query string might see two operations.
  const search = new URL(request.url, 'http://gateway').searchParams;
  // To be empty is to be left out.
  for (const name of ['operationName', 'variables', 'extensions']) {
    if (search.get(name) === '' && search.getAll(name).length === 1) search.delete(name);
  }
  if (method === 'GET') {
    const text = documents.textOf(fromSearch(search), request.log);
    if (text !== undefined) search.set('query', text);
    search.delete('documentId');
    search.delete('extensions');
    return { method, headers, body, search: `?${search}` };
  }
  refuseOtherCharsets(request);
  if (!isRecord(body)) return { method, headers, body, search: '' };
  const text = documents.textOf(body, request.log);
  const { documentId: _, extensions, ...rest } = body;
  const kept = isRecord(extensions) ? withoutPersisted(extensions) : extensions;
  return {
    method,
    headers,
    search: '',
    body: {
      ...rest,
      ...(text === undefined ? {} : { query: text }),
      ...(kept === undefined ? {} : { extensions: kept }),
    },
  };
}

/** @throws GraphQLError where the map puts the file anywhere but at an `Upload` */
function refuseMisplacedFile(
  { filePath }: FastifyRequest,
  body: unknown,
  { schema, rules }: GraphqlDoorOptions,
): void {
  if (filePath === null || !isRecord(body) || typeof body.query !== 'string') return;
  const { query, operationName } = body;
  const document = parsedText(query, rules);
  // Apollo says what is wrong with the text.
  if (document === undefined) return;
  const name = typeof operationName === 'string' ? operationName : undefined;
  const refusal = refusedUploadPlace(schema, document, name, filePath);
  if (refusal === undefined) return;
  throw asGraphqlError(badRequest(`needed a path to a file, but ${refusal.slice(0, 300)}`, 'map'));
}

function parsedText(text: string, rules: OperationRules): DocumentNode | undefined {
  try {
    return parse(text, { ...rules.parse, noLocation: true });
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

function refuseOtherCharsets({ headers }: FastifyRequest): void {
  if (claimsUtf8(headers['content-type'])) return;
  throw new GraphQLError('content-type: needed the charset utf-8', {
    extensions: { code: 'BAD_REQUEST', http: { status: 415 } },
  });
}

function fromSearch(search: URLSearchParams): GivenDocument {
  // Named twice: Apollo refuses that, and must see it.
  if (search.getAll('query').length > 1) return { query: search.getAll('query') };
  const extensions = search.get('extensions');
  return {
    query: search.get('query') ?? undefined,
    documentId: search.get('documentId') ?? undefined,
    extensions: extensions === null ? undefined : parsed(extensions),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GraphQLError('extensions: needed JSON', { extensions: { code: 'BAD_REQUEST' } });
  }
}

function withoutPersisted({ persistedQuery: _, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return rest;
}

/**
 * Apollo takes a GET without a content type for one that a page of another site may have caused. Browsers tell
 * `localhost` themselves which it is. They do not tell an address without TLS, so production asks for a header.
 */
function isSafeGet({ method, headers }: FastifyRequest): boolean {
  if (method !== 'GET' || headers['content-type'] !== undefined || headers.origin !== undefined) return false;
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin';
}

function refuse(request: FastifyRequest, reply: FastifyReply, error: GraphQLError): FastifyReply {
  const { http, ...extensions } = error.extensions;
  const given = isRecord(http) && typeof http.status === 'number' ? http.status : 400;
  const accept = request.headers.accept ?? '';
  const type = accept.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json';
  return reply
    .code(isLegacy(accept) && given === 400 ? 200 : given)
    .type(`${type}; charset=utf-8`)
    .send(
      JSON.stringify({
        errors: [{ message: error.message, extensions: { retryable: false, ...extensions } }],
      }),
    );
}

/**
 * Clients from before the specification ask for `application/json` and no more, and take a status other than 200
 * for a proxy's. Who says nothing, or anything, gets the true one.
 */
export function isLegacy(accept: string): boolean {
  return /^\s*application\/json\s*(;[^,]*)?$/i.test(accept);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
