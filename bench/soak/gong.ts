import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { startEmulator } from '../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../src/emulator/settings.js';
import { startToxicProxy, type Toxics } from '../../test/support/toxic-proxy.js';

/** Gong in a process of its own: the emulator, behind a server that fails and a network that fails. */
export interface FaultyGong extends AsyncDisposable {
  readonly url: string;
  /** How often each upload was accepted, by its `clientRequestId`; and what was done to calls. */
  report(): Promise<GongReport>;
}

export interface GongReport {
  readonly accepted: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
}

/** What it does to calls for a while: to their answers, or to their bytes on the way back. */
interface Weather {
  readonly name: string;
  /** The share of all time. */
  readonly share: number;
  /** The share of calls that are answered so, unseen by the emulator. */
  readonly answer?: { readonly status: number; readonly share: number };
  readonly down?: Toxics;
}

const CHANGE_MS = 1_500;
const WEATHERS: readonly Weather[] = [
  { name: 'fair', share: 0.55 },
  { name: '429', share: 0.1, answer: { status: 429, share: 0.2 } },
  { name: '500', share: 0.05, answer: { status: 500, share: 0.3 } },
  { name: '503', share: 0.05, answer: { status: 503, share: 0.3 } },
  { name: 'slow', share: 0.1, down: { latencyMs: 150 } },
  { name: 'small pieces', share: 0.05, down: { sliceBytes: 7 } },
  { name: 'answers lost', share: 0.03, down: { resetAfter: 0 } },
  { name: 'answers broken off', share: 0.03, down: { cutAfter: 200 } },
  { name: 'nothing comes', share: 0.04, down: { blackHoleAfter: 0 } },
];

export async function startFaultyGong(): Promise<FaultyGong> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['gong']);
  const [url] = await once(child, 'message');
  return {
    url: String(url),
    async report() {
      child.send('report');
      const [report] = await once(child, 'message');
      return report as GongReport;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function serve(): Promise<void> {
  const accepted: Record<string, number> = {};
  const faults: Record<string, number> = {};
  const emulator = await startEmulator(
    { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, callsPerDay: 0 },
    {
      onCall({ operation, status, query }) {
        if (operation !== 'uploadObjects' || status !== 201) return;
        const id = query.get('clientRequestId') ?? '';
        accepted[id] = (accepted[id] ?? 0) + 1;
      },
    },
  );
  let weather = WEATHERS[0];
  const pool = new Pool(emulator.url, { connections: 200 });
  const server = createServer((request, response) => {
    const { answer } = weather ?? {};
    if (answer !== undefined && Math.random() < answer.share) {
      faults[answer.status] = (faults[answer.status] ?? 0) + 1;
      request.resume();
      response.writeHead(answer.status, { 'content-type': 'application/json', 'retry-after': '1' });
      response.end(JSON.stringify({ requestId: 'weather', errors: ['bad weather'] }));
      return;
    }
    // Whoever is cut off on the way is not ours to tell.
    passOn(pool, request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('needed a TCP address');
  const network = await startToxicProxy(() => `http://127.0.0.1:${address.port}`);

  setInterval(() => {
    weather = someWeather();
    network.poison(weather?.down === undefined ? {} : { down: weather.down });
    const name = weather?.name ?? '';
    if (weather?.answer === undefined) faults[name] = (faults[name] ?? 0) + 1;
  }, CHANGE_MS);
  process.on('message', () => process.send?.({ accepted, faults } satisfies GongReport));
  process.on('disconnect', () => process.exit());
  process.send?.(network.url);
}

function someWeather(): Weather | undefined {
  let left = Math.random();
  return WEATHERS.find(({ share }) => {
    left -= share;
    return left < 0;
  });
}

async function passOn(pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { host: _, connection: __, 'transfer-encoding': ___, expect: ____, ...headers } = request.headers;
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  await pool.stream(
    {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers,
      body: hasBody ? request : null,
    },
    ({ statusCode, headers: answered }) => {
      const { connection: _hop, 'transfer-encoding': _coding, 'keep-alive': _alive, ...rest } = answered;
      return response.writeHead(statusCode, rest);
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'gong') await serve();
