import { readConfig } from '../src/config.js';
import type { RequestStatus } from '../src/crm/request-status.js';
import type { Clock } from '../src/requests/poll-loop.js';
import { createMemoryBackend } from '../src/requests/watch-backend.js';
import { createRequestWatcher } from '../src/requests/watcher.js';

/**
 * How many polls it takes to watch requests, in simulated time and with the default settings: 100 of them for 10
 * minutes, and for a day. Prints what the share allows beside it.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/uptake.js
 */

const { watch: SETTINGS } = readConfig({});
const PENDING: RequestStatus = { state: 'PENDING', errors: [], totalErrorCount: 0, totalSuccessCount: 0 };

for (const [requests, minutes] of [
  [1, 10],
  [10, 10],
  [100, 10],
  [100, 24 * 60],
] as const) {
  await simulate(requests, minutes);
}

/** Time that passes as fast as its timers run. */
function createSimulation() {
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  let present = 0;
  let created = 0;
  const clock: Clock = {
    now: () => present,
    after(ms, run) {
      created += 1;
      const id = created;
      timers.set(id, { at: present + ms, run });
      return () => timers.delete(id);
    },
  };
  return {
    clock,
    async until(end: number): Promise<void> {
      for (;;) {
        // Whatever was promised happens before time goes on.
        await new Promise((resolve) => setImmediate(resolve));
        const [first] = [...timers].sort(([, left], [, right]) => left.at - right.at);
        if (first === undefined || first[1].at > end) break;
        const due = first[1].at;
        present = due;
        for (const [id, timer] of [...timers]) {
          if (timer.at > due) continue;
          timers.delete(id);
          timer.run();
        }
      }
      present = end;
    },
  };
}

async function simulate(requests: number, minutes: number): Promise<void> {
  const { clock, until } = createSimulation();
  const looks: number[] = [];
  const polls: number[] = [];
  const watcher = createRequestWatcher(SETTINGS, {
    clock,
    backend: createMemoryBackend(),
    logger: { debug: () => undefined, warn: () => undefined },
    gong: {
      async requestStatus(_integrationId, _clientRequestId, options) {
        (options?.priority === 'poll' ? polls : looks).push(clock.now());
        return PENDING;
      },
    },
  });
  const watch = watcher.watch(
    '1',
    Array.from({ length: requests }, (_, index) => `up-${index}`),
  );
  await until(minutes * 60_000);
  await watch.return?.();
  const { pollsPerDay: share } = SETTINGS;
  const ofADay = (share * minutes) / (24 * 60);
  console.log(
    `${requests} requests for ${minutes} min: ${looks.length} first looks, ${polls.length} polls ` +
      `(the share: ${share} in any 24 hours; ${ofADay.toFixed(0)} pro rata, and up to ${share / 4} saved), ` +
      `at most ${most(polls, 1_000)} in a second, ${most(polls, 60_000)} in a minute; ` +
      `one poll of each every ${((minutes * 60 * requests) / Math.max(1, polls.length)).toFixed(0)} s`,
  );
}

/** In any window of this length. */
function most(times: readonly number[], windowMs: number): number {
  let first = 0;
  let found = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[first] ?? 0) >= windowMs) first += 1;
    found = Math.max(found, index - first + 1);
  }
  return found;
}
