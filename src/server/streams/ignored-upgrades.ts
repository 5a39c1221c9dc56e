import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Whether a request asks for the one protocol that we upgrade to: Node's `shouldUpgradeCallback`, from 24.9. */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/** Headers that only speak of the upgrade. */
const OF_UPGRADES: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/**
 * Answers a request as if it asked for no upgrade: a server may ignore the protocols that it does not speak (RFC 9110,
 * section 7.8). Java's HttpClient, for one, sends `Upgrade: h2c` with every first request.
 *
 * Newer Node asks `asksForWebSocket` and never comes here. An older one takes its parser off a connection that asks for an
 * upgrade. So the request is put back in front of the bytes that
 * follow it, without those headers, and the connection is given to the server as a new one.
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
    if (OF_UPGRADES.has(lowerCase)) continue;
    lines.push(`${name}: ${lowerCase === 'connection' ? withoutUpgrade(value) : value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function withoutUpgrade(connection: string): string {
  return connection
    .split(',')
    .map((option) => option.trim())
    .filter((option) => !OF_UPGRADES.has(option.toLowerCase()))
    .join(', ');
}
