import { hash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../parse-json.js';
import { keysUnder, type Store, transact } from '../store/store.js';
import type { WebhookEvent } from './event.js';

/**
 * Webhooks that are to be delivered, in the store. Each is due at some time; who takes one moves that time into the future, so
 * that another replica, or the next process, takes it if this one dies.
 */
export interface Outbox {
  /** Does nothing if the event is known. @throws StoreError */
  add(event: WebhookEvent, target: Target): Promise<void>;
  /** The hosts to which something is to be sent. @throws StoreError */
  hosts(): Promise<readonly string[]>;
  /** The first deliveries to a host, by the time at which they are due. @throws StoreError */
  waiting(host: string, limit: number): Promise<readonly Waiting[]>;
  /** Takes a delivery until `until`; `null` if another has taken it. @throws StoreError */
  take(waiting: Waiting, until: number): Promise<Taken | null>;
  /**
   * Gives a delivery back, to be tried again at this time; or ends it, if it is still this process's.
   *
   * @param againAt `null`: it is delivered or given up
   * @throws StoreError
   */
  release(taken: Taken, againAt: number | null): Promise<void>;
  /** Calls back when something may be due. Returns a function that ends this. */
  onAdded(callback: () => void): () => void;
}

export interface Target {
  /** `null`: the operator's address, whatever it is by then. */
  readonly url: string | null;
  readonly host: string;
}

export interface Waiting {
  readonly id: string;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

export interface Taken extends Waiting {
  /** Shows that nobody else has taken it since. */
  readonly token: string;
  readonly eventId: string;
  readonly url: string | null;
  readonly body: string;
  /** How often it was tried, with this time. */
  readonly attempts: number;
}

/** What is known of a delivery that has ended: the same event may be told again. */
const ENDED_LIFE_MS = 24 * 3_600_000;
const TIME_CHARS = 9;
const TOPIC = 'added';

const Job = z.object({
  eventId: z.string(),
  url: z.string().nullable(),
  body: z.string(),
  attempts: z.number(),
  dueAt: z.number(),
  token: z.string().nullable(),
  isEnded: z.boolean(),
});
type Job = z.output<typeof Job>;

const jobKey = (id: string) => `job/${id}`;
const dueKey = ({ host, dueAt, id }: Waiting) =>
  `due/${host}/${Math.floor(dueAt).toString(36).padStart(TIME_CHARS, '0')}/${id}`;

/** @param store the outbox's own part */
export function createOutbox(store: Store, now: () => number = Date.now): Outbox {
  /** Changes a delivery, or deletes it where `change` returns `null`. Returns it unless it has changed before or is deleted. */
  function replace(waiting: Waiting, change: (job: Job) => Job | null): Promise<Job | null> {
    const key = jobKey(waiting.id);
    return transact(store, async (transaction) => {
      const job = readJob(await transaction.get(key));
      // It is all that is left if the delivery has changed.
      transaction.delete(dueKey(waiting));
      if (job !== null && job.dueAt !== waiting.dueAt) return null;
      const next = job === null ? null : change(job);
      if (next === null) {
        transaction.delete(key);
      } else {
        transaction.put(key, JSON.stringify(next));
        transaction.put(dueKey({ ...waiting, dueAt: next.dueAt }), '');
      }
      return next;
    });
  }

  return {
    async add({ id: eventId, type, at, data }, { url, host }) {
      const id = hash('sha256', `${eventId}\n${url}`, 'base64url').slice(0, 22);
      const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
      const dueAt = now();
      await transact(store, async (transaction) => {
        if ((await transaction.get(jobKey(id))) !== null) return;
        const job: Job = { eventId, url, body, attempts: 0, dueAt, token: null, isEnded: false };
        transaction.put(jobKey(id), JSON.stringify(job));
        transaction.put(dueKey({ id, host, dueAt }), '');
      });
      store.announce(TOPIC);
    },
    async hosts() {
      const hosts: string[] = [];
      let { from, before } = keysUnder('due/');
      for (;;) {
        const [found] = await store.list({ from, before, limit: 1 });
        const host = found?.[0].split('/')[1];
        if (host === undefined) return hosts;
        hosts.push(host);
        from = keysUnder(`due/${host}/`).before;
      }
    },
    async waiting(host, limit) {
      const listed = await store.list({ ...keysUnder(`due/${host}/`), limit });
      return listed.map(([key]) => {
        const [, , time = '', id = ''] = key.split('/');
        return { id, host, dueAt: Number.parseInt(time, 36) };
      });
    },
    async take(waiting, until) {
      const token = randomUUID();
      const job = await replace(waiting, (found) =>
        found.isEnded ? null : { ...found, attempts: found.attempts + 1, dueAt: until, token },
      );
      return job === null ? null : { ...waiting, ...job, token };
    },
    async release(taken, againAt) {
      await replace(taken, (job) => {
        if (job.token !== taken.token) return job;
        const released = { ...job, token: null };
        return againAt === null
          ? { ...released, body: '', dueAt: now() + ENDED_LIFE_MS, isEnded: true }
          : { ...released, dueAt: againAt };
      });
    },
    onAdded: (callback) => store.onAnnounced(TOPIC, callback),
  };
}

/** `null` for what is no job: others may write to the store, too. */
function readJob(text: string | null): Job | null {
  return text === null ? null : (Job.safeParse(parseJson(text)).data ?? null);
}
