import {
  type GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type ParseOptions,
  specifiedRules,
  type ValidationRule,
} from 'graphql';

/**
 * The limits that every operation is held to, whichever way it comes in: HTTP takes them through Apollo Server,
 * WebSocket and SSE through operations.ts.
 */
export interface OperationRules {
  readonly parse: ParseOptions & { readonly maxTokens: number };
  readonly validation: readonly ValidationRule[];
  /** Introspection, and suggestions in messages, which production leaves out. */
  readonly explorable: boolean;
}

/** Ends every alias, depth and field bomb within milliseconds; GraphiQL's introspection has 250. */
const MAX_TOKENS = 1000;

export function createOperationRules(explorable: boolean): OperationRules {
  return {
    parse: { maxTokens: MAX_TOKENS },
    validation: explorable ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule],
    explorable,
  };
}

/** The message without the names that exist instead, where those are nobody's business. */
export function withoutSuggestions(error: GraphQLError, { explorable }: OperationRules): string {
  return explorable ? error.message : error.message.replace(/ ?Did you mean .+\?$/s, '');
}
