import { createLane, type Lane } from './lane.js';

/** A warm lane saves a small upload 50 ms; an idle one costs some 15 MB. */
const IDLE_MS = 30_000;

/** At most so many lanes, made when first needed, handed out in the order of asking. Idle ones hold no process up. */
export interface Lanes {
  /** Waits for a lane; rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<Lane>;
  release(lane: Lane): void;
  /** To be called when no lane is in use. */
  close(): Promise<void>;
}

export function createLanes(maxLanes: number): Lanes {
  const idle: { readonly lane: Lane; readonly timer: NodeJS.Timeout }[] = [];
  const waiting: ((lane: Lane) => void)[] = [];
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

  function take(): Lane | undefined {
    for (let entry = idle.pop(); entry !== undefined; entry = idle.pop()) {
      clearTimeout(entry.timer);
      if (!entry.lane.isLost) return entry.lane;
      void end(entry.lane);
    }
    if (count >= maxLanes) return undefined;
    count += 1;
    return createLane();
  }

  return {
    async acquire(signal) {
      signal.throwIfAborted();
      const lane = take() ?? (await inLine(waiting, signal));
      lane.keepAlive(true);
      return lane;
    },
    release(used) {
      if (used.isLost) void end(used);
      const next = waiting.shift();
      if (next !== undefined) {
        const lane = used.isLost ? take() : used;
        // After a lane was lost there is always room for another.
        if (lane !== undefined) next(lane);
      } else if (!used.isLost) {
        used.keepAlive(false);
        idle.push({ lane: used, timer: setTimeout(() => retire(used), IDLE_MS).unref() });
      }
    },
    async close() {
      const lanes = idle.splice(0);
      for (const { timer } of lanes) clearTimeout(timer);
      await Promise.all(lanes.map(({ lane }) => end(lane)));
    },
  };
}

function inLine(waiting: ((lane: Lane) => void)[], signal: AbortSignal): Promise<Lane> {
  return new Promise((resolve, reject) => {
    const entry = (lane: Lane) => {
      signal.removeEventListener('abort', onAbort);
      resolve(lane);
    };
    const onAbort = () => {
      waiting.splice(waiting.indexOf(entry), 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    waiting.push(entry);
  });
}
