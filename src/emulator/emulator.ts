import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthenticate } from './auth.js';
import { Company } from './company.js';
import { createListener, type EmulatorCall } from './listener.js';
import { createProcessor } from './processor.js';
import { RateLimit } from './rate-limit.js';
import { refuseBrokenRequest } from './refuse.js';
import type { Outcome } from './requests.js';
import type { EmulatorSettings } from './settings.js';

export type { EmulatorCall } from './listener.js';

export interface Emulator {
  /** For example `http://127.0.0.1:4010`. */
  readonly url: string;
  readonly settings: EmulatorSettings;
  /** Closes every connection and discards all state, including requests being processed. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface EmulatorOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0, any free port. */
  readonly port?: number;
  /** Called as each response is sent. */
  readonly onCall?: (call: EmulatorCall) => void;
  /** Called when an upload or a deletion has been processed. */
  readonly onEnded?: (outcome: Outcome) => void;
}

const SERVER_OPTIONS = {
  // Room for a hundred IDs in the query.
  maxHeaderSize: 64 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15 * 60_000,
  keepAliveTimeout: 60_000,
};

/**
 * Starts an empty emulator of Gong's CRM API. Each emulator is a company of its own.
 *
 * @throws the error of `listen`, for example with code EADDRINUSE
 */
export async function startEmulator(
  settings: EmulatorSettings,
  { host = '127.0.0.1', port = 0, onCall, onEnded }: EmulatorOptions = {},
): Promise<Emulator> {
  const processor = createProcessor({ processingMs: settings.processingMs, report: reportError, onEnded });
  const listener = createListener({
    settings,
    processor,
    company: new Company(settings),
    authenticate: createAuthenticate(settings),
    rateLimit: new RateLimit({ ...settings, now: () => performance.now() }),
    onCall: onCall ?? (() => {}),
    reportError,
  });
  const server = createServer(SERVER_OPTIONS);
  server.on('request', (request, response) => listener(request, response, 'SENT'));
  server.on('checkContinue', (request, response) => listener(request, response, 'WAITS'));
  server.on('checkExpectation', (request, response) => listener(request, response, 'SENT'));
  server.on('clientError', refuseBrokenRequest);
  await listen(server, host, port);
  server.on('error', (error) => reportError(error));

  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await Promise.all([closed, processor.close()]);
  };
  return { url: urlOf(server, host), settings, close, [Symbol.asyncDispose]: close };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server, host: string): string {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  // Clients cannot connect to the unspecified address.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${address.port}`;
}

function reportError(error: unknown, requestId?: string): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `${JSON.stringify({ level: 'error', msg: 'emulator: unexpected error', requestId, stack })}\n`,
  );
}
