import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from '../../errors.js';
import { afterTurn } from './after-turn.js';
import { errorBody } from './errors.js';
import { carriesFile } from './route-config.js';

/**
 * Ends requests whose body arrives too slowly. Node's `requestTimeout` is one limit for all requests, but a query has to
 * arrive within seconds, while a file may take minutes as long as it keeps coming.
 */

declare module 'fastify' {
  interface FastifyRequest {
    /** For a file: aborted with the error to answer once the sender is too slow. */
    tooSlow: AbortSignal | null;
  }
}

export interface SlowSenderLimits {
  /** For the whole body of a query, in milliseconds. */
  readonly queryMs: number;
  /** For a file: less than this over a whole window is too slow. Time the gateway makes the sender wait does not count. */
  readonly fileBytesPerSecond: number;
  readonly fileWindowMs: number;
}

export const SLOW_SENDER_LIMITS = { queryMs: 10_000, fileWindowMs: 10_000 };

const SAMPLE_MS = 500;

export function registerSlowSenders(app: FastifyInstance, limits: SlowSenderLimits): void {
  app.decorateRequest('tooSlow', null);
  // By then most bodies have arrived, with the headers.
  const watchQuery = afterTurn<FastifyRequest>((request) => {
    const { complete, destroyed } = request.raw;
    if (!complete && !destroyed) untilArrived(request, watchDeadline(request, limits.queryMs));
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request;
    if (!raw.complete && raw.headers['content-length'] !== '0' && raw.method !== 'GET') {
      if (carriesFile(request)) untilArrived(request, watchRate(request, limits));
      else watchQuery(request);
    }
    done();
  });
}

function untilArrived({ raw }: FastifyRequest, stop: () => void): void {
  raw.once('end', stop);
  raw.once('close', stop);
}

/** Fastify is still reading the body, so the answer is written to the socket. */
function watchDeadline(request: FastifyRequest, deadlineMs: number): () => void {
  const timer = setTimeout(() => {
    logSlow(request);
    const error = tooSlow(`The body must arrive within ${deadlineMs} ms, and did not.`);
    const body = JSON.stringify(errorBody(error.message, error.extensions));
    const head =
      'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    request.raw.socket.end(head + body, () => request.raw.destroy());
  }, deadlineMs);
  return () => clearTimeout(timer);
}

/** Whoever reads the file listens to `tooSlow`, and answers. */
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
    // While bytes wait to be read, the gateway is the slow one.
    if (raw.complete || raw.readableLength > 0) return;
    waitedMs += sampleMs;
    if (waitedMs < fileWindowMs) return;
    if (raw.socket.bytesRead - windowStart < needed) {
      clearInterval(timer);
      logSlow(request);
      controller.abort(
        tooSlow(
          `A file must arrive at ${fileBytesPerSecond} bytes per second or more, over any ${fileWindowMs / 1000} seconds, ` +
            'and did not. Nothing was sent to Gong.',
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

function logSlow({ log, method, url }: FastifyRequest): void {
  log.warn({ method, url: url.split('?')[0]?.slice(0, 200) }, 'request ended: the sender is too slow');
}
