import { setTimeout as sleep } from 'node:timers/promises';
import { RequestStatusDocument, type RequestStatusQuery } from '../schema/generated/graphql.js';
import type { Client } from './client.js';

export type RequestStatus = RequestStatusQuery['requestStatus'];

export interface RequestName {
  readonly clientRequestId: string;
  readonly integrationId: string;
}

const POLL_MS = 500;

/** Follows a request until it is DONE or FAILED; `onStatus` is told of each change. Asks again and again: a
 * subscription to `requestStatusChanged` does the same without. */
export async function untilFinal(
  client: Client,
  { clientRequestId, integrationId }: RequestName,
  onStatus: (status: RequestStatus) => void = () => {},
): Promise<RequestStatus> {
  let shown = '';
  for (;;) {
    const { requestStatus } = await client.execute(RequestStatusDocument, { clientRequestId, integrationId });
    if (requestStatus.status !== shown) onStatus(requestStatus);
    shown = requestStatus.status;
    if (requestStatus.isFinal) return requestStatus;
    await sleep(POLL_MS);
  }
}
