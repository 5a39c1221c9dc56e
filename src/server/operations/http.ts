import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { badUserInput, ERROR_KINDS, GatewayError } from '../../errors.js';
import { refusedUploadPlace } from '../../graphql/upload-place.js';
import type { Begun, OperationContexts } from '../context.js';
import type { Exposure } from '../exposure.js';
import { acceptsPage } from '../http/authentication.js';
import { claimsUtf8 } from '../http/content-type.js';
import { refuseExplorer } from '../http/explorers.js';
import type { Documents, GivenDocument } from './documents.js';
import { toGraphQLError } from './errors.js';
import type { Graphs } from './graphs.js';
import { isLegacy, strictStatus, wantsStrictStatus } from './http-status.js';
import { isRecord, type KnownAnswers, wellFormed } from './known-answers.js';
import type { OperationRules } from './rules.js';
import type { Graph } from './start.js';

export interface GraphqlDoorOptions {
  readonly graphs: Pick<Graphs, 'of' | 'load'>;
  readonly documents: Documents;
  readonly contexts: OperationContexts;
  readonly knownAnswers: KnownAnswers;
  /** Answers requests that want server-sent events. */
  readonly streams: {
    areWanted(request: FastifyRequest): boolean;
    answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
  };
  /** Development: a GET needs no preflight header if the browser says that no other site's page has sent it. */
  readonly plainGets: boolean;
  /** Who gets Apollo Sandbox in a browser. */
  readonly explorer: Exposure;
}

const HEADERS = { 'cache-control': 'no-store' };

/**
 * Registers GraphQL over HTTP. Apollo Server speaks the protocol; the text of the operation is found and judged before, as
 * for streams. @as-integrations/fastify would pass Apollo the request as it came.
 */
export function registerGraphqlDoor(app: FastifyInstance, path: string, options: GraphqlDoorOptions): void {
  const { graphs, contexts, streams, explorer, knownAnswers } = options;
  app.route({
    method: ['GET', 'POST'],
    url: path,
    config: { file: 'multipart', isTraced: true, hasLandingPage: explorer === 'on' },
    onSend(request, reply, payload, done) {
      // Bytes are answers without errors.
      if (typeof payload === 'string' && wantsStrictStatus(request)) {
        const { schema, rules } = graphs.of(request.caller);
        reply.code(strictStatus(reply.statusCode, payload, request, { schema, parse: rules.parse }));
      }
      done(null, payload);
    },
    // Returns what is to be sent: for a `reply` that was sent already, Fastify would listen to the end of the response.
    async handler(request, reply) {
      const loading = graphs.load(request.caller);
      if (loading !== null) await loading;
      if (streams.areWanted(request)) return streams.answer(request, reply);
      if (explorer === 'scope' && acceptsPage(request)) refuseExplorer(explorer, request);
      const graph = graphs.of(request.caller);
      const { accept } = request.headers;
      let httpGraphQLRequest: HTTPGraphQLRequest;
      try {
        const contentType = knownAnswers.contentType(accept);
        const answer = contentType && (await answerKnown(request, graph, options));
        if (contentType !== undefined && answer !== undefined) {
          reply.headers(HEADERS).type(contentType);
          return answer;
        }
        httpGraphQLRequest = withText(request, options);
        refuseMisplacedFile(request, httpGraphQLRequest.body, graph);
      } catch (error) {
        if (error instanceof GraphQLError) return refuse(request, reply, error);
        throw error;
      }
      const begun: { operation?: Begun } = {};
      // Apollo asks for a context only to run an operation, not to serve the explorer's page.
      const context = async () => {
        begun.operation = begin(request, contexts);
        return begun.operation.context;
      };
      try {
        const { status, headers, body } = await graph.apollo.executeHTTPGraphQLRequest({
          httpGraphQLRequest,
          context,
        });
        for (const [name, value] of headers) reply.header(name, value);
        reply.headers(HEADERS);
        const contentType = headers.get('content-type');
        // A GET may have been answered with a page.
        if (request.method === 'POST' && status === undefined && contentType !== undefined)
          knownAnswers.noteContentType(accept, contentType);
        // A broken multipart request surfaces as a resolver's error, which Apollo answers with 200.
        const { fileFailure } = request;
        const failed = fileFailure === null ? undefined : ERROR_KINDS[fileFailure.code].httpStatus;
        reply.code(failed ?? status ?? 200);
        // The schema has no `@defer`, so every answer is complete.
        return body.kind === 'complete' ? body.string : '';
      } finally {
        begun.operation?.release();
      }
    },
  });
}

