import type { Ledger } from '../gong/budget/ledger.js';
import type { LedgerStore } from '../writes/ledger/types.js';

/**
 * What must be known of a caller beyond the life of its tenant: who is idle for a while and comes back has not got a
 * new day of calls, and a name that was used for other content is still known to be.
 */
export interface Memory {
  /** What was spent of the budget; `null` where replicas count it in Redis. */
  readonly calls: Ledger | null;
  /** What was sent; `null` where replicas keep it in Redis. */
  readonly submissions: LedgerStore | null;
}

export interface Memories {
  /** Gives it away; `undefined` where there is none. */
  take(name: string): Memory | undefined;
  keep(name: string, memory: Memory): void;
}

/** @param most those of the callers that left longest ago go first; a call or a request in one takes some 100 bytes */
export function createMemories(most: number): Memories {
  const kept = new Map<string, Memory>();
  return {
    take(name) {
      const found = kept.get(name);
      kept.delete(name);
      return found;
    },
    keep(name, memory) {
      kept.delete(name);
      kept.set(name, memory);
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break;
        kept.delete(oldest);
      }
    },
  };
}
