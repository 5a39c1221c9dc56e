import { setTimeout as sleep } from 'node:timers/promises';
import type { UploadObjectType } from '../../crm/object-types.js';
import type { GongClient, Permit } from '../../gong/types.js';
import { keysUnder } from '../../store/store.js';
import { timeOf } from '../../store/time-keys.js';
import { takeBatch } from './batches.js';
import { type CompleteDeps, completeBatch } from './complete-batch.js';
import { resumeLater } from './later.js';
import { createLease, RENEWAL_MS } from './lease.js';
import { type Order, type OrderSettings, readOrder } from './order.js';
import { type Batch, keysOf, readBatch } from './records.js';
import { persistently } from './send-batch.js';

export interface RunnerSettings extends OrderSettings {
  /** How long a change may wait for others to be sent with it. */
  readonly mergeMs: number;
  /** The largest upload. */
  readonly maxObjects: number;
  readonly maxBytes: number;
}

export interface RunnerDeps extends Omit<CompleteDeps, 'integrationId' | 'onAccepted' | 'countRefusal'> {
  readonly gong: CompleteDeps['gong'] & Pick<GongClient, 'reserve'>;
  /** What became of a batch is recorded. */
  readonly onSettled: () => void;
}

/** Sends the queued changes of one integration, on one replica at a time. */
export interface Runner {
  /** Objects were queued. */
  wake(objects: number): void;
  /** Stops. What is under way is continued by the next process or another replica. */
  close(): Promise<void>;
}

/** Batches of one type that Gong may have at once. */
const MOST_UNDER_WAY = 10;
/** How often the store is looked at in case an announcement was missed. */
const LOOK_MS = 5_000;
const MOST_BATCHES = 1_000;

/** Announced when changes were queued. */
export const addedTo = (integrationId: string) => `queue-added/${integrationId}`;

/** Announced when something has become of the changes of an integration. */
export const newsOf = (integrationId: string) => `queue-news/${integrationId}`;

