import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { RequestStatus } from '../../crm/request-status.js';
import type { Log } from '../../log.js';
import { type Store, type Transaction, transact } from '../../store/store.js';
import { createTimeKeys } from '../../store/time-keys.js';
import type { Observer } from '../../telemetry/observer.js';
import type { Webhooks } from '../../webhooks/webhooks.js';
import type { SentObjects } from '../lists/sent-objects.js';
import {
  lostEntry,
  pack,
  type StoredEntry,
  sentAgain,
  sentEntry,
  unpack,
  withAddress,
  withStatus,
} from './entry.js';
import { journalKeys } from './keys.js';
import { readPage } from './page.js';
import { createRetention } from './retention.js';
import type { JournalSettings } from './settings.js';
import { tellOfEnd } from './tell.js';
import { isEnded, type Journal, type NamedRequest, type SentRequest } from './types.js';

export interface JournalDeps {
  /** The one that the journals of all tenants share. */
  readonly store: Store;
  /** Put before the tenant's own keys; ends in a slash. */
  readonly scope: string;
  readonly sentObjects: Pick<SentObjects, 'name'>;
  readonly webhooks: Pick<Webhooks, 'enqueue'>;
  readonly logger: Pick<Log, 'warn'>;
  readonly observer: Pick<Observer, 'journalFailed'>;
  /** Default: the system's clock. */
  readonly now?: () => number;
}

/** The journal as its owner sees it. */
export interface OwnedJournal extends Journal {
  /**
   * Ends an entry of which nothing more can be learned.
   *
   * @throws StoreError
   */
  lose(id: string, message: string): Promise<void>;
  /** Waits for what is being stored. */
  close(): Promise<void>;
}

/** How long the answer to a caller, or the end of the process, may wait for the store. */
const PATIENCE_MS = 1_000;
/** A process that is killed loses nothing, and a power failure is not worth a flush of the disk for each write. */
const NOT_FLUSHED = { durable: false };
/** Requests whose latest status need not be compared with the entry again. */
const MOST_NOTED = 1_000;

export function createJournal(settings: JournalSettings, deps: JournalDeps): OwnedJournal {
  const { store, scope, sentObjects, webhooks, logger, observer, now = Date.now } = deps;
  const keys = journalKeys(scope);
  const newId = createTimeKeys(now);
  const retention = createRetention(settings, { store, scope, now });
  const noted = new LRUCache<string, string>({ max: MOST_NOTED });
  const underWay = new Set<Promise<unknown>>();

  /** Resolves with whether it was done; logs why not. */
  function done(work: Promise<unknown>, what: string): Promise<boolean> {
    const outcome = work
      .then(
        () => true,
        (error: unknown) => {
          observer.journalFailed();
          logger.warn({ err: error }, what);
          return false;
        },
      )
      .finally(() => underWay.delete(outcome));
    underWay.add(outcome);
    return outcome;
  }

  /** Resolves with `false` if it takes too long. */
  async function patiently(outcome: Promise<boolean>): Promise<boolean> {
    const patience = new AbortController();
    const late = sleep(PATIENCE_MS, false, { signal: patience.signal }).catch(() => false);
    return Promise.race([outcome, late]).finally(() => patience.abort());
  }

  /**
   * Who wants to know of an end is told before it is committed: after a crash in between, or if others change the entry at
   * the same time, they are told again under the same ID.
   */
  async function save(
    transaction: Transaction,
    before: StoredEntry | null,
    after: StoredEntry,
  ): Promise<void> {
    if (isEnded(after.state)) await tellOfEnd(before, after, webhooks);
    if (before === null) retention.put(transaction, after);
    transaction.put(keys.entry(after.id), pack(after));
    const isFollowed = !isEnded(after.state) && (settings.follow === 'on' || after.notify.length > 0);
    if (isFollowed) transaction.put(keys.openEntry(after.id), '');
    else transaction.delete(keys.openEntry(after.id));
  }

  async function entryNamed(transaction: Transaction, name: string): Promise<StoredEntry | null> {
    const id = await transaction.get(name);
    const text = id === null ? null : await transaction.get(keys.entry(id));
    return id === null || text === null ? null : unpack(id, text);
  }

  /** Adds an entry, or changes the one of this name. */
  async function saveNamed(
    request: NamedRequest,
    change: (before: StoredEntry | null) => StoredEntry,
    options?: typeof NOT_FLUSHED,
  ): Promise<void> {
    const name = keys.name(request.integrationId, request.clientRequestId);
    await transact(
      store,
      async (transaction) => {
        const before = await entryNamed(transaction, name);
        const after = change(before);
        transaction.put(name, after.id);
        await save(transaction, before, after);
      },
      options,
    );
    noted.delete(name);
    store.announce(keys.topic);
  }

  async function remember(request: SentRequest): Promise<void> {
    const fresh = sentEntry(request, newId(), now());
    if (isNamed(request)) {
      const change = (before: StoredEntry | null) => (before === null ? fresh : sentAgain(before, request));
      await saveNamed(request, change, NOT_FLUSHED);
    } else {
      await transact(store, (transaction) => save(transaction, null, fresh), NOT_FLUSHED);
      store.announce(keys.topic);
    }
  }

  async function note(integrationId: string, clientRequestId: string, status: RequestStatus): Promise<void> {
    const name = keys.name(integrationId, clientRequestId);
    const errors = await sentObjects.name(integrationId, clientRequestId, status.errors);
    const { before, after } = await transact(
      store,
      async (transaction) => {
        const before = await entryNamed(transaction, name);
        const after = before === null ? null : withStatus(before, { ...status, errors }, now());
        if (after !== null) await save(transaction, before, after);
        return { before, after };
      },
      NOT_FLUSHED,
    );
    if (before !== null) noted.set(name, JSON.stringify(status));
    if (after !== null) store.announce(keys.topic);
  }

  return {
    async record(request) {
      await patiently(done(remember(request), 'a request that was sent is missing in the journal'));
      void retention.sweep();
    },
    tell(request, url) {
      const fresh = sentEntry(request, newId(), now());
      const stored = saveNamed(request, (before) => withAddress(before ?? fresh, url));
      return patiently(done(stored, 'nobody will be told of the end of a request'));
    },
    saw(integrationId, clientRequestId, status) {
      if (noted.get(keys.name(integrationId, clientRequestId)) === JSON.stringify(status)) return;
      const work = note(integrationId, clientRequestId, status);
      void done(work, 'what became of a request is missing in the journal');
    },
    page: (filter, first, after) => readPage(store, keys, filter, first, after),
    find: (integrationId, clientRequestId) =>
      transact(store, (transaction) => entryNamed(transaction, keys.name(integrationId, clientRequestId))),
    onChanged: (callback) => store.onAnnounced(keys.topic, callback),
    async lose(id, message) {
      await transact(store, async (transaction) => {
        const text = await transaction.get(keys.entry(id));
        const before = text === null ? null : unpack(id, text);
        const after = before === null ? null : lostEntry(before, message, now());
        if (after === null) transaction.delete(keys.openEntry(id));
        else await save(transaction, before, after);
      });
      store.announce(keys.topic);
    },
    async close() {
      await patiently(Promise.all(underWay).then(() => true));
    },
  };
}

function isNamed(request: SentRequest): request is NamedRequest {
  return request.integrationId !== null && request.clientRequestId !== null;
}
