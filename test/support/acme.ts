import type { AccountInput, DealInput } from '../../client/src/generated/graphql.js';
import {
  RegisterIntegrationDocument,
  UploadAccountsDocument,
  UploadBusinessUsersDocument,
  UploadDealsDocument,
  UploadStagesDocument,
} from '../../client/src/generated/graphql.js';
import { follow } from './follow.js';
import type { Harness } from './harness.js';

export const MODIFIED = '2024-03-01T12:00:00Z';

export function account(objectId: string, more: Partial<AccountInput> = {}): AccountInput {
  return {
    objectId,
    modifiedDate: MODIFIED,
    name: `Account ${objectId}`,
    domains: [`${objectId}.example.com`],
    ...more,
  };
}

export function deal(objectId: string, accountId: string, more: Partial<DealInput> = {}): DealInput {
  return {
    objectId,
    accountId,
    modifiedDate: MODIFIED,
    ownerId: 'owner-1',
    name: `Deal ${objectId}`,
    createdDate: '2024-01-01T00:00:00Z',
    closeDate: '2024-12-31',
    status: 'OPEN',
    stage: 'discovery',
    amount: 7000,
    ...more,
  };
}

/** A registered CRM with one stage and one owner, so that deals can be uploaded. Gives the integration's ID. */
export async function registerAcme(harness: Harness): Promise<string> {
  const { registerIntegration } = await harness.execute(RegisterIntegrationDocument, {
    input: { name: 'Acme CRM', ownerEmail: 'owner@acme.com' },
  });
  const stages = await harness.execute(UploadStagesDocument, {
    stages: [
      { objectId: 'discovery', modifiedDate: MODIFIED, name: 'Discovery', isActive: true, sortOrder: 1 },
    ],
  });
  await settled(harness, stages.uploadStages);
  const users = await harness.execute(UploadBusinessUsersDocument, {
    businessUsers: [{ objectId: 'owner-1', modifiedDate: MODIFIED, emailAddress: 'jane.doe@acme.com' }],
  });
  await settled(harness, users.uploadBusinessUsers);
  return registerIntegration.id;
}

export async function loadAccounts(harness: Harness, accounts: readonly AccountInput[]): Promise<void> {
  const { uploadAccounts } = await harness.execute(UploadAccountsDocument, { accounts: [...accounts] });
  await settled(harness, uploadAccounts);
}

export async function loadDeals(harness: Harness, deals: readonly DealInput[]): Promise<void> {
  const { uploadDeals } = await harness.execute(UploadDealsDocument, { deals: [...deals] });
  await settled(harness, uploadDeals);
}

/** Waits until an accepted upload is DONE. */
export async function settled(
  harness: Harness,
  result: { readonly __typename: string; readonly clientRequestId?: string },
): Promise<void> {
  if (result.clientRequestId === undefined)
    throw new Error(`needed an accepted upload, got ${JSON.stringify(result)}`);
  const status = await follow(harness, result.clientRequestId);
  if (status.status !== 'DONE') throw new Error(`needed DONE, got ${JSON.stringify(status)}`);
}
