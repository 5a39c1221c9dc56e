import { integer, type SettingsOf } from '../../env.js';

/** What one operation may contain and cost, over every transport. */
export const LIMIT_SETTINGS = {
  /** Largest body of a request, files excepted. */
  maxBodyBytes: integer('LIMIT_BODY_BYTES', 262_144, [1_024, 104_857_600], 'bytes'),
  /** Longest text of an operation. */
  maxQueryChars: integer('LIMIT_QUERY_CHARS', 15_000, [100, 1_000_000], 'characters'),
  /** Tokens (names, values and punctuation) in the text of an operation. */
  maxTokens: integer('LIMIT_TOKENS', 1_000, [10, 100_000]),
  /** How deeply fields may be nested. Introspection has no such limit. */
  maxDepth: integer('LIMIT_DEPTH', 10, [1, 1_000]),
  /** Aliases in an operation. Those in a fragment count once for each use of it, and `__typename` counts too. */
  maxAliases: integer('LIMIT_ALIASES', 15, [0, 10_000]),
  /** Root fields of an operation. */
  maxRootFields: integer('LIMIT_ROOT_FIELDS', 10, [1, 1_000]),
  /** Directives in an operation, such as `@include`. */
  maxDirectives: integer('LIMIT_DIRECTIVES', 20, [0, 10_000]),
  /**
   * Calls to Gong that one operation may make; 100 objects of a type take one call. What the operation itself names is
   * counted before it runs, what that refers to is counted as it is found. Schemas for checking uploads are not counted.
   */
  maxPlannedCalls: integer('LIMIT_PLANNED_CALLS', 10, [1, 10_000], 'calls'),
  /** Validation errors that are reported; validation stops there. */
  maxErrors: integer('LIMIT_ERRORS', 5, [1, 1_000]),
};

export type OperationLimits = SettingsOf<typeof LIMIT_SETTINGS>;
