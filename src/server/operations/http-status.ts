import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import {
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type ParseOptions,
  parse,
} from 'graphql';
import { z } from 'zod';
import type { Context } from '../../graphql/context.js';
import { parseJson } from '../../parse-json.js';

/*
 * The status of an answer depends on what the client accepts (GraphQL over HTTP, section "Status Codes"):
 *
 * - `application/json` alone: a client from before the specification, which takes a status other than 200 for a proxy's.
 * - `application/graphql-response+json` alone: the statuses of the draft.
 * - both, anything, or no `Accept`: 400 for a request that cannot be carried out.
 */

/** Codes of well-formed requests whose operation has an error. Malformed requests keep their status. */
const OPERATION_ERRORS: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_TOO_COMPLEX',
]);

/** The draft's status for an answer with data and errors. Clients treat it like any other 2xx. */
const PARTIAL_SUCCESS = 294;
const UNPROCESSABLE = 422;

export function isLegacy(accept: string): boolean {
  return /^\s*application\/json\s*(;[^,]*)?$/i.test(accept);
}

export function wantsStrictStatus({ headers }: FastifyRequest): boolean {
  return headers.accept?.split(';', 1).join('').trim().toLowerCase() === 'application/graphql-response+json';
}

/** Answers 200 to legacy clients, and 406 to a subscription over plain HTTP. */
export function httpStatusPlugin(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, request }) {
          if (request.http !== undefined && operation?.operation === 'subscription') throw needsStream();
        },
        async willSendResponse({ request, response }) {
          if (response.http.status !== 400 || !isLegacy(request.http?.headers.get('accept') ?? '')) return;
          if (response.body.kind !== 'single') return;
          const { errors = [] } = response.body.singleResult;
          if (errors.every(({ extensions }) => OPERATION_ERRORS.has(extensions?.code)))
            response.http.status = 200;
        },
      };
    },
  };
}

function needsStream(): GraphQLError {
  return new GraphQLError(
    'A subscription needs a connection that stays open: send it by WebSocket (graphql-transport-ws) to this address, or ' +
      'with "Accept: text/event-stream" for server-sent events.',
    { extensions: { code: 'BAD_REQUEST', http: { status: 406 } } },
  );
}

/** The part of an answer that decides its status. */
const Answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string().optional() }).optional() })).min(1),
});

/** A well-formed request. */
const Parameters = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

export interface StrictStatusOptions {
  readonly schema: GraphQLSchema;
  readonly parse: ParseOptions;
}

/**
 * Returns the status by the draft of August 2026: 422 for a well-formed request that cannot be carried out, 294 for data
 * with errors.
 *
 * In two cases the audits of graphql-http 1.23 hold servers to the 400 of the former draft, which is kept: a missing
 * `query` (423L), and variables that cannot be coerced (86EE).
 *
 * @param status what the status would be without the draft
 */
export function strictStatus(
  status: number,
  answer: string,
  { body }: Pick<FastifyRequest, 'body'>,
  options: StrictStatusOptions,
): number {
  // An answer without errors begins with its data, and may be long.
  if ((status !== 200 && status !== 400) || answer.startsWith('{"data"')) return status;
  const { data: found } = Answer.safeParse(parseJson(answer));
  if (found === undefined) return status;
  if (found.data !== undefined) return PARTIAL_SUCCESS;
  switch (found.errors[0]?.extensions?.code) {
    case 'GRAPHQL_VALIDATION_FAILED':
      return variablesFit(body, options) ? UNPROCESSABLE : status;
    case 'BAD_REQUEST':
      return typeof body === 'object' && body !== null && 'query' in body ? UNPROCESSABLE : status;
    case 'OPERATION_RESOLUTION_FAILURE':
    case 'OPERATION_TOO_COMPLEX':
      return UNPROCESSABLE;
    default:
      return status;
  }
}

function variablesFit(body: unknown, { schema, parse: options }: StrictStatusOptions): boolean {
  const { data } = Parameters.safeParse(body);
  if (data === undefined) return true;
  const operation = getOperationAST(parse(data.query, options), data.operationName);
  const definitions = operation?.variableDefinitions ?? [];
  return getVariableValues(schema, definitions, data.variables ?? {}, { maxErrors: 1 }).errors === undefined;
}
