import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANYBODY, type Caller } from '../../auth/caller.js';
import { GatewayError } from '../../errors.js';
import { addressOf } from '../streams/limits.js';

/**
 * What clients have not read yet stays in memory. So large answers are sent in pieces, the next when the last has been
 * taken; a client that takes too little is cut off; and what all of them may have waiting is bounded.
 */

export interface SlowReaderLimits {
  /** An answer that moves less than this over a whole window is cut off. */
  readonly bytesPerSecond: number;
  readonly windowMs: number;
}

export const SLOW_READER_LIMITS: SlowReaderLimits = { bytesPerSecond: 16 * 1024, windowMs: 10_000 };

/** Smaller answers are sent whole: what the operating system buffers is about as much. */
export const LARGE_ANSWER_BYTES = 65_536;
/** The part of the memory for unread answers that one caller may take. */
const CALLER_SHARE = 4;

/** The memory of large answers that are on their way to their clients, over every transport. */
export interface UnreadAnswers {
  /** @returns what gives the room back; `undefined` where there is none */
  take(owner: string, bytes: number): (() => void) | undefined;
}

export function createUnreadAnswers(maxBytes: number): UnreadAnswers {
  const byOwner = new Map<string, number>();
  let total = 0;

  function add(owner: string, bytes: number): void {
    total += bytes;
    const own = (byOwner.get(owner) ?? 0) + bytes;
    if (own === 0) byOwner.delete(owner);
    else byOwner.set(owner, own);
  }

  return {
    take(owner, bytes) {
      const own = byOwner.get(owner) ?? 0;
      // Whoever has nothing waiting may always have one.
      if (total + bytes > maxBytes || (own > 0 && own + bytes > maxBytes / CALLER_SHARE)) return undefined;
      add(owner, bytes);
      let isTaken = true;
      return () => {
        if (isTaken) add(owner, -bytes);
        isTaken = false;
      };
    },
  };
}

export interface UnreadAnswersOptions {
  readonly unread: UnreadAnswers;
  readonly proxyHops: number;
  readonly limits?: SlowReaderLimits | undefined;
}

interface Underway {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** How much the client has taken. */
  readonly bytesTaken: () => number;
  takenBefore: number;
}

/** Event streams have bounds of their own: sse-events.ts. */
export function registerUnreadAnswers(app: FastifyInstance, options: UnreadAnswersOptions): void {
  const { unread, proxyHops, limits = SLOW_READER_LIMITS } = options;
  const underway = new Set<Underway>();
  const needed = (limits.bytesPerSecond * limits.windowMs) / 1_000;

  const sweep = setInterval(() => {
    for (const answer of underway) {
      const taken = answer.bytesTaken();
      if (answer.takenBefore >= 0 && taken - answer.takenBefore < needed) cutOff(answer);
      answer.takenBefore = taken;
    }
  }, limits.windowMs);
  sweep.unref();

  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    let bytesTaken = () => 0;
    let sent: unknown = payload;
    if (payload.length > LARGE_ANSWER_BYTES) {
      const bytes = Buffer.from(payload);
      const giveBack = unread.take(ownerOf(request.caller, addressOf(request.raw, proxyHops)), bytes.length);
      if (giveBack === undefined) return refuse(reply);
      reply.raw.once('close', giveBack);
      reply.header('content-length', bytes.length);
      const pieces = inPieces(bytes);
      sent = pieces.stream;
      bytesTaken = pieces.bytesTaken;
    }
    const answer: Underway = { request, reply, bytesTaken, takenBefore: -1 };
    underway.add(answer);
    reply.raw.once('close', () => underway.delete(answer));
    return sent;
  });
  app.addHook('onClose', async () => clearInterval(sweep));
}

function inPieces(bytes: Buffer): { readonly stream: Readable; bytesTaken(): number } {
  let at = 0;
  const stream = new Readable({
    highWaterMark: LARGE_ANSWER_BYTES,
    read() {
      const start = at;
      at = Math.min(bytes.length, start + LARGE_ANSWER_BYTES);
      this.push(start === bytes.length ? null : bytes.subarray(start, at));
    },
  });
  return { stream, bytesTaken: () => at };
}

/** Whose answers count together: those of a caller, or of an address where nobody says who calls. */
export function ownerOf(caller: Caller | null, address: string): string {
  return caller === null || caller === ANYBODY ? `address ${address}` : `caller ${caller.id}`;
}

function refuse(reply: FastifyReply): string {
  const { message, extensions } = new GatewayError(
    'RATE_LIMITED',
    'Too many large answers wait to be read by their clients: try again in a second. A mutation was carried out.',
    { retryAfterSeconds: 1 },
  );
  reply.code(503).header('retry-after', '1').removeHeader('content-length');
  return JSON.stringify({ errors: [{ message, extensions }] });
}

function cutOff({ request, reply }: Underway): void {
  request.log.warn({ url: request.url.split('?')[0] }, 'an answer was not read: connection closed');
  reply.raw.destroy();
}
