import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { readBuild } from '../build.js';
import { createLabelBound } from './label-bound.js';
import type { BreakerState, Observer } from './observer.js';

/** State that is read when metrics are scraped, rather than reported as it changes. */
export interface MetricSources {
  /** `left` is `null` where there is no limit. */
  budget(): {
    readonly perSecond: { readonly limit: number; readonly left: number | null };
    readonly perDay: { readonly limit: number; readonly left: number | null };
    readonly heldForMs: number;
    readonly probeInMs: number;
    readonly degraded: boolean;
    readonly queued: Readonly<Record<string, number>>;
  };
  /** How many of Gong's asynchronous requests are being followed. */
  watchedRequests(): number;
  /** How many objects are queued; `null` where there is no queue of changes. */
  queuedChanges(): number | null;
  /** How many callers' credentials for Gong are held; `null` where the gateway has its own. */
  credentials(): { readonly inUse: number; readonly idle: number } | null;
  /** `null` where no Redis is configured. */
  redisUp(): boolean | null;
}

export interface Metrics {
  readonly observer: Observer;
  /** The content type of `text`. */
  readonly contentType: string;
  /** Adds these sources to what `text` returns. */
  read(sources: MetricSources): void;
  /** Returns the metrics in Prometheus's text format. */
  text(): Promise<string>;
  describe(): readonly MetricDescription[];
}

export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export interface MetricsOptions {
  /** Adds memory, CPU, event loop and garbage collection of this process. Only one gateway in a process may do so. */
  readonly processMetrics: boolean;
}

const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 };
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const OPERATION_NAMES = { most: 100, mostPerCaller: 80 };
const PREFIX = 'gateway_';

