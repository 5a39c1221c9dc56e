import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Node's `shouldUpgradeCallback` (from 24.9): WebSocket is the only protocol that connections are upgraded to. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.trim().toLowerCase() === 'websocket';
}

const UPGRADE_HEADERS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/**
 * Answers a request as if it asked for no upgrade: a server may ignore protocols that it does not support (RFC 9110, section
 * 7.8). Java's HttpClient, for one, sends `Upgrade: h2c` with its first request.
 *
 * Needed before Node 24.9, which detaches its HTTP parser from every connection that asks for an upgrade. The request is
 * put back in front of the bytes that follow it, without its upgrade headers, and the server is given the connection as
 * a new one.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
  server.emit('connection', socket as Socket);
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const lowerCase = name.toLowerCase();
    if (UPGRADE_HEADERS.has(lowerCase)) continue;
    lines.push(`${name}: ${lowerCase === 'connection' ? withoutUpgrade(value) : value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function withoutUpgrade(connection: string): string {
  return connection
    .split(',')
    .map((option) => option.trim())
    .filter((option) => !UPGRADE_HEADERS.has(option.toLowerCase()))
    .join(', ');
}
