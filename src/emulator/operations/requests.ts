import type { Call, Handler } from '../call.js';
import type { Integration } from '../company.js';
import { type Answer, HttpError } from '../http.js';
import { CLIENT_REQUEST_ID, INTEGRATION_ID, readParameters } from '../parameters.js';
import type { Work } from '../processor.js';
import { createAsyncRequest } from '../requests.js';

/** @throws HttpError 409 if an accepted request has used the `clientRequestId` */
export function requireUnused(integration: Integration, clientRequestId: string): void {
  if (integration.requests.has(clientRequestId)) {
    throw new HttpError(409, [`The clientRequestId ${clientRequestId} already exists`]);
  }
}

/**
 * Accepts an asynchronous request and reserves its `clientRequestId`.
 *
 * @throws HttpError 409
 */
export function accept(call: Call, integration: Integration, clientRequestId: string, work: Work): Answer {
  requireUnused(integration, clientRequestId);
  const request = createAsyncRequest();
  integration.requests.set(clientRequestId, request);
  call.processor.submit(request, work);
  return { status: 201, members: [['clientRequestId', JSON.stringify(clientRequestId)]] };
}

export const requestStatus: Handler = ({ query, company }) => {
  const { integrationId, clientRequestId } = readParameters(query, {
    integrationId: INTEGRATION_ID,
    clientRequestId: CLIENT_REQUEST_ID,
  });
  const request = company.requestsOf(integrationId).get(clientRequestId);
  if (request === undefined) {
    throw new HttpError(404, [`There is no request with the clientRequestId ${clientRequestId}`]);
  }
  const { errors, totalErrorCount, totalSuccessCount } = request.outcome;
  return {
    status: 200,
    members: [
      ['status', JSON.stringify(request.state)],
      ['errors', JSON.stringify(errors)],
      ['totalErrorCount', String(totalErrorCount)],
      ['totalSuccessCount', String(totalSuccessCount)],
    ],
  };
};
