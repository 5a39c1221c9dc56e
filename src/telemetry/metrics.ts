import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { readBuild } from '../build.js';
import { createLabelBound } from './label-bound.js';
import type { BreakerState, Observer } from './observer.js';

/** What is read at the moment of a scrape, rather than told as it changes. */
export interface MetricSources {
  /** The budget of calls, with `null` for what has no limit. */
  budget(): {
    readonly perSecond: { readonly limit: number; readonly left: number | null };
    readonly perDay: { readonly limit: number; readonly left: number | null };
    readonly heldForMs: number;
    readonly probeInMs: number;
    readonly degraded: boolean;
    readonly queued: Readonly<Record<string, number>>;
  };
  /** Requests of Gong that are followed. */
  watchedRequests(): number;
  /** Callers' credentials for Gong that are held; `null` where the gateway has its own. */
  credentials(): { readonly inUse: number; readonly idle: number } | null;
  /** Whether Redis answers; `null` where none is configured. */
  redisUp(): boolean | null;
}

export interface Metrics {
  readonly observer: Observer;
  /** Of Prometheus's text format. */
  readonly contentType: string;
  /** From now on these are read, too. */
  read(sources: MetricSources): void;
  text(): Promise<string>;
  /** Of all of them, with their labels. */
  describe(): readonly MetricDescription[];
}

export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export interface MetricsOptions {
  /** Memory, processor, event loop and garbage collection of this process, too: only once in a process. */
  readonly processMetrics: boolean;
}

const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Callers choose the names of their operations. */
const OPERATION_NAMES = { most: 100, mostOfOne: 80 };
const PREFIX = 'gateway_';

