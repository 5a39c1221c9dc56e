import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { carriesFile } from './route-config.js';

/**
 * Lets a request be refused before its body has arrived, as a file may be.
 *
 * `Expect: 100-continue`, which curl sends before a large body, is answered once the file may come; Node by itself would
 * always answer yes at once.
 *
 * To close right after an early answer would reset the connection of a client that is still sending, and lose the answer;
 * to read the whole body is what the refusal is to avoid. So: answer, close this side, discard for a while, then close
 * (RFC 9112, section 9.6).
 */

const LINGER_MS = 5_000;
const LINGER_BYTES = 64 * 1024 * 1024;

export function registerEarlyAnswers(app: FastifyInstance): void {
  app.server.on('checkContinue', (request, response) => app.routing(request, response));
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (request.headers.expect !== undefined && !carriesFile(request)) sendContinue(request, reply);
    done(null, payload);
  });
  app.addHook('onSend', ({ raw }, reply, payload, done) => {
    if (isUnread(raw)) {
      reply.header('connection', 'close');
      linger(raw);
    }
    done(null, payload);
  });
}

/** Tells a client that waits for it to send the body. Routes that take files call it once they accept the request. */
export function sendContinue({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (headers.expect !== undefined) reply.raw.writeContinue();
}

function isUnread({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function linger(request: IncomingMessage): void {
  const { socket } = request;
  // Node calls `destroySoon` after the last answer on a connection. By default it closes both sides.
  socket.destroySoon = () => {
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.end(() => {
      if (request.readableEnded) socket.destroy();
      else request.once('end', () => socket.destroy());
    });
    let bytes = 0;
    request.unpipe();
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LINGER_BYTES) socket.destroy();
    });
  };
}
