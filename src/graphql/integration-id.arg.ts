import { ID } from 'type-graphql';
import { CheckedArg, type CheckedArgOptions, checks } from './checked-arg.js';

export const INTEGRATION_ID_DESCRIPTION =
  'The ID of the integration. By default the active one: a company has at most one.';

/** The argument `integrationId: ID` of every operation that concerns an integration. */
export function IntegrationIdArg({ deferred }: Pick<CheckedArgOptions, 'deferred'> = {}) {
  return CheckedArg('integrationId', () => ID, {
    nullable: true,
    description: INTEGRATION_ID_DESCRIPTION,
    check: checks.integrationId,
    deferred,
  });
}
