import { type ErrorCode, GatewayError } from '../errors.js';
import { type RequestName, type SubmittedRequest, submitOnce } from './submit-once.js';

export interface Submission extends RequestName {
  /**
   * Tells its kind and its content from any other's: the hash of a file or a list with its type and integration. Rejects
   * where a file never arrives in full; then Gong has nothing of it.
   */
  readonly content: Promise<string>;
}

/**
 * What this process knows of the requests it has sent: enough to join a file that is on its way to its twin, to answer
 * a repeat without sending 200 MB for a 409, and to tell a repeat from something else under a used name. Gong remains
 * the judge: after a restart its 409 alone says that a name was used.
 */
export interface SubmissionLedger {
  /**
   * Runs `send` unless the same content was sent, or is being sent, under this name: then its outcome is shared.
   * `send` tells of each part that Gong has.
   *
   * @throws GatewayError CONFLICT where the name was used for other content
   */
  once(
    submission: Submission,
    send: (onPartSent: () => void) => Promise<readonly SubmittedRequest[]>,
  ): Promise<readonly SubmittedRequest[]>;
}

interface Entry {
  readonly content: Promise<string>;
  /** Underway, or done; absent after a failure that may have left something at Gong. */
  outcome?: Promise<readonly SubmittedRequest[]>;
}

/** After one of these nobody knows whether Gong has something under the name, so other content may not take it. */
const UNSURE: readonly ErrorCode[] = [
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
];

/** @param capacity how many names are remembered, the latest ones */
export function createSubmissionLedger(capacity = 10_000): SubmissionLedger {
  const entries = new Map<string, Entry>();

  function remember(name: string, entry: Entry): void {
    entries.delete(name);
    entries.set(name, entry);
    const [oldest] = entries.keys();
    if (entries.size > capacity && oldest !== undefined) entries.delete(oldest);
  }

  function forget(name: string, entry: Entry): void {
    if (entries.get(name) === entry) entries.delete(name);
  }

  async function once(
    submission: Submission,
    send: (onPartSent: () => void) => Promise<readonly SubmittedRequest[]>,
  ): Promise<readonly SubmittedRequest[]> {
    const { integrationId, clientRequestId, content } = submission;
    const name = `${integrationId}/${clientRequestId}`;
    const known = entries.get(name);
    if (known !== undefined) {
      const ours = await content;
      const theirs = await known.content.catch(() => undefined);
      // Meanwhile the other may have broken off or failed, and a third come in.
      if (entries.get(name) !== known) return once(submission, send);
      if (theirs !== ours) throw usedForOtherContent(clientRequestId);
      if (known.outcome !== undefined)
        return (await known.outcome).map((request) => ({ ...request, alreadySubmitted: true }));
    }
    let isPartSent = false;
    const outcome = send(() => {
      isPartSent = true;
    });
    const entry: Entry = { content, outcome };
    remember(name, entry);
    content.catch(() => forget(name, entry));
    try {
      return await outcome;
    } catch (error) {
      delete entry.outcome;
      const isUnsure = !(error instanceof GatewayError) || UNSURE.includes(error.code);
      if (!isPartSent && !isUnsure) forget(name, entry);
      throw error;
    }
  }

  return { once };
}

/**
 * Sends what is one request, unless the ledger knows that it was sent.
 *
 * @throws GatewayError CONFLICT where the name was used for other content, or whatever Gong answers
 */
export async function submitKnown(
  ledger: SubmissionLedger,
  content: string,
  name: RequestName,
  send: (name: RequestName) => Promise<void>,
): Promise<SubmittedRequest> {
  const requests = await ledger.once({ ...name, content: Promise.resolve(content) }, async (onPartSent) => {
    const request = await submitOnce(name, send);
    onPartSent();
    return [request];
  });
  return { ...name, alreadySubmitted: requests.every((request) => request.alreadySubmitted) };
}

function usedForOtherContent(clientRequestId: string): GatewayError {
  return new GatewayError(
    'CONFLICT',
    `clientRequestId: needed an ID not used before, got "${clientRequestId}", under which other content was sent. ` +
      'Choose another, or leave it out and one is made from the content.',
  );
}
