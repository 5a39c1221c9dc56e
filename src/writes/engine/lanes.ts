import type { Lane } from './lane.js';

/** Reusing a lane saves a small upload 50 ms; an idle one takes about 15 MB. */
const IDLE_MS = 30_000;

/** A file that needs a lane. */
export interface Claim {
  /** Whose file it is; `undefined`: not known. */
  readonly caller: string | undefined;
  /** Whether all of it has arrived. */
  isComplete(): boolean;
  /** Bytes that have arrived. */
  size(): number;
  /** Asks for the lane to be released soon, because a complete file needs it. */
  recall(): void;
}

/**
 * A pool of lanes, created on demand. Complete files come first; among them those of the callers with the fewest lanes,
 * then of the caller served longest ago, then in order of arrival. A complete file never waits for one that is still
 * arriving: that one's lane is recalled. Idle lanes do not keep the process alive.
 */
export interface Lanes {
  /** Waits for a lane; rejects with the signal's reason. */
  acquire(claim: Claim, signal: AbortSignal): Promise<Lane>;
  release(lane: Lane): void;
  /** To be called when a waiting file has become complete. */
  settle(): void;
  /** Must not be called while a lane is in use. */
  close(): Promise<void>;
}

interface Waiting {
  readonly claim: Claim;
  readonly take: (lane: Lane) => void;
}

export function createLanes(maxLanes: number, create: () => Lane): Lanes {
  const idle: { readonly lane: Lane; readonly timer: NodeJS.Timeout }[] = [];
  const busy = new Map<Lane, Claim>();
  const recalled = new Set<Lane>();
  const waiting: Waiting[] = [];
  /** When each caller last got a lane, as a counter of assignments. */
  const turns = new Map<string | undefined, number>();
  let turn = 0;
  let count = 0;

  function end(lane: Lane): Promise<void> {
    count -= 1;
    return lane.terminate();
  }

  function retire(lane: Lane): void {
    const index = idle.findIndex((entry) => entry.lane === lane);
    if (index !== -1) idle.splice(index, 1);
    void end(lane);
  }

  function free(): Lane | undefined {
    for (let entry = idle.pop(); entry !== undefined; entry = idle.pop()) {
      clearTimeout(entry.timer);
      if (!entry.lane.isLost) return entry.lane;
      void end(entry.lane);
    }
    if (count >= maxLanes) return undefined;
    count += 1;
    return create();
  }

  function lanesOf(caller: string | undefined): number {
    return [...busy.values()].filter((claim) => claim.caller === caller).length;
  }

  function next(): Waiting | undefined {
    const complete = waiting.filter(({ claim }) => claim.isComplete());
    const candidates = complete.length > 0 ? complete : waiting;
    const least = Math.min(...candidates.map(({ claim }) => lanesOf(claim.caller)));
    return fewest(
      candidates.filter(({ claim }) => lanesOf(claim.caller) === least),
      ({ claim }) => turns.get(claim.caller) ?? 0,
    );
  }

  function settle(): void {
    for (let one = next(); one !== undefined; one = next()) {
      const lane = free();
      if (lane === undefined) break;
      waiting.splice(waiting.indexOf(one), 1);
      busy.set(lane, one.claim);
      turn += 1;
      turns.set(one.claim.caller, turn);
      lane.keepAlive(true);
      one.take(lane);
    }
    const wanted = waiting.filter(({ claim }) => claim.isComplete()).length;
    while (recalled.size < wanted) {
      const arriving = [...busy].filter(([lane, claim]) => !recalled.has(lane) && !claim.isComplete());
      // The least work is lost with the file of which the least has arrived.
      const [lane, claim] = fewest(arriving, ([, { size }]) => size()) ?? [];
      if (lane === undefined || claim === undefined) break;
      recalled.add(lane);
      claim.recall();
    }
  }

  return {
    acquire: (claim, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const onAbort = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason);
        };
        const entry: Waiting = {
          claim,
          take(lane) {
            signal.removeEventListener('abort', onAbort);
            resolve(lane);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(entry);
        settle();
      }),
    release(lane) {
      busy.delete(lane);
      recalled.delete(lane);
      if (lane.isLost) {
        void end(lane);
      } else {
        lane.keepAlive(false);
        idle.push({ lane, timer: setTimeout(() => retire(lane), IDLE_MS).unref() });
      }
      settle();
      if (busy.size === 0) turns.clear();
    },
    settle,
    async close() {
      const lanes = idle.splice(0);
      for (const { timer } of lanes) clearTimeout(timer);
      await Promise.all(lanes.map(({ lane }) => end(lane)));
    },
  };
}

/** Returns the first of the items with the lowest count. */
function fewest<T>(all: readonly T[], count: (one: T) => number): T | undefined {
  let least: { readonly one: T; readonly count: number } | undefined;
  for (const one of all) {
    const its = count(one);
    if (least === undefined || its < least.count) least = { one, count: its };
  }
  return least?.one;
}
