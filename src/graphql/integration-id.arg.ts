import { ID } from 'type-graphql';
import { CheckedArg, type CheckedArgOptions, checks } from './checked-arg.js';

export const INTEGRATION_ID_DESCRIPTION =
  'The integration that is meant. Left out, it is the one that is active: a company has at most one.';

/** `integrationId: ID`, as on every operation that belongs to an integration. */
export function IntegrationIdArg({ deferred }: Pick<CheckedArgOptions, 'deferred'> = {}) {
  return CheckedArg('integrationId', () => ID, {
    nullable: true,
    description: INTEGRATION_ID_DESCRIPTION,
    check: checks.integrationId,
    deferred,
  });
}
