import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../errors.js';
import { errorBody } from './errors.js';

/**
 * Ends requests whose sender is too slow. Node's own `requestTimeout` knows one limit for all requests; a query must
 * be here within seconds, while a file may take minutes as long as it keeps coming.
 */

declare module 'fastify' {
  interface FastifyRequest {
    /** Of a file: aborted with what to tell its sender, who is too slow. */
    tooSlow: AbortSignal | null;
  }
}

export interface SlowSenderLimits {
  /** For the whole body of a query. */
  readonly queryMs: number;
  /** For a file: less than this over a whole window is too slow. Time that we make the sender wait does not count. */
  readonly fileBytesPerSecond: number;
  readonly fileWindowMs: number;
}

export const SLOW_SENDER_LIMITS = { queryMs: 10_000, fileWindowMs: 10_000 };

const SAMPLE_MS = 500;

export function registerSlowSenders(
  app: FastifyInstance,
  isFile: (request: FastifyRequest) => boolean,
  limits: SlowSenderLimits,
): void {
  app.decorateRequest('tooSlow', null);
  app.addHook('onRequest', async (request) => {
    const { raw } = request;
    if (raw.complete || raw.headers['content-length'] === '0' || raw.method === 'GET') return;
    const stop = isFile(request) ? watchRate(request, limits) : watchDeadline(request, limits.queryMs);
    raw.once('end', stop);
    raw.once('close', stop);
  });
}

/** Nobody reads the body but Fastify, so the answer is written past it. */
function watchDeadline(request: FastifyRequest, deadlineMs: number): () => void {
  const timer = setTimeout(() => {
    tell(request);
    const error = tooSlow(`The body must come within ${deadlineMs} ms, and did not.`);
    const body = JSON.stringify(errorBody(error.message, error.extensions));
    const head =
      'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    request.raw.socket.end(head + body, () => request.raw.destroy());
  }, deadlineMs);
  return () => clearTimeout(timer);
}

/** The doors of files listen, and answer. */
function watchRate(request: FastifyRequest, limits: SlowSenderLimits): () => void {
  const { raw } = request;
  const { fileBytesPerSecond, fileWindowMs } = limits;
  const controller = new AbortController();
  request.tooSlow = controller.signal;
  const needed = (fileBytesPerSecond * fileWindowMs) / 1000;
  const sampleMs = Math.min(SAMPLE_MS, fileWindowMs);
  let windowStart = raw.socket.bytesRead;
  let waitedMs = 0;
  const timer = setInterval(() => {
    // Bytes that wait to be read are our delay, not the sender's.
    if (raw.complete || raw.readableLength > 0) return;
    waitedMs += sampleMs;
    if (waitedMs < fileWindowMs) return;
    if (raw.socket.bytesRead - windowStart < needed) {
      clearInterval(timer);
      tell(request);
      controller.abort(
        tooSlow(
          `A file must come at ${fileBytesPerSecond} bytes a second or more, over any ${fileWindowMs / 1000} seconds, ` +
            'and came more slowly. Gong has nothing of it.',
        ),
      );
    }
    windowStart = raw.socket.bytesRead;
    waitedMs = 0;
  }, sampleMs);
  return () => clearInterval(timer);
}

function tooSlow(message: string): GatewayError {
  return new GatewayError('REQUEST_TIMEOUT', message);
}

function tell({ log, method, url }: FastifyRequest): void {
  log.warn({ method, url: url.split('?')[0]?.slice(0, 200) }, 'sender too slow, request ended');
}
