import type { FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Observer } from '../../telemetry/observer.js';
import type { Tracer } from '../../telemetry/tracer.js';
import type { Begun } from '../context.js';
import { limitSize } from './answer-size.plugin.js';
import type { GivenDocument } from './documents.js';
import { mergeProblems, type ResultFormatter } from './errors.js';
import { type Execution, type Executor, resultOf } from './executor.js';
import type { KnownQuery } from './known-queries.js';
import { recordOperation } from './log.plugin.js';
import type { Graph } from './start.js';

/**
 * Answers queries that came before, without a pass through Apollo Server, which costs as much as all the rest. Of what that
 * does for a request,
 *
 * - CSRF prevention holds because only bodies declared as JSON get here, which browsers send to other sites after a preflight
 *   alone;
 * - parsing, validation and the check for introspection have been passed by the same text before;
 * - the `Accept` header has been given an answer before, whose content type is used again;
 * - the rules of the plug-ins are applied here, by the functions that they call;
 * - the status is 200, as it is for every query that was executed.
 *
 * Whatever is refused before execution is left to Apollo Server, so that its answers exist once.
 */
export interface KnownAnswers {
  /** The content type of answers for this `Accept`; `undefined` until Apollo Server has chosen one. */
  contentType(accept: string | undefined): string | undefined;
  noteContentType(accept: string | undefined, contentType: string): void;
  /** The answer as JSON, in bytes if it has no errors; `undefined` for what Apollo Server has to answer. */
  answer(
    graph: Graph,
    query: KnownQuery,
    request: WellFormed,
    begin: () => Begun | undefined,
  ): Promise<string | Buffer | undefined>;
}

/** What a body has to be for a known answer. Apollo Server answers others, and says what is wrong with them. */
export interface WellFormed extends GivenDocument {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

const MAX_ACCEPTS = 100;
const MAX_ACCEPT_CHARS = 200;

export interface KnownAnswersDeps {
  readonly observer: Observer;
  readonly tracer: Tracer;
  readonly formatResult: ResultFormatter;
  readonly maxAnswerBytes: number;
}

export function createKnownAnswers(deps: KnownAnswersDeps): KnownAnswers {
  const { observer, tracer, formatResult, maxAnswerBytes } = deps;
  const contentTypes = new LRUCache<string, string>({ max: MAX_ACCEPTS });

  async function execute(executor: Executor, execution: Execution) {
    const written = await executor.write(execution);
    if (written !== undefined && written.errors === undefined)
      return { json: written.json, errors: undefined };
    const executed = written === undefined ? await executor.interpret(execution) : resultOf(written);
    const limited = limitSize(merged(formatResult(executed)), maxAnswerBytes);
    return { json: `${JSON.stringify(limited)}\n`, errors: limited.errors };
  }

  return {
    contentType: (accept = '') => contentTypes.get(accept),
    noteContentType(accept = '', contentType) {
      if (accept.length <= MAX_ACCEPT_CHARS) contentTypes.set(accept, contentType);
    },
    async answer({ rules, executor }, { document, operation }, { operationName, variables }, begin) {
      const given = variables ?? {};
      if (rules.badVariables(document, operation, given) !== undefined) return undefined;
      const startedAt = performance.now();
      const begun = begin();
      if (begun === undefined) return undefined;
      const { context, release } = begun;
      try {
        if (rules.callLimit(document, operation, given, context.calls) !== undefined) return undefined;
        const execution = { document, operationName, variables: given, context };
        const { json, errors } = await execute(executor, execution);
        const durationMs = performance.now() - startedAt;
        recordOperation(observer, tracer, { context, operation, errors, durationMs });
        return json;
      } finally {
        release();
      }
    },
  };
}

function merged(result: FormattedExecutionResult): FormattedExecutionResult {
  const { errors, data = null } = result;
  return errors === undefined ? result : { errors: mergeProblems(errors), data };
}

/** Makes sure that Apollo Server would read the same from the body. */
export function wellFormed({ method, headers, body, filePath }: FastifyRequest): WellFormed | undefined {
  if (method !== 'POST' || filePath !== null || !PLAIN_JSON.has(headers['content-type'])) return undefined;
  // A router that wants a trace of each field.
  if (headers['apollo-federation-include-trace'] !== undefined) return undefined;
  if (!isRecord(body)) return undefined;
  const { query, documentId, operationName, variables, extensions } = body;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  if ((variables != null && !isRecord(variables)) || (extensions != null && !isRecord(extensions)))
    return undefined;
  return {
    query,
    documentId,
    extensions,
    operationName: operationName ?? null,
    variables: variables ?? null,
  };
}

const PLAIN_JSON: ReadonlySet<string | undefined> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
  'application/json; charset=UTF-8',
  'application/json;charset=UTF-8',
]);

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
