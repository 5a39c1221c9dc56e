import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * Lets callers read an answer that comes before their request has ended, as a refused file's does. To close at once
 * would reset the connection under a caller who is still writing, and the answer would be lost with it; to read on for
 * ever is what the refusal should spare us. So: answer, close our side, read on for a while, close.
 * (RFC 9112, section 9.6.)
 */

const LINGER_MS = 5_000;
const LINGER_BYTES = 64 * 1024 * 1024;

export function registerLingering(app: FastifyInstance): void {
  app.addHook('onSend', async ({ raw }, reply) => {
    if (!isUnread(raw)) return;
    reply.header('connection', 'close');
    linger(raw);
  });
}

function isUnread({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function linger(request: IncomingMessage): void {
  const { socket } = request;
  // What Node does with the last answer of a connection: `destroySoon` closes both sides.
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
