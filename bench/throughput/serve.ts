import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves until the process that forked this one is gone, and tells it where. */
export async function serve(listener: RequestListener): Promise<void> {
  // Otherwise it may close a connection that was idle between two rounds while a call is on its way.
  const server = createServer({ keepAliveTimeout: 0 }, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('disconnect', () => process.exit());
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** @param json in ASCII, as everything here */
export function sendJson(response: ServerResponse, json: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length }).end(json);
}
