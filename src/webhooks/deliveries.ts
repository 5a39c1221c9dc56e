import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.js';
import { createRounds } from '../rounds.js';
import type { Observer } from '../telemetry/observer.js';
import type { Outbox, Taken, Waiting } from './outbox.js';
import { MOST_PER_HOST, type Sender } from './sender.js';

export interface DeliveriesDeps {
  readonly outbox: Outbox;
  readonly sender: Sender;
  /** The address to use; `null` if it is not allowed any more. */
  readonly urlOf: (url: string | null) => string | null;
  readonly logger: Pick<Log, 'info' | 'warn'>;
  readonly observer: Pick<Observer, 'webhookEnded'>;
  readonly pausesMs?: readonly number[] | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Before each repeat, as Standard Webhooks recommends: about three days in all. */
const PAUSES_MS = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
/** Pauses are longer by up to this part, so that what has failed together is not repeated together. */
const JITTER = 0.1;

const MOST_AT_ONCE = 32;
/** Longer than an attempt takes. After it, another replica makes the attempt of one that has died. */
const TAKEN_MS = 30_000;
/** How often to look for what others have left. */
const LOOK_MS = 30_000;

/** How long attempts may go on when the gateway ends. */
const GRACE_MS = 1_000;

/** Makes the deliveries in the outbox when they are due. A host that hangs holds up nothing but its own. Owns the sender. */
export function createDeliveries(deps: DeliveriesDeps): { close(): Promise<void> } {
  const { outbox, sender, urlOf, logger, observer, pausesMs = PAUSES_MS } = deps;
  const underWay = new Set<Promise<void>>();
  const perHost = new Map<string, number>();
  let closed = false;

  const rounds = createRounds(() =>
    startDue().catch((error: unknown) => {
      logger.warn({ err: error }, 'cannot tell which webhooks are to be delivered');
      return LOOK_MS;
    }),
  );

  /** Starts what is due, and returns how long until to look again. */
  async function startDue(): Promise<number> {
    let nextMs = LOOK_MS;
    for (const host of await outbox.hosts()) {
      const free = Math.min(MOST_PER_HOST - (perHost.get(host) ?? 0), MOST_AT_ONCE - underWay.size);
      // The end of an attempt makes room, and looks again.
      if (free <= 0) continue;
      for (const waiting of await outbox.waiting(host, free)) {
        const restMs = waiting.dueAt - Date.now();
        if (restMs > 0) nextMs = Math.min(nextMs, restMs);
        else if (!closed) start(waiting);
      }
    }
    return nextMs;
  }

  function start(waiting: Waiting): void {
    const { host } = waiting;
    perHost.set(host, (perHost.get(host) ?? 0) + 1);
    const done = deliver(waiting)
      .catch((error: unknown) => logger.warn({ err: error, host }, 'a webhook is delivered again later'))
      .finally(() => {
        const left = (perHost.get(host) ?? 1) - 1;
        if (left > 0) perHost.set(host, left);
        else perHost.delete(host);
        underWay.delete(done);
        rounds.begin();
      });
    underWay.add(done);
  }

  /** @throws StoreError */
  async function deliver(waiting: Waiting): Promise<void> {
    const taken = await outbox.take(waiting, Date.now() + TAKEN_MS);
    if (taken === null) return;
    const url = urlOf(taken.url);
    if (url === null) return giveUp(taken, 'the address is not allowed any more');
    const result = await sender.send({ ...taken, url });
    if (result.kind === 'delivered') {
      observer.webhookEnded('delivered');
      return outbox.release(taken, null);
    }
    // Broken off: the next process repeats it.
    if (closed && !result.isGone) return;
    const pauseMs = pausesMs[taken.attempts - 1];
    if (result.isGone || pauseMs === undefined) return giveUp(taken, result.reason);
    observer.webhookEnded('failed');
    logger.info(
      { ...about(taken), reason: result.reason },
      'a webhook was not delivered and will be repeated',
    );
    await outbox.release(taken, Math.ceil(Date.now() + pauseMs * (1 + Math.random() * JITTER)));
  }

  async function giveUp(taken: Taken, reason: string): Promise<void> {
    observer.webhookEnded('given-up');
    logger.warn({ ...about(taken), reason }, 'a webhook was given up');
    await outbox.release(taken, null);
  }

  const stopListening = outbox.onAdded(rounds.begin);
  rounds.begin();
  return {
    async close() {
      closed = true;
      stopListening();
      await rounds.close();
      await Promise.race([Promise.all(underWay), sleep(GRACE_MS, undefined, { ref: false })]);
      await sender.close();
      await Promise.all(underWay);
    },
  };
}

/** Addresses may hold secrets, so only their hosts are logged. */
function about({ eventId, host, attempts }: Taken) {
  return { webhookId: eventId, host, attempts };
}
