import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { oneOf, type SettingsOf, setting } from '../../env.js';
import type { Context } from '../../graphql/context.js';
import { type CompiledQuery, compile, type Written } from './compiled/compile.js';

export const EXECUTOR_SETTINGS = {
  /**
   * Which queries are compiled to a plan before they are executed: those that come `again`, `all` of them, or `none`. The
   * answers are the same.
   */
  compiled: setting('COMPILED_QUERIES', oneOf(['again', 'all', 'none']), { default: 'again' }),
};

export type ExecutorSettings = SettingsOf<typeof EXECUTOR_SETTINGS>;

/** A valid operation. */
export interface Execution {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variables: Readonly<Record<string, unknown>> | null | undefined;
  readonly context: Context;
}

/** Executes the queries and mutations of one schema: by plans compiled for them, or by graphql-js. */
export interface Executor {
  /** The answer as JSON, where a plan writes it. A root field that would exceed the limit of an answer is null with an error. */
  write(execution: Execution): Promise<Written> | Written | undefined;
  execute(execution: Execution): Promise<ExecutionResult> | ExecutionResult;
  /** By graphql-js, which calls whatever has been wrapped around resolvers since. */
  interpret(execution: Execution): Promise<ExecutionResult> | ExecutionResult;
}

const MAX_COMPILED = 300;

export function createExecutor(
  schema: GraphQLSchema,
  { compiled: mode }: ExecutorSettings,
  maxAnswerBytes: number,
): Executor {
  /** By document, which Apollo Server keeps by its text, and name. */
  const programs = new LRUCache<object, CompiledQuery | 'interpreted'>({ max: MAX_COMPILED });
  const seen = new WeakSet<object>();

  function programOf({ document, operationName }: Execution): CompiledQuery | undefined {
    const operation = getOperationAST(document, operationName);
    if (operation == null) return undefined;
    let program = programs.get(operation);
    if (program === undefined) {
      if (mode === 'again' && !seen.has(operation)) {
        seen.add(operation);
        return undefined;
      }
      program = compile(schema, document, operation, maxAnswerBytes) ?? 'interpreted';
      programs.set(operation, program);
    }
    return program === 'interpreted' ? undefined : program;
  }

  function interpret({ document, operationName, variables, context }: Execution) {
    return execute({
      schema,
      document,
      contextValue: context,
      operationName: operationName ?? null,
      variableValues: variables ?? null,
    });
  }

  function write(execution: Execution) {
    if (mode === 'none') return undefined;
    return programOf(execution)?.(execution.context, execution.variables ?? {});
  }

  return {
    write,
    interpret,
    execute(execution) {
      const written = write(execution);
      if (written === undefined) return interpret(execution);
      return written instanceof Promise ? written.then(resultOf) : resultOf(written);
    },
  };
}

/** What was written, as whoever does more with it than send it needs it. */
export function resultOf({ json, errors }: Written): ExecutionResult {
  const result: ExecutionResult = JSON.parse(json.toString());
  return errors === undefined ? result : { errors, ...result };
}
