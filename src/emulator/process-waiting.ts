import type { Integration } from './company.js';
import { jsonMembers } from './json-members.js';
import type { TimeSlices } from './slices.js';

/**
 * Processes the deals whose owners have been mapped (reference, section 4). A deal without its account stays RAW: Gong
 * does not process a deal later because its account arrives.
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
