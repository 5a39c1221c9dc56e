import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Caller } from '../../auth/caller.js';
import { LARGE_ANSWER_BYTES, type UnreadAnswers } from '../http/unread-answers.js';
import type { ConnectionSlot, StreamSettings } from './limits.js';
import { createOperationIds } from './operation-ids.js';

/** One WebSocket: `extra` of graphql-ws. */
export interface SocketSession {
  logger: FastifyBaseLogger;
  /** The `reqId` of the logger. */
  readonly requestId: string;
  /** `null` before `connection_init`. */
  caller: Caller | null;
  readonly slot: ConnectionSlot;
  readonly unread: UnreadAnswers;
  /** Headers of the request that opened the socket. */
  readonly headers: IncomingHttpHeaders;
  close(code: number, reason: string): void;
  onClosed(callback: () => void): void;
}

/** RFC 6455, section 7.4.1. */
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;
/** Registered with IANA. */
export const TRY_AGAIN_LATER = 1013;

/** A close reason has at most 123 bytes in UTF-8, and a UTF-16 code unit at most three. */
const MAX_REASON_CHARS = 41;

/** Messages a second for each operation that a socket may have, after a burst of as many as in five seconds. */
const BURST_SECONDS = 5;

/** Connects a socket to the protocol, and limits what its client sends and leaves unread. */
export function serveSocket(
  socket: WebSocket,
  protocol: Server<SocketSession>,
  settings: StreamSettings,
  session: SocketSession,
): void {
  const { logger } = session;
  const hasClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const mayReceive = createTokenBucket(settings.maxOperationsPerSocket);
  const ids = createOperationIds();
  const reserve = (bytes: number) => session.unread.take(session.slot.key(), bytes);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      close: (code, reason) => socket.close(code, reason),
      async send(message) {
        const data = ids.outgoing(message);
        if (data !== undefined) await send(socket, hasClosed, data, settings.maxPendingBytes, reserve);
      },
      onMessage(handle) {
        socket.on('message', (data: RawData, isBinary: boolean) => {
          if (isBinary) return socket.close(UNSUPPORTED_DATA, 'Only text messages are supported');
          if (!mayReceive()) return socket.close(POLICY_VIOLATION, 'Too many messages');
          const message = ids.incoming(String(data));
          if (typeof message === 'object') {
            return socket.close(
              CloseCode.SubscriberAlreadyExists,
              `Subscriber for ${message.taken} already exists`.slice(0, MAX_REASON_CHARS),
            );
          }
          handle(message).catch((error: unknown) => {
            logger.error({ err: error }, 'unexpected error on a WebSocket');
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        });
      },
    },
    session,
  );
  // Frames that are too long or malformed: ws closes the socket with the matching code.
  socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket failed'));
  socket.once('close', (code, reason) => {
    Promise.resolve(closed(code, String(reason))).catch((error: unknown) => {
      logger.error({ err: error }, 'unexpected error when a WebSocket closed');
    });
  });
}

/**
 * Resolves when the kernel has taken the message, so that a subscription is not asked for more results than its client
 * reads. Limits what the other operations of the socket have buffered.
 */
function send(
  socket: WebSocket,
  hasClosed: Promise<void>,
  data: string,
  maxPendingBytes: number,
  reserve: (bytes: number) => (() => void) | undefined,
): Promise<void> {
  if (socket.readyState === socket.OPEN && socket.bufferedAmount > maxPendingBytes) socket.terminate();
  // Resolving before the close has been handled would let a busy subscription run on.
  if (socket.readyState !== socket.OPEN) return hasClosed;
  const release = data.length > LARGE_ANSWER_BYTES ? reserve(data.length) : nothingReserved;
  if (release === undefined) {
    socket.close(TRY_AGAIN_LATER, 'Too many results are waiting to be read');
    return hasClosed;
  }
  return new Promise((resolve) => {
    socket.send(data, (error) => {
      release();
      resolve(error == null ? undefined : hasClosed);
    });
  });
}

const nothingReserved = () => undefined;

/** Returns a function that takes a token, or `false` where none is left. */
function createTokenBucket(perSecond: number): () => boolean {
  const capacity = perSecond * BURST_SECONDS;
  let tokens = capacity;
  let refilledAt = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(capacity, tokens + ((now - refilledAt) / 1_000) * perSecond);
    refilledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
