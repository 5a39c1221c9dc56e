import { randomBytes } from 'node:crypto';
import { repeatRequestId } from '../../crm/identifiers.js';
import { GatewayError } from '../../errors.js';
import { type AttemptPlan, NameUsed } from './attempt.js';
import { repeatOf, usedForOtherContent } from './repeats.js';
import type { StateOf } from './states.js';
import type { Counts, LedgerStore, RequestName, Sent, Submitted } from './types.js';

/** Decides whether a submission must be sent, and under which name. Callers hold the turn for its name meanwhile. */

export interface Decision {
  readonly store: LedgerStore;
  readonly stateOf: StateOf;
  /** Sends the submission under a name. */
  readonly attempt: (plan: Omit<AttemptPlan, 'content' | 'send'>) => Promise<Submitted>;
}

/**
 * Sends a submission to which the caller gave no name, unless that could change nothing. The first name made from content is
 * the content itself; later ones add a number.
 *
 * @param arrival the counts when the submission arrived
 */
export async function sendContent(
  { integrationId, clientRequestId: content }: RequestName,
  arrival: Counts | null,
  { store, stateOf, attempt }: Decision,
): Promise<Submitted> {
  const last = await store.byContent(integrationId, content);
  if (last?.isComplete && (await isLatestWrite(integrationId, last, arrival, store))) {
    const { clientRequestId, requests } = last;
    const repeat = await repeatOf(stateOf, { integrationId, clientRequestId }, requests).catch(() => null);
    if (repeat !== null && repeat.status !== 'FAILED') return repeat;
  }
  const attemptAs = (clientRequestId: string, namesUsed: number | null) =>
    attempt({ name: { integrationId, clientRequestId }, hasNextName: true, namesUsed });
  const used = last === null ? 0 : last.namesUsed;
  if (used !== null) {
    try {
      return await attemptAs(used === 0 ? content : repeatRequestId(content, used + 1), used + 1);
    } catch (error) {
      if (!(error instanceof NameUsed)) throw error;
    }
  }
  // The name was used without a record here, so the next numbers may be used too, and each try may cost 200 MB.
  const mark = `${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
  return attemptAs(repeatRequestId(content, mark), null).catch((error: unknown) => {
    throw error instanceof NameUsed ? error.refusal : error;
  });
}

/**
 * Sends a submission under the caller's name, once.
 *
 * @throws GatewayError CONFLICT if the name was used, unless it is known to have been for this very content
 */
export async function sendNamed(
  name: RequestName,
  content: Promise<string>,
  { store, stateOf, attempt }: Decision,
): Promise<Submitted> {
  const known = await store.byName(name.integrationId, name.clientRequestId);
  if (known === null) return attempt({ name, hasNextName: false });
  if (known.content !== (await content)) throw usedForOtherContent(name.clientRequestId);
  if (!known.isComplete) return attempt({ name, hasNextName: false, before: known });
  try {
    return await repeatOf(stateOf, name, known.requests);
  } catch (error) {
    // Gong no longer knows the request.
    if (error instanceof GatewayError && error.code === 'NOT_FOUND')
      return attempt({ name, hasNextName: false });
    throw error;
  }
}

/** Whether nothing can have been written to the integration between `last` and a submission with these counts. */
async function isLatestWrite(
  integrationId: string,
  last: Sent,
  arrival: Counts | null,
  store: LedgerStore,
): Promise<boolean> {
  if (arrival === null || last.epoch === null) return false;
  // It arrived before anything was counted, and so before `last` ended, unless the counts were lost.
  if (arrival.epoch === null) return (await store.counts(integrationId))?.epoch === last.epoch;
  if (arrival.epoch !== last.epoch) return false;
  return arrival.ended <= last.endedBefore || arrival.version === last.version;
}
