import type { RequestState } from '../../crm/object-types.js';
import { GatewayError } from '../../errors.js';
import type { StateOf } from './states.js';
import type { RequestName, Submitted, SubmittedRequest } from './types.js';

/** Results and errors for submissions that were not sent, because Gong already has a request under their name. */

/**
 * Returns the current state of a submission that Gong has had before.
 *
 * @throws GatewayError as a call to Gong does
 */
export async function repeatOf(
  stateOf: StateOf,
  name: RequestName,
  requests: readonly string[],
): Promise<Submitted> {
  const states = requests.map((request) => stateOf(name.integrationId, request));
  return repeatWith(name, requests, await Promise.all(states));
}

export function repeatWith(
  name: RequestName,
  requests: readonly string[],
  states: readonly (RequestState | null)[],
): Submitted {
  const repeats = requests.map((clientRequestId) => ({ clientRequestId, alreadySubmitted: true }));
  return submitted(name, repeats, states);
}

/** @param states one per request; `null` if it was sent just now or its state could not be read */
export function submitted(
  name: RequestName,
  requests: readonly Pick<SubmittedRequest, 'clientRequestId' | 'alreadySubmitted'>[],
  states: readonly (RequestState | null)[],
): Submitted {
  const { integrationId } = name;
  const described = requests.map(({ clientRequestId, alreadySubmitted }, index) => {
    const status = alreadySubmitted ? (states[index] ?? null) : null;
    return {
      integrationId,
      clientRequestId,
      alreadySubmitted,
      status,
      message: messageFor(alreadySubmitted, status),
    };
  });
  const alreadySubmitted = described.every((request) => request.alreadySubmitted);
  const isFailed = described.some((request) => request.status === 'FAILED');
  const status = alreadySubmitted || isFailed ? overall(described.map((request) => request.status)) : null;
  return {
    ...name,
    requests: described,
    alreadySubmitted,
    status,
    message: messageFor(alreadySubmitted || isFailed, status),
  };
}

function messageFor(alreadySubmitted: boolean, status: RequestState | null): string | null {
  if (!alreadySubmitted) return null;
  switch (status) {
    case 'FAILED':
      return 'Gong failed what was submitted before, and it was not sent again. Once the cause is gone, send it under another clientRequestId, or without one.';
    case null:
      return 'Gong has it, but its status could not be read: query requestStatus.';
    default:
      return null;
  }
}

/** Returns the state of several requests taken together: FAILED if one is, otherwise that of the least advanced. */
function overall(states: readonly (RequestState | null)[]): RequestState | null {
  if (states.includes('FAILED')) return 'FAILED';
  if (states.includes(null)) return null;
  const [first = null] = states;
  return states.every((state) => state === first) ? first : 'IN_PROGRESS';
}

/** The caller's ID is known to have been used for other content. */
export function usedForOtherContent(clientRequestId: string): GatewayError {
  return new GatewayError(
    'CONFLICT',
    `clientRequestId: needed an ID not used before, got "${clientRequestId}", under which other content was sent. ` +
      'Choose another, or leave it out and one is derived from the content.',
    { details: { clientRequestId } },
  );
}

/**
 * Gong has a request under this name with unknown content: it may be the caller's own, sent before a restart. In that
 * case the status tells the caller whether anything is left to do.
 */
export async function usedBefore(
  stateOf: StateOf,
  { integrationId, clientRequestId }: RequestName,
  refusal: GatewayError,
): Promise<GatewayError> {
  const status = await stateOf(integrationId, clientRequestId).catch(() => null);
  const { upstream } = refusal.extensions;
  return new GatewayError(
    'CONFLICT',
    `clientRequestId: Gong has a request "${clientRequestId}" already (${status ?? 'its status could not be read'}), and ` +
      'the gateway does not know whether its content is the same. Nothing was sent. ' +
      `${status === 'FAILED' ? 'To send it again' : 'If it is yours, follow it with requestStatus; otherwise'} choose ` +
      'another ID, or leave it out.',
    {
      details: { clientRequestId, status, ...(upstream === undefined ? {} : { upstream }) },
      cause: refusal,
    },
  );
}
