import { createHash } from 'node:crypto';
import type { ApiDialect } from '../crm/dialects.js';
import { badUserInput, type InputProblem } from '../errors.js';
import type { DealStage, GongClient } from '../gong/types.js';
import { type SubmissionLedger, submitKnown } from './submission-ledger.js';
import { type SubmittedRequest, submitOnce } from './submit-once.js';

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

export interface DeprecatedCallDependencies {
  readonly gong: GongClient;
  readonly ledger: SubmissionLedger;
  readonly dialect: ApiDialect;
  /** The current time, as an ISO-8601 datetime without milliseconds: these forms have no date of change. */
  readonly now: () => string;
}

/** @throws GatewayError BAD_USER_INPUT for a user without an e-mail address that is not a deletion */
export async function mapUsers(
  mapping: UserMapping,
  deps: DeprecatedCallDependencies,
): Promise<SubmittedRequest> {
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

  const integrationId = await mapping.integrationId();
  const users = mapping.users.map(({ crmUserId, emailAddress, isDeleted }) => ({
    crmUserId,
    ...(emailAddress == null ? {} : { emailAddress }),
    ...(isDeleted === true ? { isDeleted } : {}),
  }));
  const content = contentId('map_users', integrationId, users);
  const clientRequestId = mapping.clientRequestId ?? content;
  return submitKnown(deps.ledger, content, { integrationId, clientRequestId }, (request) =>
    deps.dialect === 'legacy'
      ? deps.gong.mapUsers({ ...request, file: ldjson(users) }, { priority: 'upload' })
      : deps.gong.uploadObjects('BUSINESS_USER', {
          ...request,
          file: ldjson(users.map(toBusinessUser(deps.now()))),
        }),
  );
}

function toBusinessUser(modifiedDate: string) {
  return ({ crmUserId, ...rest }: MappedUser) => ({ objectId: crmUserId, modifiedDate, ...rest });
}

/** Gives the request to follow, or `null` where Gong stored the stages before it answered. */
export async function uploadDealStages(
  integrationId: string,
  stages: readonly DealStage[],
  deps: DeprecatedCallDependencies,
): Promise<SubmittedRequest | null> {
  if (deps.dialect === 'legacy') {
    await deps.gong.uploadStages(integrationId, stages);
    return null;
  }
  const modifiedDate = deps.now();
  const objects = stages.map((stage) => ({ objectId: stage.internalName, modifiedDate, ...stage }));
  return submitOnce(
    { integrationId, clientRequestId: contentId('stages', integrationId, stages) },
    (request) =>
      deps.gong.uploadObjects('STAGE', { ...request, file: ldjson(objects) }, { priority: 'upload' }),
  );
}

function ldjson(rows: readonly object[]): Blob {
  return new Blob(rows.map((row) => `${JSON.stringify(row)}\n`));
}

function contentId(prefix: string, integrationId: string, rows: readonly object[]): string {
  const digest = createHash('sha256')
    .update(`${prefix}\n${integrationId}\n`)
    .update(JSON.stringify(rows))
    .digest('base64url');
  return `${prefix}-${digest}`;
}
