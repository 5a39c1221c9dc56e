import type { ApiDialect } from '../crm/dialects.js';
import { badUserInput, type InputProblem } from '../errors.js';
import type { DealStage } from '../gong/types.js';
import type { Submitted } from './ledger/types.js';
import { type ListSender, submitList } from './submit-list.js';

/**
 * The two calls that Gong deprecated (reference, section 2). The legacy dialect still has them; in the current
 * one they are uploads of BUSINESS_USER and STAGE objects, and these functions translate.
 */

export interface MappedUser {
  readonly crmUserId: string;
  readonly emailAddress?: string | null;
  readonly isDeleted?: boolean | null;
}

export interface UserMapping {
  readonly users: readonly MappedUser[];
  readonly integrationId: () => Promise<string>;
  readonly clientRequestId?: string | undefined;
}

export interface DeprecatedCallDependencies extends ListSender {
  readonly dialect: ApiDialect;
  /** The current time, as an ISO-8601 datetime without milliseconds: these forms have no date of change. */
  readonly now: () => string;
}

/** @throws GatewayError BAD_USER_INPUT for a user without an e-mail address that is not a deletion */
export async function mapUsers(mapping: UserMapping, deps: DeprecatedCallDependencies): Promise<Submitted> {
  const problems = mapping.users.flatMap((user, index): InputProblem[] =>
    user.isDeleted !== true && user.emailAddress == null
      ? [
          {
            path: ['users', index, 'emailAddress'],
            code: 'MISSING_FIELD',
            message: 'Mandatory field [emailAddress] is missing or empty',
          },
        ]
      : [],
  );
  if (problems.length > 0) throw badUserInput(problems);

  const users = mapping.users.map(({ crmUserId, emailAddress, isDeleted }) => ({
    crmUserId,
    ...(emailAddress == null ? {} : { emailAddress }),
    ...(isDeleted === true ? { isDeleted } : {}),
  }));
  const list = {
    objectType: 'BUSINESS_USER',
    kind: 'map_users',
    integrationId: await mapping.integrationId(),
    clientRequestId: mapping.clientRequestId,
    given: users,
    objectIds: users.map(({ crmUserId }) => crmUserId),
  } as const;
  if (deps.dialect === 'current') {
    return submitList({ ...list, rows: users.map(toBusinessUser(deps.now())) }, deps);
  }
  const { gong } = deps;
  return submitList(
    { ...list, rows: users, send: (request) => gong.mapUsers(request, { priority: 'upload' }) },
    deps,
  );
}

function toBusinessUser(modifiedDate: string) {
  return ({ crmUserId, ...rest }: MappedUser) => ({ objectId: crmUserId, modifiedDate, ...rest });
}

/** Returns the request to follow, or `null` where Gong stored the stages before it answered. */
export async function uploadDealStages(
  integrationId: string,
  stages: readonly DealStage[],
  deps: DeprecatedCallDependencies,
): Promise<Submitted | null> {
  if (deps.dialect === 'legacy') {
    await deps.ledger.write(integrationId, () => deps.gong.uploadStages(integrationId, stages));
    return null;
  }
  const modifiedDate = deps.now();
  return submitList(
    {
      objectType: 'STAGE',
      kind: 'stages',
      integrationId,
      given: stages,
      rows: stages.map((stage) => ({ objectId: stage.internalName, modifiedDate, ...stage })),
      objectIds: stages.map(({ internalName }) => internalName),
    },
    deps,
  );
}
