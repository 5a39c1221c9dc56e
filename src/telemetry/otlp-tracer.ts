import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type Span as OtelSpan,
  SpanKind as OtelSpanKind,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
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
import { noopSpan, type Span, type SpanKind, type Tracer } from './tracer.js';

export interface TracingSettings {
  /** Of a collector that speaks OTLP over HTTP, e.g. `http://127.0.0.1:4318`; `/v1/traces` is added. */
  readonly endpoint: string;
  /** Sent with every export, e.g. a token of the collector's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** Further ones of the resource that spans belong to, e.g. `deployment.environment.name`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** The part of operations that is traced where the caller did not decide, from 0 to 1. */
  readonly sampledPart: number;
}

/** The part of pino that is used. */
export interface TracingLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const KINDS: Readonly<Record<SpanKind, OtelSpanKind>> = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
};
const EXPORT_TIMEOUT_MS = 5_000;
const SCHEDULED_DELAY_MS = 2_000;

/**
 * Spans over OTLP, in batches: at most 2,048 wait, further ones are dropped, and no operation ever waits for the
 * collector. Nothing global is touched: two gateways in a process trace apart.
 *
 * Import it only where traces are wanted: its packages take a third of a second to load, and 15 MB.
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
    // A caller who traces decides for us, too: half a trace helps nobody.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.sampledPart) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: telling(exporter, logger),
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        scheduledDelayMillis: SCHEDULED_DELAY_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('gong-crm-graphql');
  const within = new AsyncLocalStorage<Span>();
  const contexts = new WeakMap<Span, Context>();
  const contextOf = (span: Span | undefined) =>
    (span === undefined ? undefined : contexts.get(span)) ?? ROOT_CONTEXT;

  function wrap(span: OtelSpan, parent: Context): Span {
    const wrapped: Span = {
      traceId: span.spanContext().traceId,
      set: (attributes) => void span.setAttributes(attributes),
      rename: (name) => void span.updateName(name),
      within: (run) => within.run(wrapped, run),
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
      const remote = traceparent === undefined ? undefined : parseTraceparent(traceparent);
      const parent =
        remote === undefined || fromStranger
          ? contextOf(within.getStore())
          : trace.setSpanContext(ROOT_CONTEXT, remote);
      const linked = links.flatMap((link) => trace.getSpanContext(contextOf(link)) ?? []);
      if (remote !== undefined && fromStranger) linked.push(remote);
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes: { ...attributes }, links: linked.map((context) => ({ context })) },
        parent,
      );
      return wrap(span, parent);
    },
    current: () => within.getStore() ?? noopSpan,
    async close() {
      await provider.shutdown().catch(() => undefined);
    },
  };
}

/** Says once that the collector takes nothing, and once that it does again. */
function telling(exporter: OTLPTraceExporter, logger: TracingLogger): SpanExporter {
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

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** `undefined` for what is malformed: anybody can send anything. */
function parseTraceparent(header: string): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}
