import type { Integration } from './company.js';
import { jsonMembers } from './json-members.js';
import type { TimeSlices } from './slices.js';

/**
 * Processes the deals that waited for users who are mapped now (reference, section 4). A deal whose account is
 * not there stays raw: for accounts Gong does not look back.
 */
export async function processWaitingDeals(
  integration: Integration,
  owners: readonly string[],
  slices: TimeSlices,
): Promise<void> {
  for (const owner of owners) {
    for (const dealId of integration.waitingDeals.take(owner)) {
      if (slices.isOver) await slices.pause();
      processDeal(integration, owner, dealId);
    }
  }
}

function processDeal({ objects, schemas }: Integration, owner: string, dealId: string): void {
  const line = objects.DEAL.waiting(dealId);
  if (line === undefined || textOf(line, 'ownerId') !== owner) return;
  const hasAccount = objects.ACCOUNT.isInMain(textOf(line, 'accountId'));
  objects.DEAL.settle(dealId, hasAccount ? 'MAIN' : 'RAW', schemas.DEAL.epoch);
}

export function textOf(line: string, field: string): string {
  return String(JSON.parse(jsonMembers(line).get(field) ?? 'null'));
}
