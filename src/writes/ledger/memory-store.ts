import { LRUCache } from 'lru-cache';
import { type Counts, LEDGER_LIMITS, type LedgerStore, type Sent } from './types.js';

/** Integrations whose writes are counted; a company has one at a time. */
const MOST_INTEGRATIONS = 100;

/**
 * Remembers writes in this process, until it restarts. One for each set of Gong credentials. The entries written last
 * stay: `peek`, because reading an entry does not keep it any longer.
 */
export function createMemoryStore(
  { lifeMs, most }: { readonly lifeMs: number; readonly most: number } = LEDGER_LIMITS,
  now: () => number = () => performance.now(),
): LedgerStore {
  let epochs = 0;
  const counts = new LRUCache<string, Counts>({ max: MOST_INTEGRATIONS });
  const expiring = { max: most, ttl: lifeMs, ttlResolution: 0, perf: { now } };
  const byContent = new LRUCache<string, Sent>(expiring);
  const byName = new LRUCache<string, Sent>(expiring);
  const countsOf = (integrationId: string) =>
    counts.peek(integrationId) ?? { epoch: null, version: 0, ended: 0 };

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
    byContent: async (integrationId, content) => byContent.peek(`${integrationId}/${content}`) ?? null,
    byName: async (integrationId, id) => byName.peek(`${integrationId}/${id}`) ?? null,
    async remember(integrationId, sent) {
      byContent.set(`${integrationId}/${sent.content}`, sent);
      byName.set(`${integrationId}/${sent.clientRequestId}`, sent);
    },
  };
}