/** Metrics in a registry of their own, so that two gateways in a process count apart. */
export function createMetrics({ processMetrics }: MetricsOptions): Metrics {
  const registry = new Registry();
  const described: MetricDescription[] = [];
  function describe<L extends string>(name: string, help: string, labelNames: readonly L[] = []) {
    described.push({ name: PREFIX + name, help, labels: labelNames });
    return { name: PREFIX + name, help, labelNames: [...labelNames], registers: [registry] };
  }
  const counter = <L extends string>(...args: Parameters<typeof describe<L>>) =>
    new Counter<L>(describe(...args));
  const gauge = <L extends string>(...args: Parameters<typeof describe<L>>) =>
    new Gauge<L>(describe(...args));
  const histogram = <L extends string>(buckets: number[], ...args: Parameters<typeof describe<L>>) =>
    new Histogram<L>({ ...describe(...args), buckets });

  const operations = counter(
    'operations_total',
    'GraphQL operations answered; subscriptions, when they began',
    ['type', 'name', 'outcome'],
  );
  const operationSeconds = histogram(SECONDS, 'operation_duration_seconds', 'From the start to the answer', [
    'type',
    'name',
  ]);
  const calls = counter('upstream_calls_total', 'Attempts at calls of Gong; status none: no answer came', [
    'operation',
    'status',
    'code',
  ]);
  const callSeconds = histogram(
    SECONDS,
    'upstream_call_duration_seconds',
    "From a call's turn to the end of its answer",
    ['operation'],
  );
  const retries = counter('upstream_retries_total', 'Attempts after the first', ['operation']);
  const breaker = gauge(
    'upstream_breaker_state',
    '0: Gong is asked, 1: one call probes it, 2: it is left alone',
  );
  const left = gauge('budget_calls_left', 'Calls that may start now; absent where there is no limit', [
    'window',
  ]);
  const limit = gauge('budget_calls_limit', 'Calls allowed in any second or 24 hours; 0: no limit', [
    'window',
  ]);
  const pause = gauge('budget_held_seconds', 'How long Gong still wants no calls, after a 429');
  const probe = gauge('budget_probe_seconds', 'How long until one call probes whether that still holds');
  const degraded = gauge(
    'budget_degraded',
    '1: Redis is away, this replica keeps to its own share of the budget',
  );
  const queue = gauge('budget_queue_length', 'Calls that wait for their turn', ['priority']);
  const wait = histogram(SECONDS, 'budget_wait_seconds', 'How long calls waited for their turn', [
    'priority',
  ]);
  const refused = counter(
    'budget_refusals_total',
    'Calls that got no turn: too long a wait, or nobody waited any more',
    ['priority'],
  );
  const batches = histogram(
    [1, 2, 5, 10, 20, 50, 75, 100],
    'batch_objects',
    'Objects asked for in one call',
    ['object_type'],
  );
  const watched = gauge('watched_requests', 'Requests of Gong that are followed here');
  const subscribers = gauge('subscribers', 'Subscriptions under way', ['transport']);
  const connections = gauge('stream_connections', 'WebSockets and event streams that are open', [
    'transport',
  ]);
  const uploads = counter('upload_files_total', 'Files and lists, by how they ended', [
    'object_type',
    'outcome',
  ]);
  const uploadBytes = counter('upload_bytes_total', 'Bytes of files as received', ['object_type']);
  const credentialsHeld = gauge(
    'passthrough_credentials',
    "Callers' credentials for Gong that are held, in_use or idle; absent where the gateway has its own",
    ['state'],
  );
  const redis = gauge('redis_up', '1: Redis answers; absent where none is configured');
  const buildInfo = gauge('build_info', 'Always 1: which build this is', ['version', 'revision']);
  buildInfo.set({ ...readBuild() }, 1);

  if (processMetrics) collectDefaultMetrics({ register: registry });

  const operationName = createLabelBound(OPERATION_NAMES);
  let sources: MetricSources | undefined;

  const observer: Observer = {
    operationEnded({ type, name, by, outcome, durationMs }) {
      const labels = { type, name: name === undefined ? '' : operationName(name, by) };
      operations.inc({ ...labels, outcome });
      operationSeconds.observe(labels, durationMs / 1_000);
    },
    subscribed: (transport) => counted(subscribers, transport),
    connected: (transport) => counted(connections, transport),
    callEnded({ operation, status, code = 'OK', attempt, durationMs }) {
      calls.inc({ operation, status: status === null ? 'none' : String(status), code });
      callSeconds.observe({ operation }, durationMs / 1_000);
      if (attempt > 1) retries.inc({ operation });
    },
    waited({ priority, waitedMs, granted }) {
      wait.observe({ priority }, waitedMs / 1_000);
      if (!granted) refused.inc({ priority });
    },
    breakerIs: (state) => breaker.set(BREAKER_VALUES[state]),
    batchSent: (objectType, objects) => batches.observe({ object_type: objectType }, objects),
    uploadEnded({ objectType, outcome, bytes }) {
      uploads.inc({ object_type: objectType, outcome });
      uploadBytes.inc({ object_type: objectType }, bytes);
    },
  };

  function readSources({ budget, watchedRequests, credentials, redisUp }: MetricSources): void {
    const { perSecond, perDay, heldForMs, probeInMs, degraded: alone, queued } = budget();
    for (const [window, part] of Object.entries({ second: perSecond, day: perDay })) {
      limit.set({ window }, part.limit);
      if (part.left !== null) left.set({ window }, part.left);
    }
    pause.set(heldForMs / 1_000);
    probe.set(probeInMs / 1_000);
    degraded.set(alone ? 1 : 0);
    for (const [priority, length] of Object.entries(queued)) queue.set({ priority }, length);
    watched.set(watchedRequests());
    const held = credentials();
    if (held !== null) {
      credentialsHeld.set({ state: 'in_use' }, held.inUse);
      credentialsHeld.set({ state: 'idle' }, held.idle);
    }
    const up = redisUp();
    if (up === null) redis.remove();
    else redis.set(up ? 1 : 0);
  }

  return {
    observer,
    contentType: registry.contentType,
    read(given) {
      sources = given;
    },
    text() {
      if (sources !== undefined) readSources(sources);
      return registry.metrics();
    },
    describe: () => described,
  };
}

function counted(gauge: Gauge<'transport'>, transport: string): () => void {
  gauge.inc({ transport });
  let open = true;
  return () => {
    if (open) gauge.dec({ transport });
    open = false;
  };
}
