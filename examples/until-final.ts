import {
  RequestStatusChangedDocument,
  type RequestStatusChangedSubscription,
} from '../schema/generated/graphql.js';
import type { Client } from './client.js';

export type RequestStatus = RequestStatusChangedSubscription['requestStatusChanged'];

export interface RequestName {
  readonly clientRequestId: string;
  readonly integrationId: string;
}

/** Follows a request by subscription until it is DONE or FAILED, and calls `onStatus` with each change. */
export async function untilFinal(
  client: Client,
  { clientRequestId, integrationId }: RequestName,
  onStatus: (status: RequestStatus) => void = () => {},
): Promise<RequestStatus> {
  const changes = client.subscribe(RequestStatusChangedDocument, { clientRequestId, integrationId });
  for await (const { requestStatusChanged } of changes) {
    onStatus(requestStatusChanged);
    if (requestStatusChanged.isFinal) return requestStatusChanged;
  }
  throw new Error(`the stream of ${clientRequestId} ended before the request was DONE or FAILED`);
}
