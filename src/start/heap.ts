import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of both halves of the young generation. Twice as much, which Node 26 allows itself, saves 3% of processor time. */
const MAX_YOUNG_BYTES = 32 * 1_024 * 1_024;

/**
 * Keeps V8 from taking pages for the start that it does not give back: what is loaded survives, so the young generation
 * would grow to its limit, thirty megabytes. Call it before anything is loaded.
 *
 * The flags work in a running process, as `--max-semi-space-size` does not, and are in V8 of Node 20 to 26.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Lets the heap grow as the load demands. The old generation is collected when it has doubled since the last time, where
 * V8 would let it grow to four times as much.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--heap-growing-percent=100');
  let factor = 1;
  const grow = () => {
    const needed = youngBytes() * 2 <= MAX_YOUNG_BYTES ? 2 : 1;
    if (needed !== factor) setFlagsFromString(`--semi-space-growth-factor=${needed}`);
    factor = needed;
  };
  grow();
  // V8 shrinks the young generation of an idle process, and it must be able to grow again.
  new PerformanceObserver(grow).observe({ entryTypes: ['gc'] });
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
