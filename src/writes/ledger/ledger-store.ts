import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../parse-json.js';
import { createExpiring } from '../../store/expiring.js';
import { type Store, transact } from '../../store/store.js';
import type { Retention } from '../../store/sweeper.js';
import { createPatience, type Patience } from './patience.js';
import { createTurns } from './turns.js';
import { type Counts, LEDGER_LIMITS, type LedgerStore, type Sent } from './types.js';

/** Integrations whose writes could not be counted while the store was away; more than one is rare. */
const MOST_UNREPORTED = 1_000;
/** How often counting them is tried again. */
const REPORT_MS = 500;

/** Anyone who can write to the store could have written these, so they are validated like other input. */
const CountsShape = z.object({
  epoch: z.string().nullable(),
  version: z.number().int(),
  ended: z.number().int(),
});
const SentShape = z.object({
  content: z.string(),
  clientRequestId: z.string(),
  requests: z.array(z.string()),
  unsure: z.array(z.string()),
  isComplete: z.boolean(),
  namesUsed: z.number().nullable(),
  epoch: z.string().nullable(),
  endedBefore: z.number(),
  version: z.number().nullable(),
});

const NONE: Counts = { epoch: null, version: 0, ended: 0 };
/** What is lost in a power failure is sent again, and no write waits for the disk. */
const NOT_DURABLE = { durable: false };

export interface LedgerStoreDeps {
  /** Whose keys are the ledger's alone. Not owned. */
  readonly store: Store;
  readonly patiently?: Patience;
  readonly limits?: Retention;
  readonly now?: () => number;
}

/**
 * Remembers writes in a store. A write that could not be counted because the store was away is counted as soon as possible,
 * so that replicas do not take an earlier write for the latest.
 */
export function createLedgerStore(deps: LedgerStoreDeps): LedgerStore {
  const { store, patiently = createPatience(), limits = LEDGER_LIMITS, now } = deps;
  // Each submission has an entry under its content, and one under its name.
  const entries = createExpiring(store, {
    prefix: '',
    ...limits,
    most: 2 * limits.most,
    ...(now && { now }),
  });
  /** Steps of one integration change the same entry: here they wait for each other, instead of trying again. */
  const turns = createTurns();
  const unreported = new Set<string>();
  let reporting: NodeJS.Timeout | undefined;

  async function read<T>(key: string, shape: z.ZodType<T>): Promise<T | null> {
    const [text] = await patiently(() =>
      transact(store, (transaction) => entries.getAll(transaction, [key])),
    );
    return typeof text === 'string' ? (shape.safeParse(parseJson(text)).data ?? null) : null;
  }

  function count(integrationId: string, step: Step): Promise<Counts> {
    const key = `${integrationId}/counts`;
    return turns.take(integrationId, () =>
      patiently(() =>
        transact(
          store,
          async (transaction) => {
            const [text] = await entries.getAll(transaction, [key]);
            const before = (text && CountsShape.safeParse(parseJson(text)).data) || NONE;
            const after = take(step, before);
            if (after.epoch !== null)
              await entries.putAll(transaction, new Map([[key, JSON.stringify(after)]]));
            return after;
          },
          NOT_DURABLE,
        ),
      ),
    );
  }

  async function report(integrationId: string): Promise<void> {
    if (!unreported.has(integrationId)) return;
    await count(integrationId, 'ended');
    unreported.delete(integrationId);
  }

  function reportLater(integrationId: string): void {
    if (unreported.size < MOST_UNREPORTED) unreported.add(integrationId);
    reporting ??= setInterval(() => {
      for (const late of unreported) report(late).catch(() => undefined);
      if (unreported.size > 0) return;
      clearInterval(reporting);
      reporting = undefined;
    }, REPORT_MS).unref();
  }

  const sentAs = (key: string) => read(key, SentShape).catch(() => null);

  return {
    async counts(integrationId) {
      try {
        await report(integrationId);
        return (await read(`${integrationId}/counts`, CountsShape)) ?? NONE;
      } catch {
        return null;
      }
    },
    async step(integrationId, step) {
      try {
        await report(integrationId);
        return await count(integrationId, step);
      } catch {
        reportLater(integrationId);
        return null;
      }
    },
    byContent: (integrationId, content) => sentAs(`${integrationId}/content/${content}`),
    byName: (integrationId, clientRequestId) => sentAs(`${integrationId}/name/${clientRequestId}`),
    async remember(integrationId, sent) {
      const text = JSON.stringify(sent satisfies Sent);
      const written = new Map([
        [`${integrationId}/content/${sent.content}`, text],
        [`${integrationId}/name/${sent.clientRequestId}`, text],
      ]);
      const remember = () =>
        transact(store, (transaction) => entries.putAll(transaction, written), NOT_DURABLE);
      await patiently(remember).catch(() => undefined);
      entries.sweep(written.size);
    },
  };
}

type Step = Parameters<LedgerStore['step']>[1];

/** Counting begins with `accepted`. */
function take(step: Step, before: Counts): Counts {
  if (before.epoch === null && step !== 'accepted') return before;
  return {
    epoch: before.epoch ?? randomUUID(),
    version: before.version + 1,
    ended: before.ended + (step === 'ended' ? 1 : 0),
  };
}
