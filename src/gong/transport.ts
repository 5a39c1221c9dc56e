import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { errors, Pool } from 'undici';
import { failureReason, isTimeout } from './failure-reason.js';

/**
 * Sends requests to Gong: no retries, no redirects, no proxies, and never the process's global dispatcher. Every attempt
 * ends within `timeoutMs`, with an answer or a `TransportFailure`.
 */
export interface Transport {
  /**
   * @param read makes of the answer what the promise resolves to, which keeps no more of it: an old promise that resolves to
   *   the bytes would keep them until the old generation is collected. What `read` throws, the promise rejects with.
   */
  send<T>(request: TransportRequest, read: (answer: TransportAnswer) => T): Promise<T>;
  /** Waits for the attempts under way. */
  close(): Promise<void>;
}

export interface TransportRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Includes the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable | undefined;
  /** From now to the last byte of the answer. */
  readonly timeoutMs: number;
  /** From the request's last byte to the answer's headers. */
  readonly headersTimeoutMs: number;
  /** Between two chunks of the answer. Default 15 s. */
  readonly bodyTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called when there is a connection and the request begins to be written. */
  onSent(): void;
}

export interface TransportAnswer {
  readonly status: number;
  /** Returns the first value. `name` must be in lower case. */
  header(name: string): string | undefined;
  readonly body: Buffer;
  /** Why the body was not read, if it was not. */
  readonly unread: string | undefined;
}

export type FailureKind =
  /** No connection: refused, unknown host, TLS. Nothing was sent. */
  | 'unreachable'
  /** The connection broke after sending began. */
  | 'broken'
  | 'timeout'
  /** The answer is not HTTP, or not as long as it says. */
  | 'not-http'
  | 'given-up';

export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';

  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly detail: {
      /** Whether Gong may have seen the request. */
      readonly sent: boolean;
      /** The status of an answer that began and did not end. */
      readonly status: number | null;
      /** From `failureReason`. Unlike the message it names no addresses. */
      readonly reason?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { cause: detail.cause });
  }
}

export interface TransportSettings {
  readonly baseUrl: string;
  readonly maxResponseBytes: number;
  /** TCP and TLS together. Default 3 s. */
  readonly connectTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 3_000;
const BODY_TIMEOUT_MS = 15_000;
/** Far more than the budget lets run at once: a bound for when Gong hangs. */
const MAX_CONNECTIONS = 64;

export function createTransport(settings: TransportSettings): Transport {
  const { baseUrl, maxResponseBytes, connectTimeoutMs = CONNECT_TIMEOUT_MS } = settings;
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/(?<!\/)\/+$/, '');
  const pool = new Pool(base.origin, {
    connections: MAX_CONNECTIONS,
    connect: { timeout: connectTimeoutMs },
  });

  function send<T>(request: TransportRequest, read: (answer: TransportAnswer) => T): Promise<T> {
    const { signal, body } = request;
    return new Promise((resolve, reject) => {
      let abort: ((reason: Error) => void) | undefined;
      let status: number | null = null;
      let headers: IncomingHttpHeaders = {};
      let sent = false;
      let ended = false;
      const chunks: Buffer[] = [];
      let bytes = 0;

      // undici's timeouts watch the gaps between bytes and would never end an answer that drips.
      const deadline = setTimeout(
        () => fail('timeout', `no complete answer within ${request.timeoutMs} ms`, 'TOTAL_TIMEOUT'),
        request.timeoutMs,
      );
      const giveUp = () => fail('given-up', 'the call was abandoned', undefined, signal?.reason);
      signal?.addEventListener('abort', giveUp, { once: true });

      function end(): boolean {
        if (ended) return false;
        ended = true;
        clearTimeout(deadline);
        signal?.removeEventListener('abort', giveUp);
        return true;
      }

      /** Ends the attempt and frees what it holds, even while it still waits for a connection. */
      function stop(): void {
        abort?.(new Error('the attempt has ended'));
        if (typeof body === 'object') body.destroy();
      }

      function fail(kind: FailureKind, message: string, reason?: string, cause?: unknown): void {
        if (!end()) return;
        reject(new TransportFailure(kind, message, { sent, status, reason, cause }));
        stop();
      }

      function answer(unread?: string): void {
        if (status === null || !end()) return;
        const answered: TransportAnswer = {
          status,
          header: (name) => firstValue(headers, name),
          body: unread === undefined ? joined(chunks) : Buffer.alloc(0),
          unread,
        };
        try {
          resolve(read(answered));
        } catch (error) {
          reject(error);
        }
        if (unread !== undefined) stop();
      }

      if (signal?.aborted) {
        giveUp();
        return;
      }
      pool.dispatch(
        {
          method: request.method,
          path: prefix + request.path,
          headers: request.headers,
          body: body ?? null,
          headersTimeout: request.headersTimeoutMs,
          bodyTimeout: request.bodyTimeoutMs ?? BODY_TIMEOUT_MS,
          // undici closes the connection after every GET with a body unless told not to.
          reset: false,
        },
        {
          onRequestStart(controller) {
            abort = (reason) => controller.abort(reason);
            if (ended) {
              stop();
              return;
            }
            sent = true;
            request.onSent();
          },
          onResponseStart(_controller, statusCode, answerHeaders) {
            if (statusCode < 200) return;
            status = statusCode;
            headers = answerHeaders;
            // It was not asked for, and 254 kB of gzip can hold 256 MB.
            const encoding = firstValue(headers, 'content-encoding') ?? 'identity';
            if (encoding.trim().toLowerCase() !== 'identity')
              answer('it is compressed, though no compression was asked for');
          },
          onResponseData(_controller, chunk) {
            bytes += chunk.length;
            if (bytes <= maxResponseBytes) chunks.push(chunk);
            else answer(`it is longer than ${maxResponseBytes} bytes`);
          },
          onResponseEnd() {
            // undici takes the connection back one immediate later. A request that is sent before that would open another
            // connection.
            setImmediate(() => setImmediate(answer));
          },
          onResponseError(_controller, error) {
            const reason = failureReason(error);
            const kind = failureKind(error, reason, sent);
            // undici's parser puts the bytes that it could not read into its error, and causes are logged.
            fail(kind, error.message, reason, kind === 'not-http' ? undefined : error);
          },
        },
      );
    });
  }

  return { send, close: () => pool.close() };
}

/** Most answers arrive in one piece, which needs no copy. */
function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}

function firstValue(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function failureKind(error: Error, reason: string | undefined, sent: boolean): FailureKind {
  if (isTimeout(reason)) return 'timeout';
  if (!sent) return 'unreachable';
  if (reason === 'HPE_INVALID_EOF_STATE') return 'broken';
  const notHttp =
    error instanceof errors.HTTPParserError ||
    error instanceof errors.HeadersOverflowError ||
    error instanceof errors.ResponseContentLengthMismatchError;
  return notHttp ? 'not-http' : 'broken';
}
