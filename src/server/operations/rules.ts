import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  type ParseOptions,
  specifiedRules,
  type ValidationRule,
} from 'graphql';
import { exactNumbersRule } from './bad-literals.js';
import { badVariables } from './bad-variables.js';
import { type CallLimit, createCallLimit } from './call-limit.plugin.js';
import type { OperationLimits } from './limits.js';
import { operationSizeRule } from './size.rule.js';

type Judge = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
) => GraphQLError | undefined;

/**
 * The rules for operations of every transport: Apollo Server applies them to HTTP and, for subscriptions over streams,
 * prepare.ts does. The length of the text is judged before, in documents.ts.
 */
export interface OperationRules {
  readonly parse: ParseOptions & { readonly maxTokens: number };
  /** All rules of validation, graphql's own included. */
  readonly validation: readonly ValidationRule[];
  /** The rules that neither graphql nor Apollo Server brings. */
  readonly ownValidation: readonly ValidationRule[];
  readonly maxErrors: number;
  /** Whether introspection is allowed and messages suggest names. Production has neither. */
  readonly explorable: boolean;
  /** Returns the error of a valid operation whose variables do not fit. */
  readonly badVariables: Judge;
  readonly callLimit: CallLimit;
  /** Returns the first error of the two judgements above. */
  readonly refusal: Judge;
}

export function createOperationRules(
  schema: GraphQLSchema,
  limits: OperationLimits,
  explorable: boolean,
): OperationRules {
  const ownValidation = [operationSizeRule(limits, explorable), exactNumbersRule];
  const callLimit = createCallLimit(schema, limits.maxPlannedCalls);
  const judgeVariables: Judge = (...operation) => badVariables(schema, ...operation);
  return {
    parse: { maxTokens: limits.maxTokens },
    // The gateway's rules come first: an operation that is too large would also have many other errors.
    validation: [
      ...ownValidation,
      ...specifiedRules,
      ...(explorable ? [] : [NoSchemaIntrospectionCustomRule]),
    ],
    ownValidation,
    maxErrors: limits.maxErrors,
    explorable,
    badVariables: judgeVariables,
    callLimit,
    refusal: (...operation) => judgeVariables(...operation) ?? callLimit(...operation),
  };
}

const SUGGESTION = 'Did you mean ';

/** Returns the message, in production without the names that graphql suggests instead. */
export function withoutSuggestions({ message }: GraphQLError, { explorable }: OperationRules): string {
  const at = message.indexOf(SUGGESTION);
  if (explorable || at === -1 || !message.endsWith('?')) return message;
  return message.slice(0, at).trimEnd();
}
