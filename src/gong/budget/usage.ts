import { DAY_MS } from '../../crm/gong-limits.js';
import type { CallPriority } from './ledger.js';

/** Counts the calls of this process by priority, over the last 24 hours. */
export interface Usage {
  started(priority: CallPriority): void;
  /** To within `SLOT_MS`. */
  lastDay(): Readonly<Record<CallPriority, number>>;
}

const SLOT_MS = 900_000;
const SLOTS = DAY_MS / SLOT_MS;
const NOTHING: Readonly<Record<CallPriority, number>> = { interactive: 0, upload: 0, background: 0, poll: 0 };

/** @param now in milliseconds, of a clock that is never set back */
export function createUsage(now: () => number = () => performance.now()): Usage {
  const slots = new Map<number, Record<CallPriority, number>>();
  const current = () => Math.floor(now() / SLOT_MS);

  function forget(): void {
    for (const slot of slots.keys()) if (slot <= current() - SLOTS) slots.delete(slot);
  }

  return {
    started(priority) {
      const slot = current();
      const counts = slots.get(slot) ?? { ...NOTHING };
      counts[priority] += 1;
      if (slots.has(slot)) return;
      slots.set(slot, counts);
      forget();
    },
    lastDay() {
      forget();
      const sum = { ...NOTHING };
      for (const counts of slots.values()) {
        sum.interactive += counts.interactive;
        sum.upload += counts.upload;
        sum.background += counts.background;
        sum.poll += counts.poll;
      }
      return sum;
    },
  };
}
