import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  type ParseOptions,
  specifiedRules,
  type ValidationRule,
} from 'graphql';
import { GatewayError } from '../errors.js';
import { plannedCalls } from '../graphql/planned-calls.js';
import { asGraphqlError } from './as-graphql-error.js';
import { exactNumbersRule } from './bad-literals.js';
import { badVariables } from './bad-variables.js';
import type { OperationLimits } from './operation-limits.js';
import { operationSizeRule } from './operation-size.rule.js';

/**
 * The limits that every operation is held to, whichever way it comes in: HTTP takes them through Apollo Server,
 * WebSocket and SSE through operations.ts. How long a text may be is judged before, in documents.ts.
 */
export interface OperationRules {
  readonly parse: ParseOptions & { readonly maxTokens: number };
  /** graphql's own rules among them. */
  readonly validation: readonly ValidationRule[];
  /** Those alone that neither graphql nor Apollo brings. */
  readonly ownValidation: readonly ValidationRule[];
  readonly maxErrors: number;
  /** Introspection, and suggestions in messages, which production leaves out. */
  readonly explorable: boolean;
  /** Of a valid operation, with its variables: an error where it may not be run. */
  refusal(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): GraphQLError | undefined;
}

export function createOperationRules(
  schema: GraphQLSchema,
  limits: OperationLimits,
  explorable: boolean,
): OperationRules {
  const ownValidation = [operationSizeRule(limits, explorable), exactNumbersRule];
  return {
    parse: { maxTokens: limits.maxTokens },
    // Ours first: what it refuses is named before the errors it drags along.
    validation: [
      ...ownValidation,
      ...specifiedRules,
      ...(explorable ? [] : [NoSchemaIntrospectionCustomRule]),
    ],
    ownValidation,
    maxErrors: limits.maxErrors,
    explorable,
    refusal(document, operation, variables) {
      const error =
        badVariables(schema, document, operation, variables) ??
        tooManyCalls(document, operation, variables, limits.maxPlannedCalls);
      return error && asGraphqlError(error, operation);
    },
  };
}

/** The message without the names that exist instead, where those are nobody's business. */
export function withoutSuggestions(error: GraphQLError, { explorable }: OperationRules): string {
  const { message } = error;
  const at = message.indexOf(SUGGESTION);
  if (explorable || at === -1 || !message.endsWith('?')) return message;
  return message.slice(0, at).trimEnd();
}

const SUGGESTION = 'Did you mean ';

function tooManyCalls(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  maxCalls: number,
): GatewayError | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const { calls, most } = plannedCalls(operation, fragments, variables);
  if (calls <= maxCalls) return undefined;
  return new GatewayError(
    'OPERATION_TOO_COMPLEX',
    `This operation would cost up to ${calls} calls to Gong, and one may cost ${maxCalls}. Most are for ` +
      `"${most}": ask for fewer of them at a time, or in operations of their own.`,
    { details: { plannedCalls: calls, limit: maxCalls, split: most } },
  );
}
