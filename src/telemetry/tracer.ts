export type Attributes = Readonly<Record<string, string | number | boolean>>;
export type SpanKind = 'internal' | 'server' | 'client';

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** A caller's `traceparent` header (W3C Trace Context). Its trace is continued if it is well-formed. */
  readonly traceparent?: string | undefined;
  /** The caller is not trusted: a new trace begins, which only links to the caller's. */
  readonly fromStranger?: boolean;
  /** Other spans on whose behalf this is done. */
  readonly links?: readonly Span[];
}

export interface Span {
  /** For the log. `undefined` where nothing is traced. */
  readonly traceId: string | undefined;
  set(attributes: Attributes): void;
  rename(name: string): void;
  /** Runs a function in whose asynchronous course this span is the parent of new ones. */
  within<T>(run: () => T): T;
  /** @param error an error code, if it failed */
  end(error?: string): void;
}

export interface Tracer {
  /** Begins a child of the current span. */
  begin(name: string, options?: SpanOptions): Span;
  current(): Span;
  /** Exports what is left. Never rejects. */
  close(): Promise<void>;
}

export const noopSpan: Span = Object.freeze({
  traceId: undefined,
  set: () => undefined,
  rename: () => undefined,
  within: <T>(run: () => T) => run(),
  end: () => undefined,
});

export const noopTracer: Tracer = Object.freeze({
  begin: () => noopSpan,
  current: () => noopSpan,
  close: async () => undefined,
});

/** Runs a function within a new span, which it may describe further. */
export function traced<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  // Two calls for every query, and each async function more is a promise that grows old while Gong is asked.
  return tracer === noopTracer ? run(noopSpan) : inSpan(tracer, name, options, run);
}

async function inSpan<T>(...[tracer, name, options, run]: Parameters<typeof traced<T>>): Promise<T> {
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

/** Never returns the message, which may quote personal data. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR';
}
