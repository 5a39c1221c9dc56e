import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../errors.js';
import { afterTurn } from './after-turn.js';
import type { ClientKey } from './client-address.js';

/**
 * Bounds the memory of answers that clients have not read yet: large answers are sent in pieces, each when the one before
 * has been read; a client that reads too slowly is disconnected; and there is a limit for all of them together.
 */

export interface SlowReaderLimits {
  /** The connection is closed when less than this is read over a whole window. */
  readonly bytesPerSecond: number;
  readonly windowMs: number;
}

export const SLOW_READER_LIMITS: SlowReaderLimits = { bytesPerSecond: 16 * 1024, windowMs: 10_000 };

/** In bytes. Smaller answers are sent whole: the operating system buffers about as much. */
export const LARGE_ANSWER_BYTES = 65_536;
/** One caller may use a quarter of the memory for unread answers. */
const CALLER_SHARE = 4;

/** The memory of large answers that clients have not read yet, over every transport. */
export interface UnreadAnswers {
  /**
   * @param key what the answer counts for (`callerKey`, or the client's address)
   * @returns a function that releases the memory; `undefined`: there is none left
   */
  take(key: string, bytes: number): (() => void) | undefined;
}

export function createUnreadAnswers(maxBytes: number): UnreadAnswers {
  const byKey = new Map<string, number>();
  let total = 0;

  function add(key: string, bytes: number): void {
    total += bytes;
    const own = (byKey.get(key) ?? 0) + bytes;
    if (own === 0) byKey.delete(key);
    else byKey.set(key, own);
  }

  return {
    take(key, bytes) {
      const own = byKey.get(key) ?? 0;
      // A caller that has none may always have one.
      if (total + bytes > maxBytes || (own > 0 && own + bytes > maxBytes / CALLER_SHARE)) return undefined;
      add(key, bytes);
      let isTaken = true;
      return () => {
        if (isTaken) add(key, -bytes);
        isTaken = false;
      };
    },
  };
}

export interface UnreadAnswersOptions {
  readonly unread: UnreadAnswers;
  readonly clientKey: ClientKey;
  readonly limits?: SlowReaderLimits | undefined;
}

interface Answer {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** How much the client has read so far. */
  readonly bytesRead: () => number;
  /** The same at the start of the window; -1: the window in which the answer began has not ended. */
  bytesBefore: number;
}

/** Not for event streams, which have limits of their own (sse-events.ts). */
export function registerUnreadAnswers(app: FastifyInstance, options: UnreadAnswersOptions): void {
  const { unread, clientKey, limits = SLOW_READER_LIMITS } = options;
  const answers = new Set<Answer>();
  const needed = (limits.bytesPerSecond * limits.windowMs) / 1_000;

  const sweep = setInterval(() => {
    for (const answer of answers) {
      const read = answer.bytesRead();
      if (answer.bytesBefore >= 0 && read - answer.bytesBefore < needed) disconnect(answer);
      answer.bytesBefore = read;
    }
  }, limits.windowMs);
  sweep.unref();

  const watch = afterTurn<Answer>((answer) => {
    const { raw } = answer.reply;
    // The operating system has taken it.
    if (raw.closed) return;
    answers.add(answer);
    raw.once('close', () => answers.delete(answer));
  });

  app.addHook('onSend', (request, reply, payload, done) => done(null, watched(request, reply, payload)));

  /** What is sent in place of the payload. */
  function watched(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    let bytesRead = nothing;
    let sent: unknown = payload;
    if (payload.length > LARGE_ANSWER_BYTES) {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      const release = unread.take(clientKey(request), bytes.length);
      if (release === undefined) return refuse(reply);
      reply.raw.once('close', release);
      reply.header('content-length', bytes.length);
      const pieces = inPieces(bytes);
      sent = pieces.stream;
      bytesRead = pieces.bytesRead;
    }
    watch({ request, reply, bytesRead, bytesBefore: -1 });
    return sent;
  }
  app.addHook('onClose', async () => clearInterval(sweep));
}

const nothing = () => 0;

function inPieces(bytes: Buffer): { readonly stream: Readable; bytesRead(): number } {
  let at = 0;
  const stream = new Readable({
    highWaterMark: LARGE_ANSWER_BYTES,
    read() {
      const start = at;
      at = Math.min(bytes.length, start + LARGE_ANSWER_BYTES);
      this.push(start === bytes.length ? null : bytes.subarray(start, at));
    },
  });
  return { stream, bytesRead: () => at };
}

function refuse(reply: FastifyReply): string {
  const { message, extensions } = new GatewayError(
    'RATE_LIMITED',
    'Too many large answers have not been read by their clients: try again in a second. If this was a mutation, it was carried out.',
    { retryAfterSeconds: 1 },
  );
  reply.code(503).header('retry-after', '1').removeHeader('content-length');
  return JSON.stringify({ errors: [{ message, extensions }] });
}

function disconnect({ request, reply }: Answer): void {
  request.log.warn(
    { url: request.url.split('?')[0] },
    'connection closed: the client did not read the answer',
  );
  reply.raw.destroy();
}
