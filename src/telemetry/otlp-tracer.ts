import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type Span as OtelSpan,
  SpanKind as OtelSpanKind,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { readBuild } from '../build.js';
import type { Log } from '../log.js';
import { noopSpan, type Span, type SpanKind, type Tracer } from './tracer.js';

export interface TracingSettings {
  /** Address of a collector that takes OTLP over HTTP, e.g. `http://127.0.0.1:4318`; `/v1/traces` is added. */
  readonly endpoint: string;
  /** Sent with every export, e.g. a token for the collector. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** Further resource attributes, e.g. `deployment.environment.name`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The part of operations that is traced where the caller has not decided, from 0 to 1. */
  readonly sampledPart: number;
}

type TracingLogger = Pick<Log, 'info' | 'warn'>;

const KINDS: Readonly<Record<SpanKind, OtelSpanKind>> = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
};
const EXPORT_TIMEOUT_MS = 5_000;
const SCHEDULED_DELAY_MS = 2_000;

/**
 * Exports spans over OTLP, in batches. At most 2,048 spans wait, further ones are dropped, and no operation ever waits for
 * the collector. Nothing global is changed, so that two gateways in a process trace independently.
 *
 * Import this file only where traces are wanted: its packages take a third of a second and 15 MB to load.
 */
export function createOtlpTracer(settings: TracingSettings, logger: TracingLogger): Tracer {
  const exporter = new OTLPTraceExporter({
    url: `${settings.endpoint.replace(/(?<!\/)\/+$/, '')}/v1/traces`,
    headers: { ...settings.headers },
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.version': readBuild().version,
      ...settings.attributes,
      'service.name': settings.serviceName,
    }),
    // A caller's decision to trace extends to the gateway: half a trace is of no use.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.sampledPart) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: loggingOutages(exporter, logger),
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        scheduledDelayMillis: SCHEDULED_DELAY_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('gong-crm-graphql');
  const active = new AsyncLocalStorage<Span>();
  const contexts = new WeakMap<Span, Context>();
  const contextOf = (span: Span | undefined) =>
    (span === undefined ? undefined : contexts.get(span)) ?? ROOT_CONTEXT;

  function wrap(span: OtelSpan, parent: Context): Span {
    const wrapped: Span = {
      traceId: span.spanContext().traceId,
      set: (attributes) => void span.setAttributes(attributes),
      rename: (name) => void span.updateName(name),
      within: (run) => active.run(wrapped, run),
      end(error) {
        if (error !== undefined) {
          span.setAttribute('error.type', error);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
    contexts.set(wrapped, trace.setSpan(parent, span));
    return wrapped;
  }

  return {
    begin(name, { kind = 'internal', attributes = {}, traceparent, fromStranger = false, links = [] } = {}) {
      const remote = traceparent === undefined ? null : parseTraceParent(traceparent);
      const parent =
        remote === null || fromStranger
          ? contextOf(active.getStore())
          : trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true });
      const linked = links.flatMap((link) => trace.getSpanContext(contextOf(link)) ?? []);
      if (remote !== null && fromStranger) linked.push({ ...remote, isRemote: true });
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes: { ...attributes }, links: linked.map((context) => ({ context })) },
        parent,
      );
      return wrap(span, parent);
    },
    current: () => active.getStore() ?? noopSpan,
    async close() {
      await provider.shutdown().catch(() => undefined);
    },
  };
}

/** Logs once when exports begin to fail, and once when they succeed again. */
function loggingOutages(exporter: OTLPTraceExporter, logger: TracingLogger): SpanExporter {
  let lost = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !lost) logger.warn({ reason: result.error?.message }, 'traces cannot be sent');
        if (!failed && lost) logger.info({}, 'traces are sent again');
        lost = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
