import type { UploadObjectType } from '../../crm/object-types.js';
import { GatewayError } from '../../errors.js';
import type { Permit } from '../../gong/types.js';
import { type Store, StoreError } from '../../store/store.js';
import type { TimeKeys } from '../../store/time-keys.js';
import type { Observer } from '../../telemetry/observer.js';
import type { Journal } from '../journal/types.js';
import type { SentObjects } from '../lists/sent-objects.js';
import { type AccountDeps, missingAccounts } from './accounts.js';
import { acceptBatch, closeBatch, membersOf, removeMembers } from './batches.js';
import type { TicketEnded } from './end-changes.js';
import { linesOf } from './lines.js';
import { outcomesOf, type Verdict, verdictOf } from './outcomes.js';
import type { Batch, Members, Version } from './records.js';
import { FORGOTTEN, followBatch, isRefusal, type SendDeps, sendBatch } from './send-batch.js';
import { settleBatch, settleMembers } from './settle.js';

export interface CompleteDeps extends SendDeps {
  readonly store: Store;
  readonly gong: SendDeps['gong'] & AccountDeps['gong'];
  readonly sequence: TimeKeys;
  readonly now: () => number;
  readonly sentObjects: Pick<SentObjects, 'remember'>;
  readonly journal: Pick<Journal, 'record'>;
  readonly onEnded: TicketEnded;
  readonly observer: Pick<Observer, 'changesEnded'>;
  /** Gong has received a batch. */
  readonly onAccepted: () => void;
  /** Gong has refused a batch as a whole, or not. Returns how many it has refused in a row. */
  readonly countRefusal: (isRefused: boolean) => number;
}

/**
 * Sends a batch, follows it to its end and records what became of its versions. Each step can be repeated, by this process,
 * the next one or another replica.
 *
 * @param permit for the upload; settled in any case
 * @throws whatever makes it necessary to repeat it
 */
export async function completeBatch(
  seq: string,
  objectType: UploadObjectType,
  permit: Permit | undefined,
  deps: CompleteDeps,
  signal: AbortSignal,
): Promise<void> {
  const { integrationId, store, now } = deps;
  const batch = await closeBatch(store, integrationId, seq, objectType);
  if (batch === null) return permit?.settled();
  const members = await membersOf(store, integrationId, seq, batch);
  const verdict = await sendAndFollow(seq, batch, members, permit, deps, signal);
  const needsAccounts = verdict.kind === 'stored' && (objectType === 'CONTACT' || objectType === 'DEAL');
  const outcomeOf = outcomesOf(verdict, {
    members: members.length,
    refusedInARow: deps.countRefusal(verdict.kind === 'refused'),
    missingAccounts: needsAccounts
      ? await missingAccounts(integrationId, objectType, members, deps)
      : new Set(),
    now: now(),
    retryMs: deps.pauses.retryMs,
  });
  const lines = new Map(members.map(([, version], line) => [version, line]));
  const outcomeOfVersion = (version: Version) => outcomeOf(version, lines.get(version.seq) ?? -1);
  await settleBatch(integrationId, seq, batch, members, outcomeOfVersion, deps);
}

async function sendAndFollow(
  seq: string,
  batch: Batch,
  members: Members,
  permit: Permit | undefined,
  deps: CompleteDeps,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    if (batch.acceptedAt === null && !(await send(seq, batch, members, permit, deps, signal)))
      return { kind: 'forgotten' };
    const status = await followBatch(batch, deps, signal);
    return status === FORGOTTEN ? { kind: 'forgotten' } : verdictOf(status);
  } catch (error) {
    if (error instanceof GatewayError && isRefusal(error))
      return { kind: 'refused', message: error.message, mayPass: false };
    throw error;
  } finally {
    permit?.settled();
  }
}

/** Resolves with whether there is anything to send. */
async function send(
  seq: string,
  batch: Batch,
  members: Members,
  permit: Permit | undefined,
  deps: CompleteDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { integrationId, store } = deps;
  const { objectType } = batch;
  const { file, missing } = await linesOf(store, integrationId, members);
  if (missing.size > 0) {
    const lost = members.filter(([, version]) => missing.has(version));
    await settleMembers(integrationId, seq, batch, lost, () => LOST, deps);
    await removeMembers(store, integrationId, seq, objectType, missing);
    throw new StoreError(`needed the content of ${lost.length} objects, which is lost`);
  }
  if (members.length === 0) return false;
  await sendBatch(batch, file, permit, deps, signal);
  await recordAccepted(seq, batch, members, deps);
  return true;
}

const LOST = {
  kind: 'dead',
  reason: 'LOST',
  message: 'The store of the gateway has lost the object: queue it again',
} as const;

async function recordAccepted(
  seq: string,
  { objectType, clientRequestId, writers }: Batch,
  members: Members,
  { integrationId, store, sentObjects, journal, now, onAccepted }: CompleteDeps,
): Promise<void> {
  await sentObjects.remember(integrationId, clientRequestId, { objectType, ids: members.map(([id]) => id) });
  await journal.record({
    ...{ kind: 'QUEUE', integrationId, clientRequestId, objectType, objectCount: members.length },
    writers: writers.map(([caller, objectCount]) => ({ caller, objectCount, operationId: null })),
    ...{ gongRequestId: null, isUnsure: false },
  });
  await acceptBatch(store, integrationId, seq, objectType, now());
  onAccepted();
}
