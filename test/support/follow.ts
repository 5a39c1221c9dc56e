import { setTimeout as sleep } from 'node:timers/promises';
import { RequestStatusDocument, type RequestStatusQuery } from '../../client/src/generated/graphql.js';
import type { Harness } from './harness.js';

/** The status of a request once it is final. Asks again and again; fails after a number of tries, not of seconds. */
export async function follow(
  harness: Harness,
  clientRequestId: string,
): Promise<NonNullable<RequestStatusQuery['requestStatus']>> {
  for (let tries = 0; tries < 2000; tries += 1) {
    const { requestStatus } = await harness.execute(RequestStatusDocument, { clientRequestId });
    if (requestStatus.isFinal) return requestStatus;
    await sleep(5);
  }
  throw new Error(`needed ${clientRequestId} to end, got no final state in 2,000 tries`);
}
