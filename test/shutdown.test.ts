import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { json, startUpstream } from './gong/upstream.js';
import { startCommand, startProgram, urlIn } from './start/program.js';
import { gate } from './support/gate.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Makes the program run this code, too. */
function withCode(code: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

const ask = (url: string, query: string) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });

/** Replaces Gong: reports when it is called, and responds when told to. */
async function startSlowGong() {
  const [asked, allowed] = [gate(), gate()];
  const upstream = await startUpstream(async (_call, response) => {
    asked.open();
    await allowed.opened;
    json(response, 200, { requestId: 'r', integrations: [] });
  });
  return {
    asked: asked.opened,
    answer: allowed.open,
    // Custom fields would be read from Gong before any caller asks.
    variables: {
      CUSTOM_FIELDS: 'off',
      PORT: '0',
      GONG_BASE_URL: upstream.url,
      GONG_BEARER_TOKEN: 'gong-token',
    },
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}

async function untilStatus(url: string, status: number): Promise<void> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    if ((await fetch(url)).status === status) return;
    await sleep(5);
  }
  throw new Error(`needed ${url} to answer ${status}`);
}

describe('the shutdown', () => {
  test('on SIGTERM first fails /ready, while everything else goes on for SHUTDOWN_DELAY_MS', async () => {
    await using program = startProgram('main.js', { PORT: '0', SHUTDOWN_DELAY_MS: '1500' });
    const url = urlIn(await program.plainLine, '/graphql');
    await untilStatus(`${url}/ready`, 200);
    program.kill('SIGTERM');
    await untilStatus(`${url}/ready`, 503);
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({
      checks: { process: { status: 'failed', reason: 'the gateway is shutting down' } },
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await (await ask(url, '{ __typename }')).json()).toEqual({ data: { __typename: 'Query' } });
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.stdout.filter((line) => line.includes('"stopping"'))).toHaveLength(1);
  });

  test('on SIGTERM ends event streams at once, and lets an upload under way finish', async () => {
    await using program = startProgram('main.js', { PORT: '0', LOG_LEVEL: 'warn' });
    const url = urlIn(await program.plainLine, '/graphql');
    const input = 'input: { name: "Acme", ownerEmail: "owner@acme.com" }';
    await ask(url, `mutation { registerIntegration(${input}) { id } }`);
    const line = (id: string) =>
      `{"objectId":"${id}","modifiedDate":"2024-03-01T12:00:00Z","name":"A","domains":[]}\n`;
    const finish = gate();
    async function* slowly() {
      yield Buffer.from(line('a1'));
      await finish.opened;
      yield Buffer.from(line('a2'));
    }
    const uploaded = request(`${url}/upload/ACCOUNT?uploadId=mine`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: Readable.from(slowly(), { objectMode: false }),
    });
    const stream = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: '{"query":"subscription { uploadProgress(uploadId: \\"mine\\") { phase } }"}',
    });
    const told = stream.body?.getReader();
    let text = '';
    while (!text.includes('RECEIVING')) text += Buffer.from((await told?.read())?.value ?? []).toString();
    program.kill('SIGTERM');
    for (let part = await told?.read(); part?.done === false; part = await told?.read())
      text += Buffer.from(part.value).toString();
    // The upload has not ended: clients reconnect to a replica that keeps running.
    expect(text).not.toContain('complete');
    finish.open();
    const { statusCode, body } = await uploaded;
    expect([statusCode, await body.json()]).toMatchObject([202, { objectCount: 2 }]);
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  test('has code 1 and a log line if requests take longer than the grace period', async () => {
    await using gong = await startSlowGong();
    await using program = startProgram('main.js', { ...gong.variables, SHUTDOWN_GRACE_MS: '50' });
    const url = urlIn(await program.plainLine, '/graphql');
    const lost = ask(url, '{ integrations { id } }').catch((error: unknown) => error);
    await gong.asked;
    program.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stdout.filter((line) => line.includes('the grace period is over'))).toHaveLength(1);
    expect(await lost).toBeInstanceOf(Error);
  });

  test.each([
    ['uncaughtException', 'setTimeout(() => { throw new Error("canary\\nmistake") })'],
    ['unhandledRejection', 'void Promise.reject(new Error("canary\\nmistake"))'],
  ])(
    'has code 1 and one log line after an %s, once requests under way are answered',
    async (event, mistake) => {
      await using gong = await startSlowGong();
      const code = `process.on('SIGUSR2', () => { ${mistake} })`;
      await using program = startProgram('main.js', { ...gong.variables, ...withCode(code) });
      const url = urlIn(await program.plainLine, '/graphql');
      const answer = ask(url, '{ integrations { id } }');
      await gong.asked;
      program.kill('SIGUSR2');
      const fatal = (line: string) => line.includes('canary');
      await expect.poll(() => program.stdout.filter(fatal)).toHaveLength(1);
      gong.answer();
      expect(await (await answer).json()).toEqual({ data: { integrations: [] } });
      expect(await program.ended).toEqual({ code: 1, signal: null });
      const line = JSON.parse(program.stdout.find(fatal) ?? '');
      expect(line).toMatchObject({ level: 60, event, err: { message: 'canary\nmistake' } });
      expect(program.stderr).toEqual([]);
    },
  );
});

