import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { parseMetrics } from '../../test/telemetry/metrics-text.js';

/** What a gateway says of itself at one moment. */
export interface Sample {
  /** Minutes since the beginning. */
  readonly minute: number;
  readonly descriptors: number;
  /** Of the time since the last sample. */
  readonly eventLoopP99Ms: number;
  /** The same of a thread that does nothing: what this machine makes everybody wait. */
  readonly idleP99Ms: number;
}

/** What is left after a full collection; before it, it is what V8 has not yet troubled to collect. */
export interface Memory {
  readonly minute: number;
  readonly residentMb: number;
  readonly heapMb: number;
}

export interface Sampler {
  sample(): Promise<Sample>;
  memory(): Promise<Memory>;
  close(): Promise<unknown>;
}

/** Of `NODE_OPTIONS`: a full collection at every SIGUSR2. */
export const COLLECT_AT_SIGNAL = `--import=data:text/javascript,${encodeURIComponent(
  "import { setFlagsFromString } from 'node:v8'; import { runInNewContext } from 'node:vm'; import { isMainThread } from 'node:worker_threads';" +
    "setFlagsFromString('--expose_gc'); const gc = runInNewContext('gc'); if (isMainThread) process.on('SIGUSR2', () => gc());",
)}`;
const COLLECTION_MS = 500;

export function createSampler(url: string, pid: number): Sampler {
  const beganAt = performance.now();
  const idle = new Worker(new URL(import.meta.url));
  const minute = () => (performance.now() - beganAt) / 60_000;

  async function scrape(): Promise<(name: string) => number> {
    const metrics = parseMetrics(await (await fetch(`${url}/metrics`)).text());
    return (name) => {
      const found = metrics.find((metric) => metric.name === name)?.value;
      if (found === undefined) throw new Error(`needed the metric ${name}, got none`);
      return found;
    };
  }

  return {
    async sample() {
      idle.postMessage('p99');
      const answered = once(idle, 'message');
      const value = await scrape();
      const [idleP99Ms] = await answered;
      return {
        minute: minute(),
        descriptors: value('process_open_fds'),
        eventLoopP99Ms: value('nodejs_eventloop_lag_p99_seconds') * 1_000,
        idleP99Ms,
      };
    },
    async memory() {
      process.kill(pid, 'SIGUSR2');
      await sleep(COLLECTION_MS);
      // What the collection did to the event loop is not the gateway's, and this scrape has it.
      const value = await scrape();
      return {
        minute: minute(),
        residentMb: value('process_resident_memory_bytes') / 1e6,
        heapMb: value('nodejs_heap_size_used_bytes') / 1e6,
      };
    },
    close: () => idle.terminate(),
  };
}

if (!isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  parentPort?.on('message', () => {
    parentPort?.postMessage(delay.percentile(99) / 1e6);
    delay.reset();
  });
}

/** Of the straight line that is nearest to the points by least squares: so much of y for each x. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([value]) => value));
  const y = mean(points.map(([, value]) => value));
  const shared = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return shared / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
