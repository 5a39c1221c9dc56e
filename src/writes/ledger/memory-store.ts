import { type Counts, LEDGER_LIMITS, type LedgerStore, type Sent } from './types.js';

/** Integrations whose writes are counted; a company has one at a time. */
const MOST_INTEGRATIONS = 100;

/** What this process knows; a restart forgets it. One for each set of Gong credentials. */
export function createMemoryStore(
  { lifeMs, most }: { readonly lifeMs: number; readonly most: number } = LEDGER_LIMITS,
  now: () => number = () => performance.now(),
): LedgerStore {
  let epochs = 0;
  const counts = createLatest<Counts>(MOST_INTEGRATIONS);
  const byContent = createLatest<Entry>(most);
  const byName = createLatest<Entry>(most);

  const countsOf = (integrationId: string) =>
    counts.get(integrationId) ?? { epoch: null, version: 0, ended: 0 };
  const sentOf = (entry: Entry | undefined) =>
    entry === undefined || entry.until < now() ? null : entry.sent;

  return {
    counts: async (integrationId) => countsOf(integrationId),
    async step(integrationId, step) {
      const before = countsOf(integrationId);
      if (before.epoch === null && step !== 'accepted') return before;
      const after = {
        epoch: before.epoch ?? String(++epochs),
        version: before.version + 1,
        ended: before.ended + (step === 'ended' ? 1 : 0),
      };
      counts.set(integrationId, after);
      return after;
    },
    byContent: async (integrationId, content) => sentOf(byContent.get(`${integrationId}/${content}`)),
    byName: async (integrationId, id) => sentOf(byName.get(`${integrationId}/${id}`)),
    async remember(integrationId, sent) {
      const entry = { sent, until: now() + lifeMs };
      byContent.set(`${integrationId}/${sent.content}`, entry);
      byName.set(`${integrationId}/${sent.clientRequestId}`, entry);
    },
  };
}

interface Entry {
  readonly sent: Sent;
  readonly until: number;
}

/** A map of the entries that were set last. */
function createLatest<T>(most: number) {
  const entries = new Map<string, T>();
  return {
    get: (key: string) => entries.get(key),
    set(key: string, value: T): void {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > most && oldest !== undefined) entries.delete(oldest);
    },
  };
}
