import type { FastifyRequest } from 'fastify';
import { type GraphQLSchema, getOperationAST, getVariableValues, type ParseOptions, parse } from 'graphql';
import { z } from 'zod';
import { parseJson } from '../../parse-json.js';

/** The draft's code for an answer with data and errors. Clients take it for any other 2xx. */
const PARTIAL_SUCCESS = 294;
const UNPROCESSABLE = 422;

/** What decides the status of an answer. */
const Answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string().optional() }).optional() })).min(1),
});

/** The request, as far as it is well-formed. */
const Parameters = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

export interface StrictStatusOptions {
  readonly schema: GraphQLSchema;
  readonly parse: ParseOptions;
}

/** Clients that accept `application/graphql-response+json` and nothing else get the statuses of the draft. */
export function wantsStrictStatus({ headers }: FastifyRequest): boolean {
  return headers.accept?.split(';', 1).join('').trim().toLowerCase() === 'application/graphql-response+json';
}

/**
 * The status of an answer by the draft of GraphQL over HTTP of August 2026, section "Status Codes": 422 for a request
 * that can be read and not be carried out, 294 for data with errors.
 *
 * In two cases the audits of graphql-http 1.23 hold servers to the 400 of the former draft, which is kept: a missing
 * `query` (423L), and variables that cannot be coerced (86EE).
 *
 * @param status as it would be without the draft
 */
export function strictStatus(
  status: number,
  answer: string,
  { body }: Pick<FastifyRequest, 'body'>,
  options: StrictStatusOptions,
): number {
  if (status !== 200 && status !== 400) return status;
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
