import { integer } from '../../env.js';

/** What one operation may be and cost, whichever way it comes in. */
export interface OperationLimits {
  /** Of a request without a file, beside the text the variables. */
  readonly maxBodyBytes: number;
  readonly maxQueryChars: number;
  readonly maxTokens: number;
  /** Fields inside fields. Introspection has none, where it is allowed. */
  readonly maxDepth: number;
  /** Each use of a fragment counts, and so does `__typename`. */
  readonly maxAliases: number;
  readonly maxRootFields: number;
  readonly maxDirectives: number;
  /** Calls to Gong, of which 100 objects of a type are one. */
  readonly maxPlannedCalls: number;
  /** Of validation; further ones are not looked for. */
  readonly maxErrors: number;
}

/** Part of config.ts. */
export const LIMIT_VARIABLES = {
  LIMIT_BODY_BYTES: integer({ min: 1_024, max: 104_857_600, default: 262_144 }),
  LIMIT_QUERY_CHARS: integer({ min: 100, max: 1_000_000, default: 15_000 }),
  LIMIT_TOKENS: integer({ min: 10, max: 100_000, default: 1_000 }),
  LIMIT_DEPTH: integer({ min: 1, max: 1_000, default: 10 }),
  LIMIT_ALIASES: integer({ min: 0, max: 10_000, default: 15 }),
  LIMIT_ROOT_FIELDS: integer({ min: 1, max: 1_000, default: 10 }),
  LIMIT_DIRECTIVES: integer({ min: 0, max: 10_000, default: 20 }),
  LIMIT_PLANNED_CALLS: integer({ min: 1, max: 10_000, default: 10 }),
  LIMIT_ERRORS: integer({ min: 1, max: 1_000, default: 5 }),
};

type Variables = { readonly [Name in keyof typeof LIMIT_VARIABLES]: number };

export function operationLimits(variables: Variables): OperationLimits {
  return {
    maxBodyBytes: variables.LIMIT_BODY_BYTES,
    maxQueryChars: variables.LIMIT_QUERY_CHARS,
    maxTokens: variables.LIMIT_TOKENS,
    maxDepth: variables.LIMIT_DEPTH,
    maxAliases: variables.LIMIT_ALIASES,
    maxRootFields: variables.LIMIT_ROOT_FIELDS,
    maxDirectives: variables.LIMIT_DIRECTIVES,
    maxPlannedCalls: variables.LIMIT_PLANNED_CALLS,
    maxErrors: variables.LIMIT_ERRORS,
  };
}