test('a stack in the log names lines of the sources, not of compiled code', async () => {
  const config = new URL('../dist/config.js', import.meta.url);
  const mistake = `const { readConfig } = await import('${config}'); readConfig({ PORT: 'canary' });`;
  const code = `process.on('SIGUSR2', async () => { ${mistake} })`;
  await using program = startProgram('main.js', { PORT: '0', ...withCode(code) });
  await program.plainLine;
  program.kill('SIGUSR2');
  await program.ended;
  const { err } = JSON.parse(program.stdout.find((text) => text.includes('"canary')) ?? '{}');
  const [, line] = /src\/env\.ts:(\d+):\d+/.exec(err.stack) ?? [];
  const sources = await readFile(new URL('../src/env.ts', import.meta.url), 'utf8');
  expect(sources.split('\n')[Number(line) - 1], err.stack).toContain('throw new EnvironmentError(');
  expect(err.stack).not.toContain('env.js');
});

/** What a container is made of: a process namespace and a read-only file system. */
const IN_A_CONTAINER = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c'];
const readOnlyBut = (folder: string) => `mount -o remount,ro,bind / && mount -t tmpfs tmpfs "${folder}"`;
const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const canContain = spawnSync('unshare', [...asRoot, ...IN_A_CONTAINER, readOnlyBut('/mnt')]).status === 0;

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'container-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

describe('in a container', () => {
  test.skipIf(!canContain)(
    'runs as process 1 on a read-only file system, accepts files, and ends with code 0 on SIGTERM',
    async () => {
      await using folder = await temporaryFolder();
      const command = `${readOnlyBut(folder.path)} && ! touch "${MAIN}" 2>&- && exec "$0" "${MAIN}"`;
      await using program = startCommand(
        'unshare',
        [...asRoot, ...IN_A_CONTAINER, command, process.execPath],
        { PORT: '0', TMPDIR: folder.path },
      );
      const url = urlIn(await program.plainLine, '/graphql');
      const headers = { 'content-type': 'application/x-ndjson' };
      const checked = await fetch(`${url}/validate/STAGE?integrationId=1`, {
        method: 'POST',
        headers,
        body: '{}',
      });
      expect(checked.status).toBe(422);
      const input = 'input: { name: "Acme", ownerEmail: "owner@acme.com" }';
      const registered = await ask(url, `mutation { registerIntegration(${input}) { id } }`);
      expect(await registered.json()).toMatchObject({
        data: { registerIntegration: { id: expect.any(String) } },
      });
      const stage = { objectId: 's', modifiedDate: '2024-03-01T12:00:00Z', name: 'S' };
      const body = JSON.stringify({ ...stage, isActive: true, sortOrder: 1 });
      const uploaded = await fetch(`${url}/upload/STAGE`, { method: 'POST', headers, body });
      expect(await uploaded.json()).toMatchObject({ objectCount: 1 });

      const children = await readFile(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8');
      process.kill(Number(children.trim()), 'SIGTERM');
      expect(await program.ended).toEqual({ code: 0, signal: null });
    },
  );
});
