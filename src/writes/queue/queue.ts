import { randomUUID } from 'node:crypto';
import type { RequestStatus } from '../../crm/request-status.js';
import { GatewayError } from '../../errors.js';
import type { GongClient } from '../../gong/types.js';
import type { Log } from '../../log.js';
import { keysUnder, type Store } from '../../store/store.js';
import { createTimeKeys } from '../../store/time-keys.js';
import type { Observer } from '../../telemetry/observer.js';
import type { Webhooks } from '../../webhooks/webhooks.js';
import type { Journal } from '../journal/types.js';
import type { SentObjects } from '../lists/sent-objects.js';
import { addChanges } from './add.js';
import {
  changesOf,
  type DeadLetterFilter,
  type DeadLetterPage,
  discardDeadLetters,
  listDeadLetters,
} from './dead-letters.js';
import type { TicketEnded } from './end-changes.js';
import { followTicket } from './follow.js';
import { createForgetter, keepTicket } from './forget.js';
import { createLastKnown, type LastKnown } from './last-known.js';
import { QUEUES } from './records.js';
import { addedTo, createRunner, type Runner, type RunnerSettings } from './runner.js';
import type { Pauses } from './send-batch.js';
import { createQueueSize, type QueueSize } from './size.js';
import { readTicketStatus } from './tickets.js';
import type { Change, Ticket } from './types.js';

/** A queue of changes to objects, which are sent to Gong however long it takes. */
export interface ChangeQueue {
  readonly lastKnown: LastKnown;
  /**
   * Stores changes of different objects, and resolves with their ticket once they are stored.
   *
   * @throws StoreError, after which they may be stored; GatewayError if the queue cannot keep what it promises
   */
  add(integrationId: string, changes: readonly Change[], options: AddOptions): Promise<Ticket>;
  /** @throws StoreError */
  ticket(ticket: string): Promise<Ticket | null>;
  /** Yields a ticket now and after every change, until all its changes have ended. Stop with `return()`. */
  follow(ticket: Ticket): AsyncIterableIterator<Ticket>;
  deadLetters(
    integrationId: string,
    filter: DeadLetterFilter,
    first: number,
    after?: string,
  ): Promise<DeadLetterPage>;
  /** Queues the objects of dead letters again. Resolves with `null` if none of the letters is there, with its content. */
  retry(integrationId: string, ids: readonly string[], options: AddOptions): Promise<Ticket | null>;
  /** Resolves with the number of letters deleted. */
  discard(integrationId: string, ids: readonly string[]): Promise<number>;
  /** How many objects are queued, as counted a few seconds ago; `null` if there is no queue. */
  size(): number | null;
  close(): Promise<void>;
}

export interface AddOptions {
  readonly caller: string | null;
  readonly notify?: string | undefined;
}

export interface ChangeQueueDeps {
  readonly store: Store;
  readonly gong: Pick<GongClient, 'uploadObjects' | 'getObjects' | 'reserve'>;
  readonly untilFinal: (integrationId: string, clientRequestId: string) => Promise<RequestStatus>;
  readonly sentObjects: Pick<SentObjects, 'remember'>;
  readonly journal: Pick<Journal, 'record'>;
  readonly webhooks: Pick<Webhooks, 'enqueue'>;
  readonly logger: Pick<Log, 'warn'>;
  readonly observer: Pick<Observer, 'changesEnded'>;
  /** Default: the system's. */
  readonly now?: () => number;
}

export interface ChangeQueueSettings extends RunnerSettings {
  /** How long what has ended is remembered. */
  readonly keepMs: number;
  /** How many objects may be queued in an integration; more are refused. */
  readonly maxQueued: number;
  /** Default: a second, doubling up to a minute; and a minute. */
  readonly pauses?: Pauses;
}

/** Announced when an integration is queued to for the first time. */
const QUEUES_CHANGED = 'queues';
/** More integrations than a company has had. */
const MOST_QUEUES = 1_000;
const PAUSES: Pauses = { firstMs: 1_000, longestMs: 60_000, retryMs: 60_000 };
/** When a caller may try again that met a full queue. */
const FULL_RETRY_SECONDS = 60;

