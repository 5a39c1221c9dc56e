import type { UploadObjectType } from '../../crm/object-types.js';
import { keysUnder, type Store } from '../../store/store.js';
import { timeOf } from '../../store/time-keys.js';
import { type Batch, keysOf, readAccountsSent, type Version } from './records.js';

/** Gong's order of a load (reference, section 4). */
export const SENDING_ORDER = [
  'STAGE',
  'BUSINESS_USER',
  'ACCOUNT',
  'CONTACT',
  'LEAD',
  'DEAL',
] as const satisfies readonly UploadObjectType[];

export interface OrderSettings {
  /** How long contacts, leads and deals wait after the accounts before them were sent. */
  readonly accountPauseMs: number;
  /** A change that is queued for longer waits for no other type. */
  readonly maxOrderWaitMs: number;
}

/** What is queued of a type. */
export interface Line {
  readonly objectType: UploadObjectType;
  /** The place of the first version; `null` if none is queued. */
  readonly first: string | null;
  /** Whether a version's turn has come, as far as other types are concerned. */
  readonly mayGo: (version: Pick<Version, 'seq' | 'place'>) => boolean;
}

export interface Order {
  readonly lines: readonly Line[];
  /** When the pause after accounts ends, if there is one. */
  readonly pausedUntil: number | null;
}

/**
 * Reads whose turn it is. A change waits for those of earlier types that were queued before it, until Gong has received
 * them; and after accounts, for a pause.
 *
 * @param readBatches resolves with those that are under way
 * @param asOf a name of the queue's sequence that was made just now
 */
export async function readOrder(
  store: Store,
  integrationId: string,
  readBatches: () => Promise<readonly Batch[]>,
  { accountPauseMs, maxOrderWaitMs }: OrderSettings,
  now: number,
  asOf: string,
): Promise<Order> {
  const keys = keysOf(integrationId);
  // In this order: what goes on meanwhile from one to the next is seen at least once.
  const firsts = await readFirsts();
  const batches = await readBatches();
  const pauses = await readPauses();
  // What is queued from now on may need what this has not seen.
  let limit = asOf;
  const lines: Line[] = [];
  for (const objectType of SENDING_ORDER) {
    if (objectType === 'CONTACT') limit = earliest([limit, ...pauses.map(({ oldest }) => oldest)]);
    const first = firsts.get(objectType) ?? null;
    const before = limit;
    const mayGo: Line['mayGo'] = ({ seq, place }) => seq < before || hasWaitedLong(place);
    lines.push({ objectType, first, mayGo });
    const unsent = batches.filter((batch) => batch.objectType === objectType && batch.acceptedAt === null);
    limit = earliest([limit, first ?? limit, ...unsent.map(({ oldest }) => oldest)]);
  }
  const ends = pauses.map(({ acceptedAt }) => acceptedAt + accountPauseMs);
  return { lines, pausedUntil: ends.length === 0 ? null : Math.min(...ends) };

  /** The last type first, so that whatever was queued with a change, or before it, is seen if the change is. */
  async function readFirsts(): Promise<Map<UploadObjectType, string>> {
    const found = new Map<UploadObjectType, string>();
    for (const objectType of SENDING_ORDER.toReversed()) {
      const under = keys.next(objectType);
      const [[key] = []] = await store.list({ ...keysUnder(under), limit: 1 });
      if (key !== undefined) found.set(objectType, key.slice(under.length));
    }
    return found;
  }

  function hasWaitedLong(place: string): boolean {
    const waitedMs = now - timeOf(place);
    return waitedMs > maxOrderWaitMs || waitedMs < -MOST_SKEW_MS;
  }

  async function readPauses() {
    const listed = await store.list({ ...keysUnder(keys.accountsSent()), limit: MOST_PAUSES, reverse: true });
    const sent = listed.flatMap(([, text]) => readAccountsSent(text) ?? []);
    // A time that is still to come was written before the clock was set back.
    return sent.filter(({ acceptedAt }) => acceptedAt <= now && now - acceptedAt < accountPauseMs);
  }
}

/** A place further ahead was given before the clock was set back. */
const MOST_SKEW_MS = 60_000;
/** More uploads of accounts than there can be within a pause. */
const MOST_PAUSES = 1_000;

function earliest(places: readonly [string, ...string[]]): string {
  return places.toSorted()[0] ?? places[0];
}
