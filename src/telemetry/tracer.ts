/** Spans of what is done for whom, for those who follow one request through many programs. */

export type Attributes = Readonly<Record<string, string | number | boolean>>;
export type SpanKind = 'internal' | 'server' | 'client';

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** A caller's `traceparent` header (W3C Trace Context), continued if it is well-formed. */
  readonly traceparent?: string | undefined;
  /** It came from a stranger: it is linked to, and decides nothing about our trace. */
  readonly fromStranger?: boolean;
  /** Others on whose behalf this is done, too. */
  readonly links?: readonly Span[];
}

export interface Span {
  /** For log lines; `undefined` where nothing is traced. */
  readonly traceId: string | undefined;
  set(attributes: Attributes): void;
  rename(name: string): void;
  /** What begins within has this span as its parent, across everything asynchronous. */
  within<T>(run: () => T): T;
  /** `error`: what it failed with, in one of a few words. */
  end(error?: string): void;
}

export interface Tracer {
  /** A span below the one we are in. */
  begin(name: string, options?: SpanOptions): Span;
  /** The span we are in. */
  current(): Span;
  /** Sends what is left. Never rejects. */
  close(): Promise<void>;
}

/** Where nothing is traced. */
export const noopSpan: Span = Object.freeze({
  traceId: undefined,
  set: () => undefined,
  rename: () => undefined,
  within: <T>(run: () => T) => run(),
  end: () => undefined,
});

/** Where nobody collects traces: costs nothing. */
export const noopTracer: Tracer = Object.freeze({
  begin: () => noopSpan,
  current: () => noopSpan,
  close: async () => undefined,
});

/** A span around `run`, which is told it and may describe it further. */
export async function traced<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.begin(name, options);
  try {
    const result = await span.within(() => run(span));
    span.end();
    return result;
  } catch (error) {
    span.end(codeOf(error));
    throw error;
  }
}

/** Never the message: it may quote anyone's data. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR';
}