/** Uses a registry of its own, so that two gateways in a process count separately. */
export function createMetrics({ processMetrics }: MetricsOptions): Metrics {
  const registry = new Registry();
  const described: MetricDescription[] = [];
  function describe<L extends string>(name: string, labels: readonly L[], help: string) {
    described.push({ name: PREFIX + name, help, labels });
    return { name: PREFIX + name, help, labelNames: [...labels], registers: [registry] };
  }
  type Description<L extends string> = Parameters<typeof describe<L>>;
  const counter = <L extends string>(...args: Description<L>) => new Counter<L>(describe(...args));
  const gauge = <L extends string>(...args: Description<L>) => new Gauge<L>(describe(...args));
  const seconds = <L extends string>(...args: Description<L>) =>
    new Histogram<L>({ ...describe(...args), buckets: SECONDS });

  const operations = counter(
    'operations_total',
    ['type', 'name', 'outcome'],
    'GraphQL operations answered, and subscriptions begun',
  );
  const operationSeconds = seconds(
    'operation_duration_seconds',
    ['type', 'name'],
    'From the start of an operation to its answer',
  );
  const calls = counter(
    'upstream_calls_total',
    ['operation', 'status', 'code'],
    'Attempts at calls to Gong; status none: no answer came',
  );
  const callSeconds = seconds(
    'upstream_call_duration_seconds',
    ['operation'],
    "From a call's turn to the end of its answer",
  );
  const retries = counter('upstream_retries_total', ['operation'], 'Attempts after the first');
  const breaker = gauge('upstream_breaker_state', [], '0: closed, 1: half-open, 2: open, no calls to Gong');
  const left = gauge('budget_calls_left', ['window'], 'Calls that may start now; absent without a limit');
  const limit = gauge(
    'budget_calls_limit',
    ['window'],
    'Calls allowed in any second or 24 hours; 0: no limit',
  );
  const pause = gauge('budget_held_seconds', [], 'How much longer Gong wants no calls, after a 429');
  const probe = gauge('budget_probe_seconds', [], 'Time until one call probes whether that still holds');
  const degraded = gauge(
    'budget_degraded',
    [],
    '1: Redis is away, this replica keeps to its own share of the budget',
  );
  const queue = gauge('budget_queue_length', ['priority'], 'Calls waiting for their turn');
  const wait = seconds('budget_wait_seconds', ['priority'], 'How long calls waited for their turn');
  const refused = counter(
    'budget_refusals_total',
    ['priority'],
    'Calls that got no turn: the wait was too long, or they were abandoned',
  );
  const batches = new Histogram({
    ...describe('batch_objects', ['object_type'], 'Objects asked for in one call'),
    buckets: [1, 2, 5, 10, 20, 50, 75, 100],
  });
  const listsOfUploads = new Histogram({
    ...describe('upload_lists', ['object_type'], 'Lists sent in one upload'),
    buckets: [1, 2, 5, 10, 20, 50, 100, 1_000, 10_000],
  });
  const watched = gauge('watched_requests', [], "Gong's asynchronous requests that are followed here");
  const subscribers = gauge('subscribers', ['transport'], 'Subscriptions under way');
  const connections = gauge('stream_connections', ['transport'], 'Open WebSockets and event streams');
  const uploads = counter('upload_files_total', ['object_type', 'outcome'], 'Files and lists, by outcome');
  const uploadBytes = counter('upload_bytes_total', ['object_type'], 'Bytes of files as received');
  const storeFailures = counter(
    'store_failures_total',
    [],
    'Reads and commits that the store refused or did not answer',
  );
  const changesQueued = gauge(
    'changes_queued',
    [],
    'Objects in the queue of changes, as counted a few seconds ago; absent without a queue',
  );
  const changes = counter('changes_total', ['state'], 'Queued changes that ended: DONE, SKIPPED or DEAD');
  const journalFailures = counter(
    'journal_failures_total',
    [],
    'Requests, or ends of requests, that the journal could not store',
  );
  const webhooks = counter(
    'webhook_attempts_total',
    ['outcome'],
    'Attempts to deliver a webhook: delivered, failed (it will be repeated) or given-up',
  );
  const credentialsHeld = gauge(
    'passthrough_credentials',
    ['state'],
    "Callers' credentials for Gong that are held, in_use or idle; absent where the gateway has its own",
  );
  const redis = gauge('redis_up', [], '1: Redis answers; absent where none is configured');
  const buildInfo = gauge('build_info', ['version', 'revision'], 'Always 1: which build this is');
  buildInfo.set({ ...readBuild() }, 1);

  if (processMetrics) collectDefaultMetrics({ register: registry });

  const operationName = createLabelBound(OPERATION_NAMES);
  let sources: MetricSources | undefined;

  const observer: Observer = {
    operationEnded({ type, name, by, outcome, durationMs }) {
      const bounded = name === undefined ? '' : operationName(name, by);
      operations.inc({ type, name: bounded, outcome });
      operationSeconds.observe({ type, name: bounded }, durationMs / 1_000);
    },
    subscribed: (transport) => countOpen(subscribers, transport),
    connected: (transport) => countOpen(connections, transport),
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
    listsSent: (objectType, lists) => listsOfUploads.observe({ object_type: objectType }, lists),
    uploadEnded({ objectType, outcome, bytes }) {
      uploads.inc({ object_type: objectType, outcome });
      uploadBytes.inc({ object_type: objectType }, bytes);
    },
    storeFailed: () => storeFailures.inc(),
    changesEnded: (state, count) => changes.inc({ state }, count),
    journalFailed: () => journalFailures.inc(),
    webhookEnded: (outcome) => webhooks.inc({ outcome }),
  };

  function readSources({
    budget,
    watchedRequests,
    queuedChanges,
    credentials,
    redisUp,
  }: MetricSources): void {
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
    const queuedNow = queuedChanges();
    if (queuedNow === null) changesQueued.remove();
    else changesQueued.set(queuedNow);
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

function countOpen(gauge: Gauge<'transport'>, transport: string): () => void {
  gauge.inc({ transport });
  let open = true;
  return () => {
    if (open) gauge.dec({ transport });
    open = false;
  };
}