function answerKnown(
  request: FastifyRequest,
  graph: Graph,
  { documents, knownAnswers, contexts }: GraphqlDoorOptions,
): Promise<string | Buffer | undefined> | undefined {
  const given = wellFormed(request);
  const text = given && documents.textOf(given, request.log);
  const query = text === undefined ? undefined : graph.known.find(text, given?.operationName);
  if (given === undefined || query === undefined) return undefined;
  return knownAnswers.answer(graph, query, given, () => {
    try {
      return begin(request, contexts);
    } catch (error) {
      if (error instanceof GraphQLError) return undefined;
      throw error;
    }
  });
}

/** @throws GraphQLError with the status of its kind: Apollo would answer 500 to another error */
function begin({ log, id, caller }: FastifyRequest, contexts: OperationContexts): Begun {
  try {
    return contexts.begin(log, id, caller);
  } catch (error) {
    throw error instanceof GatewayError ? toGraphQLError(error) : error;
  }
}

function withText(request: FastifyRequest, { documents, plainGets }: GraphqlDoorOptions): HTTPGraphQLRequest {
  const { body, method } = request;
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  if (plainGets && isSafeGet(request)) headers.set('apollo-require-preflight', 'not a page of another site');
  if (method === 'GET') return { method, headers, body, search: searchWithText(request, documents) };
  refuseOtherCharsets(request);
  if (!isRecord(body)) return { method, headers, body, search: '' };
  const query = documents.textOf(body, request.log);
  const { documentId: _, extensions, ...rest } = body;
  return {
    method,
    headers,
    search: '',
    body: {
      ...rest,
      ...(query === undefined ? {} : { query }),
      ...(extensions === undefined ? {} : { extensions: withoutPersisted(extensions) }),
    },
  };
}

/** The query string is parsed as Apollo parses it: different parsers might see different operations. */
function searchWithText({ url, log }: FastifyRequest, documents: Documents): string {
  const search = new URL(url, 'http://gateway').searchParams;
  // An empty parameter counts as absent.
  for (const name of ['operationName', 'variables', 'extensions']) {
    if (search.get(name) === '' && search.getAll(name).length === 1) search.delete(name);
  }
  const text = documents.textOf(fromSearch(search), log);
  if (text !== undefined) search.set('query', text);
  search.delete('documentId');
  search.delete('extensions');
  return `?${search}`;
}

function fromSearch(search: URLSearchParams): GivenDocument {
  // A repeated parameter is left for Apollo to refuse.
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

function withoutPersisted(extensions: unknown): unknown {
  if (!isRecord(extensions)) return extensions;
  const { persistedQuery: _, ...rest } = extensions;
  return rest;
}

/** @throws GraphQLError where the multipart map puts the file anywhere but at an `Upload` */
function refuseMisplacedFile({ filePath }: FastifyRequest, body: unknown, { schema, rules }: Graph): void {
  if (filePath === null || !isRecord(body) || typeof body.query !== 'string') return;
  const { query, operationName } = body;
  const document = parsedText(query, rules);
  // Apollo reports what is wrong with the text.
  if (document === undefined) return;
  const name = typeof operationName === 'string' ? operationName : undefined;
  const refusal = refusedUploadPlace(schema, document, name, filePath);
  if (refusal === undefined) return;
  const message = `needed a path to a file, but ${refusal.slice(0, 300)}`;
  throw toGraphQLError(badUserInput([{ path: ['body', 'map'], code: 'INVALID_VALUE', message }]));
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

/**
 * Apollo refuses a GET without a content type, since a page of another site could have caused it. Browsers declare the
 * site in `Sec-Fetch-Site`, but only to `localhost` and over TLS, so production asks for a preflight header.
 */
function isSafeGet({ method, headers }: FastifyRequest): boolean {
  if (method !== 'GET' || headers['content-type'] !== undefined || headers.origin !== undefined) return false;
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin';
}

function refuse(request: FastifyRequest, reply: FastifyReply, error: GraphQLError): string {
  const { http, ...extensions } = error.extensions;
  const given = isRecord(http) && typeof http.status === 'number' ? http.status : 400;
  const accept = request.headers.accept ?? '';
  const type = accept.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json';
  const body = { errors: [{ message: error.message, extensions: { retryable: false, ...extensions } }] };
  reply.code(isLegacy(accept) && given === 400 ? 200 : given).type(`${type}; charset=utf-8`);
  return JSON.stringify(body);
}
