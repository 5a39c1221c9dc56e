import { DAY_WINDOW_MS, GATEWAY } from './ledger.js';

export interface LoggedCall {
  readonly id: string;
  /** From `performance.now()`, as are all times here. */
  readonly at: number;
  readonly poll: boolean;
  readonly caller: string;
}

type Kind = 'all' | 'polls';

/** The calls of the last 24 hours, oldest first; each takes some 100 bytes. */
export interface CallLog {
  add(call: LoggedCall): void;
  remove(id: string): void;
  /** How many calls count at `now`. */
  count(now: number, kind?: Kind): number;
  /** How long until fewer than `limit` calls count; 0 if they do now. */
  waitMs(limit: number, now: number, kind?: Kind): number;
  /**
   * How long until the caller may make another call if `limit` is the most it may make while others call too; 0 if it may
   * now.
   */
  callerWaitMs(caller: string, limit: number, now: number): number;
  entries(now: number): readonly LoggedCall[];
}

export function createCallLog(): CallLog {
  let calls: LoggedCall[] = [];
  let polls: LoggedCall[] = [];
  /** Calls by caller, without the gateway's own. */
  const counts = new Map<string, number>();

  function current(now: number, kind: Kind = 'all'): readonly LoggedCall[] {
    const kept = withoutOld(calls, now);
    for (let index = 0; index < calls.length - kept.length; index += 1) count(calls[index], -1);
    calls = kept;
    polls = withoutOld(polls, now);
    return kind === 'all' ? calls : polls;
  }

  function count(call: LoggedCall | undefined, change: 1 | -1): void {
    if (call === undefined || call.caller === GATEWAY) return;
    const next = (counts.get(call.caller) ?? 0) + change;
    if (next === 0) counts.delete(call.caller);
    else counts.set(call.caller, next);
  }

  return {
    add(call) {
      calls.push(call);
      if (call.poll) polls.push(call);
      count(call, 1);
    },
    remove(id) {
      const index = calls.findLastIndex((call) => call.id === id);
      if (index === -1) return;
      count(calls[index], -1);
      calls.splice(index, 1);
      polls = polls.filter((call) => call.id !== id);
    },
    count: (now, kind) => current(now, kind).length,
    waitMs(limit, now, kind) {
      const list = current(now, kind);
      if (list.length < limit) return 0;
      // A limit of 0 never lets anything pass.
      const blocking = limit > 0 ? list[list.length - limit] : undefined;
      return blocking === undefined ? DAY_WINDOW_MS : blocking.at + DAY_WINDOW_MS - now;
    },
    callerWaitMs(caller, limit, now) {
      const list = current(now);
      if ((counts.get(caller) ?? 0) < limit || counts.size < 2) return 0;
      const oldest = list.find((call) => call.caller === caller);
      return oldest === undefined ? 0 : oldest.at + DAY_WINDOW_MS - now;
    },
    entries: (now) => current(now),
  };
}

function withoutOld(calls: LoggedCall[], now: number): LoggedCall[] {
  const first = calls[0];
  if (first === undefined || first.at + DAY_WINDOW_MS > now) return calls;
  const keep = calls.findIndex((call) => call.at + DAY_WINDOW_MS > now);
  return keep === -1 ? [] : calls.slice(keep);
}
