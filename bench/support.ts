import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FormData, request } from 'undici';

/** What benchmarks share: an emulator that counts, in a process of its own, filled with accounts. */

export interface Counts {
  /** Calls of every kind that the emulator answered with 429. */
  readonly limited: number;
  readonly getObjects: number;
  /** Ids that calls of getObjects asked for; within a call each is another. */
  readonly objects: number;
  /** Uploads that it accepted. */
  readonly uploads: number;
  /** Objects of uploads that it has stored; one that comes again counts again. */
  readonly stored: number;
}

export interface BenchEmulator extends AsyncDisposable {
  readonly url: string;
  readonly integrationId: string;
  counts(): Promise<Counts>;
}

/** A program in a process of its own, ended with SIGKILL or when this process is gone. */
export interface Running extends AsyncDisposable {
  /** Of where it listens, without a path. */
  readonly url: string;
  readonly pid: number;
}

/** `src/`, compiled together with the benchmarks. */
const COMPILED = new URL('../src/', import.meta.url);

/** Starts a program of `src/`, and reads from its greeting where it is. */
export async function startProgram(
  program: 'main.js' | 'emulator/main.js',
  variables: Readonly<Record<string, string>>,
  folder = COMPILED,
): Promise<Running> {
  const child = fork(fileURLToPath(new URL(program, folder)), {
    execArgv: [],
    // As if npm had started it: it then ends when this process is gone.
    env: { PATH: process.env.PATH, npm_lifecycle_event: 'bench', ...variables },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${program} ended before it said where it is`)));
    const greeted = (text: Buffer) => {
      const found = /http:\/\/[\w.]+:\d+/.exec(String(text))?.[0];
      if (found === undefined) return;
      child.stdout?.off('data', greeted).resume();
      resolve(found);
    };
    child.stdout?.on('data', greeted);
  });
  return {
    url,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Starts a program that tells its address as a message, see throughput/serve.ts, and ends when this process does. */
export async function forked(program: URL, args: readonly string[]): Promise<Running> {
  const child = fork(fileURLToPath(program), args, {
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)));
    child.once('exit', () => reject(new Error(`${program.pathname} ended before it said where it is`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** A gateway before that Gong, with no limits to its calls unless `variables` set them. */
export function startGateway(
  gongUrl: string,
  variables: Readonly<Record<string, string>> = {},
  folder = COMPILED,
): Promise<Running> {
  const unlimited = {
    PORT: '0',
    LOG_LEVEL: 'error',
    GONG_BASE_URL: gongUrl,
    GONG_ACCESS_KEY: ACCESS_KEY,
    GONG_ACCESS_KEY_SECRET: ACCESS_KEY,
    GONG_CALLS_PER_SECOND: '0',
    GONG_CALLS_PER_DAY: '0',
  };
  return startProgram('main.js', { ...unlimited, ...variables }, folder);
}

export const ACCESS_KEY = 'emulator';
const headers = { authorization: `Basic ${Buffer.from(`${ACCESS_KEY}:${ACCESS_KEY}`).toString('base64')}` };

/** Accounts with fields of their own. */
export interface Fill {
  /** As they are pushed. */
  readonly fields: readonly object[];
  readonly accountAt: (index: number) => object;
}

/** @param limits `real`: three calls a second, 10,000 a day */
export async function startBenchEmulator(
  limits: 'real' | 'none',
  accounts: number,
  { fields, accountAt }: Fill = { fields: [], accountAt: account },
): Promise<BenchEmulator> {
  const child = fork(fileURLToPath(new URL('bench-emulator.js', import.meta.url)), [limits]);
  const url = String(await answerOf(child));
  const registered = await request(`${url}/v2/crm/integrations`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', ownerEmail: 'bench@acme.com' }),
  });
  const integrationId = /"integrationId":([0-9]+)/.exec(await registered.body.text())?.[1] ?? '';
  const target = `integrationId=${integrationId}&objectType=ACCOUNT`;
  if (fields.length > 0)
    await post(`${url}/v2/crm/entity-schema?${target}`, JSON.stringify(fields), {
      'content-type': 'application/json',
    });
  const lines = Array.from({ length: accounts }, (_, index) => JSON.stringify(accountAt(index)));
  const form = new FormData();
  form.append('dataFile', new Blob([lines.join('\n')]), 'accounts.ldjson');
  await post(`${url}/v2/crm/entities?${target}&clientRequestId=bench`, form);
  // Received is not processed, and the setup's own calls should count no more.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return {
    url,
    integrationId,
    async counts() {
      child.send('counts');
      return (await answerOf(child)) as Counts;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

async function post(url: string, body: string | FormData, more: Readonly<Record<string, string>> = {}) {
  await (await request(url, { method: 'POST', headers: { ...headers, ...more }, body })).body.dump();
}

export const accountId = (index: number) => `account-${index}`;

function account(index: number) {
  return {
    objectId: accountId(index),
    modifiedDate: '2024-03-01T12:00:00Z',
    name: `Account ${index}`,
    domains: [`a${index}.example.com`],
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message');
  return message;
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
