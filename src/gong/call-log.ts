import { DAY_MS } from './budget-ledger.js';

export interface LoggedCall {
  readonly id: string;
  /** Of `performance.now()`. */
  readonly at: number;
  readonly poll: boolean;
}

/** The calls of the last 24 hours, oldest first: some 100 bytes each. */
export interface CallLog {
  add(call: LoggedCall): void;
  remove(id: string): void;
  /** How many count at `now`. */
  count(now: number, kind?: 'all' | 'polls'): number;
  /** How long until no more than `limit - 1` count. 0: now. */
  waitMs(limit: number, now: number, kind?: 'all' | 'polls'): number;
  entries(now: number): readonly LoggedCall[];
}

export function createCallLog(): CallLog {
  let calls: LoggedCall[] = [];
  let polls: LoggedCall[] = [];

  function current(now: number, kind: 'all' | 'polls' = 'all'): readonly LoggedCall[] {
    calls = withoutOld(calls, now);
    polls = withoutOld(polls, now);
    return kind === 'all' ? calls : polls;
  }

  return {
    add(call) {
      calls.push(call);
      if (call.poll) polls.push(call);
    },
    remove(id) {
      for (const list of [calls, polls]) {
        const index = list.findLastIndex((call) => call.id === id);
        if (index !== -1) list.splice(index, 1);
      }
    },
    count: (now, kind) => current(now, kind).length,
    waitMs(limit, now, kind) {
      const list = current(now, kind);
      if (list.length < limit) return 0;
      // With no limit left at all, nothing ever passes.
      const blocking = limit > 0 ? list[list.length - limit] : undefined;
      return blocking === undefined ? DAY_MS : blocking.at + DAY_MS - now;
    },
    entries: (now) => current(now),
  };
}

function withoutOld(calls: LoggedCall[], now: number): LoggedCall[] {
  const first = calls[0];
  if (first === undefined || first.at + DAY_MS > now) return calls;
  const keep = calls.findIndex((call) => call.at + DAY_MS > now);
  return keep === -1 ? [] : calls.slice(keep);
}