export function createRunner(integrationId: string, settings: RunnerSettings, given: RunnerDeps): Runner {
  const { store, gong, now, sequence, logger, onSettled } = given;
  const keys = keysOf(integrationId);
  const lease = store.isShared ? createLease(store, keys.lease) : null;
  const closing = new AbortController();
  /** Ends the work of the holder of the lease. */
  let holding = new AbortController();
  const running = new Map<string, { readonly objectType: UploadObjectType; readonly ended: Promise<void> }>();
  const taking = new Map<UploadObjectType, Promise<void>>();
  /** Whether the accounts that contacts and deals wait for may have been stored since the last pass. */
  let mayHaveAccounts = false;
  let refusedInARow = 0;
  let arrived = 0;
  /** When the next pass begins, by the monotonic clock. */
  let nextPassAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let endPause = () => {};

  const deps: CompleteDeps = {
    ...given,
    integrationId,
    onAccepted: () => store.announce(newsOf(integrationId)),
    countRefusal(isRefused) {
      refusedInARow = isRefused ? refusedInARow + 1 : 0;
      return refusedInARow;
    },
  };

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      nextPassAt = Number.POSITIVE_INFINITY;
      let waitMs = RENEWAL_MS;
      try {
        if (await hold()) waitMs = Math.min(await pass(), lease === null ? LOOK_MS : RENEWAL_MS);
      } catch (error) {
        logger.warn({ err: error }, 'the queue of changes cannot be read: it will be tried again');
      }
      wakeIn(waitMs);
      await pause();
    }
    holding.abort();
    await Promise.all([...taking.values(), ...[...running.values()].map(({ ended }) => ended)]);
    await lease?.release();
  }

  async function hold(): Promise<boolean> {
    const isHolder = lease === null || (await lease.hold());
    if (!isHolder) holding.abort();
    else if (holding.signal.aborted) holding = new AbortController();
    return isHolder;
  }

  /** Resolves when the next pass is due. */
  function pause(): Promise<void> {
    if (closing.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      endPause = resolve;
      arm();
    });
  }

  function arm(): void {
    clearTimeout(timer);
    timer = setTimeout(endPause, Math.max(0, nextPassAt - performance.now()));
  }

  /** Makes sure that a pass begins within a time, also if one is running. */
  function wakeIn(ms: number): void {
    const at = performance.now() + ms;
    if (at >= nextPassAt) return;
    nextPassAt = at;
    arm();
  }

  /** Starts whatever can be started, and returns how long until there may be more to do. */
  async function pass(): Promise<number> {
    const checkAccounts = mayHaveAccounts;
    mayHaveAccounts = false;
    const dueAt = await resumeLater(store, integrationId, now(), checkAccounts);
    const order = await currentOrder();
    const times = [dueAt, order.pausedUntil].flatMap((time) => time ?? []);
    const isFull = arrived >= settings.maxObjects;
    if (isFull) arrived = 0;
    for (const line of order.lines) {
      const { objectType, first } = line;
      if (first === null || taking.has(objectType) || !line.mayGo({ seq: first, place: first })) continue;
      const goAt = timeOf(first) + settings.mergeMs;
      const isMerging = goAt > now() && goAt - now() <= settings.mergeMs && !isFull;
      if (isMerging) times.push(goAt);
      else if (countRunning(objectType) < MOST_UNDER_WAY) take(objectType);
    }
    return Math.max(0, Math.min(LOOK_MS, ...times.map((time) => time - now())));
  }

  /** Reads the batches that are under way, and goes on with those of an earlier process or another replica. */
  async function readBatches(): Promise<Batch[]> {
    const listed = await store.list({ ...keysUnder(keys.allBatches), limit: MOST_BATCHES });
    return listed.flatMap(([key, text]) => {
      const batch = readBatch(text);
      if (batch === null) return [];
      const seq = key.slice(key.lastIndexOf('/') + 1);
      if (!running.has(seq) && !taking.has(batch.objectType)) start(seq, batch.objectType);
      return [batch];
    });
  }

  function countRunning(objectType: UploadObjectType): number {
    return [...running.values()].filter((one) => one.objectType === objectType).length;
  }

  function currentOrder(): Promise<Order> {
    return readOrder(store, integrationId, readBatches, settings, now(), sequence());
  }

  /** Waits for the turn of a call, and sends everything that has come until then. */
  function take(objectType: UploadObjectType): void {
    const { signal } = holding;
    async function takeOne(): Promise<void> {
      const permit = await persistently(deps, signal, () => gong.reserve({ priority: 'background', signal }));
      const taken = await takeAllowed().catch((error: unknown) => {
        permit.settled();
        throw error;
      });
      if (taken !== null) return start(taken, objectType, permit);
      permit.settled();
      await sleep(settings.mergeMs, undefined, { signal });
    }
    async function takeAllowed(): Promise<string | null> {
      const { lines } = await currentOrder();
      const mayGo = lines.find((line) => line.objectType === objectType)?.mayGo ?? (() => false);
      return takeBatch(integrationId, objectType, mayGo, { store, sequence, limits: settings });
    }
    const ended = takeOne()
      .catch((error: unknown) =>
        report(error, signal, 'queued changes were not taken: they will be tried again'),
      )
      .finally(() => {
        taking.delete(objectType);
        wakeIn(0);
      });
    taking.set(objectType, ended);
  }

  function start(seq: string, objectType: UploadObjectType, permit?: Permit): void {
    const { signal } = holding;
    let first = permit;
    async function complete(): Promise<void> {
      const permitted = first;
      first = undefined;
      await completeBatch(seq, objectType, permitted, deps, signal);
    }
    const ended = persistently(deps, signal, complete)
      .then(() => {
        mayHaveAccounts = true;
        onSettled();
        store.announce(newsOf(integrationId));
      })
      .catch((error: unknown) =>
        report(error, signal, 'a batch of changes was interrupted: it will be continued'),
      )
      .finally(() => {
        permit?.settled();
        running.delete(seq);
        wakeIn(0);
      });
    running.set(seq, { objectType, ended });
  }

  function report(error: unknown, signal: AbortSignal, message: string): void {
    if (!signal.aborted) logger.warn({ err: error }, message);
  }

  const stopListening = store.onAnnounced(addedTo(integrationId), () => wakeIn(settings.mergeMs));
  const ended = run();
  return {
    wake(objects) {
      arrived += objects;
      wakeIn(arrived >= settings.maxObjects ? 0 : settings.mergeMs);
    },
    async close() {
      stopListening();
      closing.abort();
      holding.abort();
      wakeIn(0);
      await ended;
    },
  };
}
