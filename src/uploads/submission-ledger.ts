import { GatewayError } from '../errors.js';
import type { SubmittedRequest } from './submit-once.js';

export interface Submission {
  readonly integrationId: string;
  readonly clientRequestId: string;
  /** Of the type, the integration and the bytes. */
  readonly sha256: string;
}

/**
 * What this process knows of the files it has sent: enough to join a file that is on its way to its twin, and to
 * tell a repeat from another file under a used name. Gong remains the judge: after a restart its 409 alone says
 * that a name was used.
 */
export interface SubmissionLedger {
  /**
   * Runs `send` unless the same file is being sent under this name at this moment: then its outcome is shared.
   *
   * @throws GatewayError CONFLICT where the name was used for other bytes
   */
  once(
    submission: Submission,
    send: () => Promise<readonly SubmittedRequest[]>,
  ): Promise<readonly SubmittedRequest[]>;
}

/** @param capacity how many names are remembered, the latest ones */
export function createSubmissionLedger(capacity = 10_000): SubmissionLedger {
  const digests = new Map<string, string>();
  const underway = new Map<string, Promise<readonly SubmittedRequest[]>>();

  function remember(name: string, sha256: string): void {
    digests.delete(name);
    digests.set(name, sha256);
    const [oldest] = digests.keys();
    if (digests.size > capacity && oldest !== undefined) digests.delete(oldest);
  }

  return {
    async once({ integrationId, clientRequestId, sha256 }, send) {
      const name = `${integrationId}/${clientRequestId}`;
      const known = digests.get(name);
      if (known !== undefined && known !== sha256) throw usedForOtherContent(clientRequestId);
      const twin = underway.get(name);
      if (twin !== undefined) return (await twin).map((request) => ({ ...request, alreadySubmitted: true }));
      const sending = send();
      underway.set(name, sending);
      remember(name, sha256);
      try {
        return await sending;
      } catch (error) {
        digests.delete(name);
        throw error;
      } finally {
        underway.delete(name);
      }
    },
  };
}

function usedForOtherContent(clientRequestId: string): GatewayError {
  return new GatewayError(
    'CONFLICT',
    `clientRequestId: needed an ID not used before, got "${clientRequestId}", under which other content was sent. ` +
      'Choose another, or leave it out and one is made from the content.',
  );
}
