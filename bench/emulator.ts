import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FormData, request } from 'undici';
import { startProgram } from './support.js';

/**
 * Uploads a file of 1,000,000 accounts (198 MB, nearly the maximum of one file) to an emulator in its own process, and
 * meanwhile asks it for the list of integrations every 10 ms. Prints its peak memory, the longest response time and the
 * throughput. Node 20 does not run TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/emulator.js [objects] [uploads]
 */

const headers = { authorization: `Basic ${Buffer.from('emulator:emulator').toString('base64')}` };

// The sender has its own process, too, so that its pauses do not count.
const [, , first = '1000000', second = '1', third] = process.argv;
if (third === undefined) await measure(Number(first), Number(second));
else await send(first, second, third);

async function measure(objects: number, uploads: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'emulator-bench-'));
  const path = join(folder, 'accounts.ldjson');
  await writeAccounts(path, objects);
  console.log(`${objects} accounts, ${((await stat(path)).size / 1e6).toFixed(1)} MB`);

  await using emulator = await startProgram('emulator/main.js', {
    EMULATOR_PORT: '0',
    EMULATOR_CALLS_PER_SECOND: '0',
    EMULATOR_CALLS_PER_DAY: '0',
  });
  const { url } = emulator;
  const registered = await request(`${url}/v2/crm/integrations`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bench', ownerEmail: 'bench@acme.com' }),
  });
  const integrationId = /"integrationId":([0-9]+)/.exec(await registered.body.text())?.[1] ?? '';

  for (let upload = 1; upload <= uploads; upload += 1) {
    const ids = `integrationId=${integrationId}&clientRequestId=bench-${upload}`;
    let phase: 'received' | 'processed' | 'over' = 'received';
    const delays = { received: [] as number[], processed: [] as number[], over: [] as number[] };
    const polling = poll(url, () => (phase === 'over' ? undefined : delays[phase]));
    const startedAt = performance.now();
    const sender = fork(fileURLToPath(import.meta.url), [
      `${url}/v2/crm/entities?${ids}&objectType=ACCOUNT`,
      path,
      'send',
    ]);
    const [code] = await once(sender, 'exit');
    if (code !== 0) throw new Error('needed the file to be accepted');
    phase = 'processed';
    const receivedAt = performance.now();
    const status = await settled(`${url}/v2/crm/request-status?${ids}`);
    const seconds = (performance.now() - receivedAt) / 1000;
    phase = 'over';
    await polling;
    console.log(
      `upload ${upload}: received in ${((receivedAt - startedAt) / 1000).toFixed(1)} s, ` +
        `then ${status} in ${seconds.toFixed(1)} s (${Math.round(objects / seconds)} objects/s)`,
    );
    console.log(`  other answers while it was received: ${summary(delays.received)}`);
    console.log(`  other answers while it was processed: ${summary(delays.processed)}`);
    console.log(`  memory: ${await memory(emulator.pid)}`);
  }
  await rm(folder, { recursive: true });
}

async function send(url: string, path: string, _role: string): Promise<void> {
  const form = new FormData();
  form.append('dataFile', await openAsBlob(path), 'accounts.ldjson');
  const { statusCode, body } = await request(url, { method: 'POST', headers, body: form });
  const text = await body.text();
  if (statusCode === 201) return;
  console.error(text);
  process.exitCode = 1;
}

async function writeAccounts(path: string, objects: number): Promise<void> {
  const out = createWriteStream(path);
  const first = Date.parse('2020-01-01T00:00:00Z');
  let block = '';
  for (let index = 0; index < objects; index += 1) {
    const id = `account-${String(index).padStart(9, '0')}`;
    const modifiedDate = new Date(first + index * 1000).toISOString().replace('.000Z', 'Z');
    block += `{"objectId":"${id}","modifiedDate":"${modifiedDate}","url":"https://crm.acme.com/${index}","name":"Account number ${index}","domains":["${id}.example.com"],"industry":"IT"}\n`;
    if (block.length > 1e6) {
      if (!out.write(block)) await once(out, 'drain');
      block = '';
    }
  }
  out.end(block);
  await finished(out);
}

async function poll(url: string, delays: () => number[] | undefined): Promise<void> {
  const calls: Promise<void>[] = [];
  for (let list = delays(); list !== undefined; list = delays()) {
    calls.push(time(url, list));
    await setTimeout(10);
  }
  await Promise.all(calls);
}

async function time(url: string, delays: number[]): Promise<void> {
  const startedAt = performance.now();
  const { body } = await request(`${url}/v2/crm/integrations`, { headers });
  await body.text();
  delays.push(performance.now() - startedAt);
}

async function settled(url: string): Promise<string> {
  for (;;) {
    const { body } = await request(url, { headers });
    const text = await body.text();
    const status = /"status":"([A-Z_]+)"/.exec(text)?.[1] ?? text;
    if (status !== 'PENDING' && status !== 'IN_PROGRESS') return status;
    await setTimeout(50);
  }
}

function summary(delays: number[]): string {
  const sorted = delays.sort((left, right) => left - right);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `${sorted.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}

/** Current and peak memory of a process, on Linux. */
async function memory(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+([0-9]+)`).exec(status)?.[1] ?? 0) / 1024);
  return `${megabytes('VmRSS')} MiB now, ${megabytes('VmHWM')} MiB at its peak`;
}
