import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Caller } from '../../auth/caller.js';
import { LARGE_ANSWER_BYTES, type UnreadAnswers } from '../http/unread-answers.js';
import type { Place, StreamSettings } from './limits.js';
import { createOperationIds } from './operation-ids.js';

/** What is known of a socket besides its protocol. */
export interface SocketSession {
  logger: FastifyBaseLogger;
  /** `null` until the greeting has said it. */
  caller: Caller | null;
  readonly place: Place;
  readonly unread: UnreadAnswers;
  /** Of the request that opened the socket. */
  readonly headers: IncomingHttpHeaders;
  close(code: number, reason: string): void;
  /** Called when the socket has closed. */
  onClosed(callback: () => void): void;
}

/** RFC 6455, section 7.4.1. */
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;
/** Of the registry that RFC 6455 begins. */
export const TRY_AGAIN_LATER = 1013;

/** A reason has at most 123 bytes; a character has at most three. */
const MAX_REASON_CHARS = 41;

/** Bursts of messages: as many as five times all the operations a socket may have, then one a second for each. */
const BURST = 5;

/** Lets one socket speak the protocol, within what a client may cost. */
export function serveSocket(
  socket: WebSocket,
  protocol: Server<SocketSession>,
  settings: StreamSettings,
  session: SocketSession,
): void {
  const { logger } = session;
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const mayReceive = createAllowance(settings.maxOperationsPerSocket);
  const ids = createOperationIds();
  const takeRoom = (bytes: number) => session.unread.take(session.place.key(), bytes);
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      close: (code, reason) => socket.close(code, reason),
      async send(message) {
        const data = ids.outgoing(message);
        if (data !== undefined) await send(socket, gone, data, settings.maxPendingBytes, takeRoom);
      },
      onMessage(handle) {
        socket.on('message', (data: RawData, isBinary: boolean) => {
          if (isBinary) return socket.close(UNSUPPORTED_DATA, 'Only text is understood');
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
  // Frames that are too long or broken: ws closes the socket with the code for it.
  socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket broke'));
  socket.once('close', (code, reason) => {
    Promise.resolve(closed(code, String(reason))).catch((error: unknown) => {
      logger.error({ err: error }, 'unexpected error when a WebSocket closed');
    });
  });
}

/**
 * Resolves when the kernel has taken the message, so that a stream is not asked for more than its client reads.
 * What other operations of the same socket have waiting is bounded here.
 */
function send(
  socket: WebSocket,
  gone: Promise<void>,
  data: string,
  maxPendingBytes: number,
  takeRoom: (bytes: number) => (() => void) | undefined,
): Promise<void> {
  if (socket.readyState === socket.OPEN && socket.bufferedAmount > maxPendingBytes) socket.terminate();
  // To resolve at once would let a busy stream run on and on before the close is even noticed.
  if (socket.readyState !== socket.OPEN) return gone;
  const giveBack = data.length > LARGE_ANSWER_BYTES ? takeRoom(data.length) : noRoomTaken;
  if (giveBack === undefined) {
    socket.close(TRY_AGAIN_LATER, 'Too many answers wait to be read');
    return gone;
  }
  return new Promise((resolve) => {
    socket.send(data, (error) => {
      giveBack();
      resolve(error == null ? undefined : gone);
    });
  });
}

const noRoomTaken = () => undefined;

function createAllowance(perSecond: number): () => boolean {
  const most = perSecond * BURST;
  let left = most;
  let at = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(most, left + ((now - at) / 1_000) * perSecond);
    at = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
