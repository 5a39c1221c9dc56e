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
import { GatewayError } from '../../errors.js';
import { type PlannedCalls, plannedCalls } from '../../graphql/planned-calls.js';
import type { CallAllowance } from '../../loaders/call-allowance.js';
import { asGraphqlError } from './as-graphql-error.js';
import { exactNumbersRule } from './bad-literals.js';
import { badVariables } from './bad-variables.js';
import type { OperationLimits } from './limits.js';
import { operationSizeRule } from './size.rule.js';

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
  /**
   * Of a valid operation, with its variables: an error where it may not be run.
   *
   * @param calls is told what the operation may cost beside what is known
   */
  refusal(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
    calls?: CallAllowance,
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
    refusal(document, operation, variables, calls) {
      const error =
        badVariables(schema, document, operation, variables) ??
        tooManyCalls(
          plannedCalls(operation, fragmentsOf(document), variables),
          limits.maxPlannedCalls,
          calls,
        );
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
  planned: PlannedCalls,
  limit: number,
  allowance: CallAllowance | undefined,
): GatewayError | undefined {
  const refusal = (what: string, known: object = {}) => {
    const largestIds = planned.largestIds(limit);
    const advice =
      largestIds > 0
        ? `With up to ${largestIds} ids in \`crmObjects\` it passes, whatever they refer to.`
        : `Most are for \`${planned.most}\`: ask for less of it, or in operations of their own.`;
    const details = { ...known, limit, split: planned.most, ...(largestIds > 0 ? { largestIds } : {}) };
    return new GatewayError('OPERATION_TOO_COMPLEX', `${what}, and one may make ${limit}. ${advice}`, {
      details,
    });
  };
  if (planned.calls > limit) {
    const known = { plannedCalls: planned.calls };
    return refusal(`This operation would make at least ${planned.calls} calls to Gong`, known);
  }
  allowance?.set(limit - planned.calls, () =>
    refusal('What this refers to would take more calls to Gong than the operation has left'),
  );
  return undefined;
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
}
