import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal, type RequestStatus } from '../crm/request-status.js';
import type { GongClient } from '../gong/types.js';

const FIRST_INTERVAL_MS = 1_000;
const LONGEST_INTERVAL_MS = 15_000;

/** Follows a request to its end, asking ever more seldom. For uploads whose parts must wait for each other. */
export async function untilFinal(
  gong: GongClient,
  integrationId: string,
  clientRequestId: string,
): Promise<RequestStatus> {
  for (let interval = FIRST_INTERVAL_MS; ; interval = Math.min(interval * 1.5, LONGEST_INTERVAL_MS)) {
    const status = await gong.requestStatus(integrationId, clientRequestId, { priority: 'upload' });
    if (isFinal(status.state)) return status;
    await sleep(interval);
  }
}
