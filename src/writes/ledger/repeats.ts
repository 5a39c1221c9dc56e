import type { RequestState } from '../../crm/object-types.js';
import { GatewayError } from '../../errors.js';
import type { StateOf } from './states.js';
import type { RequestName, Submitted, SubmittedRequest } from './types.js';

/** What callers are told where nothing was sent for them, because Gong has it or has something else in its place. */

/**
 * What has become of an upload that Gong has had before.
 *
 * @throws GatewayError as a call of Gong does
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

/** An upload whose requests have the states given, `null` where it was sent just now or Gong cannot say. */
export function submitted(
  name: RequestName,
  requests: readonly Pick<SubmittedRequest, 'clientRequestId' | 'alreadySubmitted'>[],
  states: readonly (RequestState | null)[],
): Submitted {
  const { integrationId } = name;
  const told = requests.map(({ clientRequestId, alreadySubmitted }, index) => {
    const status = alreadySubmitted ? (states[index] ?? null) : null;
    return {
      integrationId,
      clientRequestId,
      alreadySubmitted,
      status,
      message: messageFor(alreadySubmitted, status),
    };
  });
  const alreadySubmitted = told.every((request) => request.alreadySubmitted);
  const isFailed = told.some((request) => request.status === 'FAILED');
  const status = alreadySubmitted || isFailed ? together(told.map((request) => request.status)) : null;
  return {
    ...name,
    requests: told,
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
      return 'What has become of it at Gong is not known: ask requestStatus.';
    default:
      return null;
  }
}

/** The state of a whole: as far as its slowest part, unless one has failed. */
function together(states: readonly (RequestState | null)[]): RequestState | null {
  if (states.includes('FAILED')) return 'FAILED';
  if (states.includes(null)) return null;
  const [first = null] = states;
  return states.every((state) => state === first) ? first : 'IN_PROGRESS';
}

/** The caller's own ID was used for something that this gateway knows to be different. */
export function usedForOtherContent(clientRequestId: string): GatewayError {
  return new GatewayError(
    'CONFLICT',
    `clientRequestId: needed an ID not used before, got "${clientRequestId}", under which other content was sent. ` +
      'Choose another, or leave it out and one is made from the content.',
    { details: { clientRequestId } },
  );
}

/**
 * Gong has a request of this name, and nobody here knows what is in it: it may be the caller's own, sent before a
 * restart. The status tells the caller whether there is anything left to do if it is.
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
      'whether its content is the same is not known here. Nothing was sent. ' +
      `${status === 'FAILED' ? 'To send it again' : 'If it is yours, follow it with requestStatus; otherwise'} choose ` +
      'another ID, or leave it out.',
    {
      details: { clientRequestId, status, ...(upstream === undefined ? {} : { upstream }) },
      cause: refusal,
    },
  );
}
