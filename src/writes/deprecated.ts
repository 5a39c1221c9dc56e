import type { ApiDialect } from '../crm/dialects.js';
import type { InputProblem } from '../errors.js';
import type { DealStage } from '../gong/types.js';
import type { Submitted } from './ledger/types.js';
import { checkRows, type ListWarnings, refuseProblems } from './lists/rules.js';
import { type ListSender, submitList } from './lists/submit.js';

/**
 * The two calls that Gong deprecated (reference, section 2). The legacy dialect still has them; in the current one they are
 * translated to uploads of BUSINESS_USER and STAGE objects.
 */

export interface MappedUser {
  readonly crmUserId: string;
  readonly emailAddress?: string | null;
  readonly isDeleted?: boolean | null;
}

export interface UserMapping {
  readonly users: readonly MappedUser[];
  /** Problems found in the arguments before; reported together with those found here. */
  readonly problems: readonly InputProblem[];
  readonly integrationId: () => Promise<string>;
  readonly clientRequestId?: string | undefined;
}

export interface DealStagesUpload {
  readonly stages: readonly DealStage[];
  /** Problems found in the arguments before; reported together with those found here. */
  readonly problems: readonly InputProblem[];
  readonly integrationId: () => Promise<string>;
}

export interface DeprecatedCallDependencies extends ListSender {
  readonly dialect: ApiDialect;
  /** The current time in ISO 8601 without milliseconds; these calls have no `modifiedDate` of their own. */
  readonly now: () => string;
}

/** @throws GatewayError BAD_USER_INPUT naming every invalid field, before anything is sent */
export async function mapUsers(
  mapping: UserMapping,
  deps: DeprecatedCallDependencies,
): Promise<Submitted & ListWarnings> {
  const { dialect } = deps;
  const users = mapping.users.map(({ crmUserId, emailAddress, isDeleted }) => ({
    crmUserId,
    ...(emailAddress == null ? {} : { emailAddress }),
    ...(isDeleted === true ? { isDeleted } : {}),
  }));
  const modifiedDate = deps.now();
  const objects = users.map(({ crmUserId, ...rest }) => ({ objectId: crmUserId, modifiedDate, ...rest }));
  const { problems, ...warnings } = checkRows(objects, {
    ...{ dialect, objectType: 'BUSINESS_USER', schema: [], requirePhone: false },
    pathOf: (index, field) => ['users', index, field === 'objectId' ? 'crmUserId' : field],
  });
  refuseProblems(mapping.problems, problems);

  const isLegacy = dialect === 'legacy';
  const { gong } = deps;
  const submitted = await submitList(
    {
      ...{ objectType: 'BUSINESS_USER', kind: 'map_users' },
      integrationId: await mapping.integrationId(),
      clientRequestId: mapping.clientRequestId,
      given: ldjson(users),
      file: ldjson(isLegacy ? users : objects),
      objectIds: users.map(({ crmUserId }) => crmUserId),
      ...(isLegacy ? { send: (request, options) => gong.mapUsers(request, options) } : {}),
    },
    deps,
  );
  return { ...submitted, ...warnings };
}

/**
 * Returns the request to follow, or `null` if Gong stored the stages before it answered. The current dialect identifies a
 * stage by its object ID alone, for which the internal name is used.
 *
 * @throws GatewayError BAD_USER_INPUT naming every invalid field, before anything is sent
 */
export async function uploadDealStages(
  upload: DealStagesUpload,
  deps: DeprecatedCallDependencies,
): Promise<Submitted | null> {
  const { stages } = upload;
  const { dialect } = deps;
  const modifiedDate = deps.now();
  const objects = stages.map(({ internalName, ...stage }) => ({
    ...{ objectId: internalName, modifiedDate, ...stage },
    ...(dialect === 'legacy' ? { internalName } : {}),
  }));
  const { problems } = checkRows(objects, {
    ...{ dialect, objectType: 'STAGE', schema: [], requirePhone: false },
    pathOf: (index, field) => ['stages', index, field === 'objectId' ? 'internalName' : field],
  });
  refuseProblems(upload.problems, problems);

  const integrationId = await upload.integrationId();
  if (dialect === 'legacy') {
    const sending = { ...SYNCHRONOUS, integrationId, objectCount: stages.length };
    await deps.ledger.write(integrationId, () =>
      deps.record(sending, (options) => deps.gong.uploadDealStages(integrationId, stages, options)),
    );
    return null;
  }
  return submitList(
    {
      ...{ objectType: 'STAGE', kind: 'stages', integrationId },
      given: ldjson(stages),
      file: ldjson(objects),
      objectIds: stages.map(({ internalName }) => internalName),
    },
    deps,
  );
}

const SYNCHRONOUS = { kind: 'LIST', objectType: 'STAGE', clientRequestId: null } as const;

function ldjson(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
