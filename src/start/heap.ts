import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of both halves of the young generation. Twice as much, which Node 26 allows itself, saves 3% of processor time. */
const MAX_YOUNG_BYTES = 32 * 1_024 * 1_024;

/**
 * Sets how V8 manages memory. Call it before anything is loaded. The flags work in a running process, as
 * `--max-semi-space-size` does not, and are in V8 of Node 20 to 26.
 *
 * - What is loaded survives, so the young generation would grow to its limit, thirty megabytes, for the start alone, and V8
 *   does not give back its pages.
 * - While the young generation is small, whatever queries begin with survives, because they wait for Gong. V8 would conclude
 *   that such objects should be allocated in the old generation, and keep to it. With what they refer to, answers of Gong
 *   included, they would then stay until a full garbage collection: three a second instead of one in five seconds.
 */
export function prepareHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-allocation-site-pretenuring');
}

/**
 * Lets the heap grow as the load demands. The old generation is collected when it has grown by three quarters since the last
 * time, where V8 would let it grow to four times as much.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--heap-growing-percent=75');
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
