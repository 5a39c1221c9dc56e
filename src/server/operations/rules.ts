import { type GraphQLSchema, type ParseOptions, specifiedRules, type ValidationRule } from 'graphql';
import { exactNumbersRule } from './bad-literals.js';
import { createVariablesCheck } from './bad-variables.js';
import { type CallLimit, createCallLimit } from './call-limit.plugin.js';
import type { Judge } from './judge.js';
import type { OperationLimits } from './limits.js';
import { oneOfVariablesRule } from './one-of-variables.rule.js';
import { operationSizeRule } from './size.rule.js';

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
  /** Returns the error of a valid operation whose variables do not fit. */
  readonly badVariables: Judge;
  readonly callLimit: CallLimit;
  /** Returns the first error of the two judgements above. */
  readonly refusal: Judge;
}

export function createOperationRules(schema: GraphQLSchema, limits: OperationLimits): OperationRules {
  const ownValidation = [operationSizeRule(limits), exactNumbersRule, oneOfVariablesRule];
  const callLimit = createCallLimit(schema, limits.maxPlannedCalls);
  const judgeVariables = createVariablesCheck(schema);
  return {
    parse: { maxTokens: limits.maxTokens },
    // The gateway's rules come first: an operation that is too large would also have many other errors.
    validation: [...ownValidation, ...specifiedRules],
    ownValidation,
    maxErrors: limits.maxErrors,
    badVariables: judgeVariables,
    callLimit,
    refusal: (...operation) => judgeVariables(...operation) ?? callLimit(...operation),
  };
}