/** The store must be durable. Not owned. */
export function createChangeQueue(settings: ChangeQueueSettings, deps: ChangeQueueDeps): ChangeQueue {
  const { store, webhooks, logger, now = Date.now } = deps;
  const sequence = createTimeKeys(now);
  const runners = new Map<string, { readonly runner: Runner; readonly size: QueueSize }>();
  let closed = false;

  const onEnded: TicketEnded = async (transaction, ticket, { integrationId, queuedAt, count, notify }) => {
    keepTicket(transaction, ticket, count, sequence);
    const data = { ticket, integrationId, queuedAt: new Date(queuedAt).toISOString(), changes: count };
    const event = { id: `ticket-${ticket}`, type: 'changes.settled', at: now(), data };
    await webhooks.enqueue(event);
    if (notify !== null) await webhooks.enqueue(event, notify);
  };
  const forgetter = createForgetter(store, settings.keepMs, now);
  const common = { ...deps, now, sequence, onEnded, onSettled: () => void forgetter.sweep(1) };

  function runnerOf(integrationId: string) {
    const known = runners.get(integrationId);
    if (known !== undefined) return known;
    const running = {
      runner: createRunner(integrationId, settings, { ...common, pauses: settings.pauses ?? PAUSES }),
      size: createQueueSize(store, integrationId),
    };
    runners.set(integrationId, running);
    return running;
  }

  /** Starts the runners of integrations that were queued to before, or through another replica. */
  async function findQueues(): Promise<void> {
    const queues = await store.list({ ...keysUnder(QUEUES), limit: MOST_QUEUES });
    if (!closed) for (const [key] of queues) runnerOf(key.slice(QUEUES.length));
  }

  const find = () =>
    void findQueues().catch((error: unknown) =>
      logger.warn({ err: error }, 'queued changes could not be looked for'),
    );
  const stopListening = store.onAnnounced(QUEUES_CHANGED, find);
  find();

  async function add(
    integrationId: string,
    changes: readonly Change[],
    { caller, notify }: AddOptions,
  ): Promise<Ticket> {
    const isNew = !runners.has(integrationId);
    if (changes.length > settings.maxQueued) throw tooManyChanges(changes.length, settings.maxQueued);
    const { runner, size } = runnerOf(integrationId);
    if (size.objects + changes.length > settings.maxQueued) throw queueFull(settings.maxQueued);
    const added = { ticket: randomUUID(), integrationId, caller, notify: notify ?? null, changes };
    const ticket = await addChanges(added, common);
    size.added(changes.length);
    runner.wake(changes.length);
    store.announce(isNew ? QUEUES_CHANGED : addedTo(integrationId));
    return ticket;
  }

  return {
    lastKnown: createLastKnown(store),
    add,
    ticket: (ticket) => readTicketStatus(store, ticket),
    follow: (ticket) => followTicket(store, ticket),
    deadLetters: (integrationId, filter, first, after) =>
      listDeadLetters(store, integrationId, filter, first, after),
    async retry(integrationId, ids, options) {
      const changes = await changesOf(store, integrationId, ids);
      if (changes.size === 0) return null;
      const ticket = await add(integrationId, [...changes.values()], options);
      // Those that are left have no place in the queue: Gong has a newer version.
      await discardDeadLetters(store, integrationId, [...changes.keys()], sequence);
      return ticket;
    },
    discard: (integrationId, ids) => discardDeadLetters(store, integrationId, ids, sequence),
    size: () => [...runners.values()].reduce((sum, { size }) => sum + size.objects, 0),
    async close() {
      closed = true;
      stopListening();
      await Promise.all([...runners.values()].map(({ runner }) => runner.close()));
    },
  };
}

function tooManyChanges(changes: number, maxQueued: number): GatewayError {
  return new GatewayError(
    'BAD_USER_INPUT',
    `changes: needed no more than QUEUE_MAX_OBJECTS allows, ${maxQueued}, got ${changes}`,
  );
}

function queueFull(maxQueued: number): GatewayError {
  return new GatewayError(
    'RATE_LIMITED',
    `${maxQueued} objects are queued, which is the most that QUEUE_MAX_OBJECTS allows: Gong is away, or takes fewer than come`,
    { retryAfterSeconds: FULL_RETRY_SECONDS },
  );
}

/**
 * A queue that refuses everything.
 *
 * @param needed what the queue would need, for the message
 */
export function createNoQueue(needed: string): ChangeQueue {
  const refuse = (): never => {
    throw new GatewayError('NOT_CONFIGURED', `The queue of changes needs ${needed}`);
  };
  const refuseLater = async () => refuse();
  return {
    lastKnown: { integrationId: refuseLater, schemas: refuse },
    add: refuseLater,
    ticket: refuseLater,
    follow: refuse,
    deadLetters: refuseLater,
    retry: refuseLater,
    discard: refuseLater,
    size: () => null,
    close: async () => undefined,
  };
}
