import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Ends connections whose sender is too slow. Node's own `requestTimeout` knows one limit for all requests; a query
 * must be here within seconds, while a file may take minutes as long as it keeps coming.
 */

export interface SlowSenderLimits {
  /** For the whole body of a query. */
  readonly queryMs: number;
  /** For a file: less than this over a whole window is too slow. Time that we make the sender wait does not count. */
  readonly fileBytesPerSecond: number;
  readonly fileWindowMs: number;
}

export const SLOW_SENDER_LIMITS: SlowSenderLimits = {
  queryMs: 10_000,
  fileBytesPerSecond: 16 * 1024,
  fileWindowMs: 10_000,
};

const SAMPLE_MS = 500;
const ANSWER = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

export function registerSlowSenders(
  app: FastifyInstance,
  isFile: (request: FastifyRequest) => boolean,
  limits: SlowSenderLimits = SLOW_SENDER_LIMITS,
): void {
  app.addHook('onRequest', async (request) => {
    const { raw } = request;
    if (raw.complete || raw.headers['content-length'] === '0' || raw.method === 'GET') return;
    const stop = isFile(request) ? watchRate(request, limits) : watchDeadline(request, limits.queryMs);
    raw.once('end', stop);
    raw.once('close', stop);
  });
}

function watchDeadline(request: FastifyRequest, deadlineMs: number): () => void {
  const timer = setTimeout(() => cutOff(request), deadlineMs);
  return () => clearTimeout(timer);
}

function watchRate(request: FastifyRequest, limits: SlowSenderLimits): () => void {
  const { raw } = request;
  const needed = (limits.fileBytesPerSecond * limits.fileWindowMs) / 1000;
  const sampleMs = Math.min(SAMPLE_MS, limits.fileWindowMs);
  let windowStart = raw.socket.bytesRead;
  let waitedMs = 0;
  const timer = setInterval(() => {
    // Bytes that wait to be read are our delay, not the sender's.
    if (raw.readableLength > 0) return;
    waitedMs += sampleMs;
    if (waitedMs < limits.fileWindowMs) return;
    if (raw.socket.bytesRead - windowStart < needed) cutOff(request);
    windowStart = raw.socket.bytesRead;
    waitedMs = 0;
  }, sampleMs);
  return () => clearInterval(timer);
}

function cutOff(request: FastifyRequest): void {
  request.log.warn(
    { method: request.method, url: request.url.split('?')[0] },
    'sender too slow, connection ended',
  );
  request.raw.socket.end(ANSWER, () => request.raw.destroy());
}
