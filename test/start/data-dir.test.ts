import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/start/open-store.js';
import { registerAcme } from '../support/acme.js';
import { startHarness } from '../support/harness.js';
import { connect, redisMissing, startRedis, until } from '../support/redis.js';
import { FORMS, ROOT, shown } from './documented.js';
import { type Program, startGatewayProgram, startProgram, urlIn } from './program.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-dir-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ACCOUNT = { objectId: 'a1', name: 'One', modifiedDate: '2024-03-01T12:00:00Z', domains: ['one.com'] };

async function upload(program: Program): Promise<Record<string, unknown>> {
  const url = urlIn(await program.plainLine, '/graphql');
  const query = `mutation ($accounts: [AccountInput!]!) { uploadAccounts(accounts: $accounts) {
    ... on UploadAccepted { clientRequestId alreadySubmitted } } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { accounts: [ACCOUNT] } }),
  });
  const { data } = (await response.json()) as { data: { uploadAccounts: Record<string, unknown> } };
  return data.uploadAccounts;
}

/** What a gateway that cannot start says. */
async function refusal(variables: Readonly<Record<string, string>>): Promise<string> {
  await using program = startProgram('main.js', { PORT: '0', LOG_LEVEL: 'silent', ...variables });
  expect((await program.ended).code).toBe(1);
  return program.stderr.join('\n');
}

test('a repeat is recognised after a restart, and after SIGKILL', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const start = () => startGatewayProgram(harness.emulatorUrl, { DATA_DIR: folder });
  await using first = start();
  const sent = await upload(first);
  expect(sent).toMatchObject({ alreadySubmitted: false });
  first.kill('SIGTERM');
  expect(await first.ended).toEqual({ code: 0, signal: null });
  const repeat = { ...sent, alreadySubmitted: true };
  await using second = start();
  expect(await upload(second)).toEqual(repeat);
  second.kill('SIGKILL');
  await second.ended;
  await using third = start();
  expect(await upload(third)).toEqual(repeat);
});

test('a second gateway is refused while the first one uses the folder', async () => {
  await using first = startProgram('main.js', { PORT: '0', DATA_DIR: folder });
  await first.plainLine;
  const said = await refusal({ DATA_DIR: folder });
  expect(said).toContain('DATA_DIR: needed a folder that no other process uses');
  expect(said).toContain(folder);
});

test('a file in place of the folder is refused, and so is a folder together with Redis', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await refusal({ DATA_DIR: file })).toContain('DATA_DIR: needed a folder, not a file');
  expect(await refusal({ DATA_DIR: folder, REDIS_URL: 'redis://127.0.0.1:1' })).toContain(
    'DATA_DIR: needed no value together with REDIS_URL',
  );
});

test('a folder that cannot be written is refused', async () => {
  // Nobody can make a folder there, not even root.
  const said = await refusal({ DATA_DIR: '/sys/kernel' });
  expect(said).toContain('DATA_DIR: needed a folder that can be read and written');
});

describe.skipIf(redisMissing() !== undefined)('a Redis', () => {
  test.each([
    [['--appendonly', 'no'], ['Redis loses data: appendonly is no']],
    [
      ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'],
      ['Redis loses data: appendonly is no', 'Redis loses data: maxmemory-policy is not noeviction'],
    ],
    [['--appendonly', 'yes', '--maxmemory', '100mb'], []],
    [['--appendonly', 'yes', '--appendfsync', 'no'], ['Redis loses data: appendfsync is no']],
    [['--rename-command', 'CONFIG', ''], []],
  ])('with %j is warned of: %j', async (settings, expected) => {
    await using server = await startRedis({ settings: ['--dir', folder, ...settings] });
    await using connection = connect(server.url);
    const { redis } = connection;
    const warnings: string[] = [];
    const log = {
      error: () => undefined,
      warn: (_fields: object, message: string) => warnings.push(message),
    };
    const store = await openStore(null, redis, { logger: log });
    await until('a connection', () => redis.status === 'ready');
    // The gateway asks twice, each time before this ping; its answer is read before the ping's, but maybe handled after.
    for (let asked = 0; asked < 2; asked += 1) {
      await redis.ping();
      await setImmediate();
    }
    expect(warnings.map((warning) => warning.split(':').slice(0, 2).join(':'))).toEqual(expected);
    await store.close();
  });
});

describe.skipIf(redisMissing() !== undefined)('the documented commands', () => {
  test('show a store, and move it from a folder to Redis', async () => {
    await using server = await startRedis();
    const dataDir = join(folder, 'data');
    const file = join(folder, 'store.ldjson');
    const bash = async (command: string) => {
      const script = command
        .replace('/var/lib/gateway', dataDir)
        .replace('redis://127.0.0.1:6379', server.url)
        .replace(/store\.ldjson$/, file);
      return (await promisify(execFile)('bash', ['-ec', script], { cwd: ROOT })).stdout;
    };
    const counts = { key: 'ledger/entry/5517027188234206123/counts', value: 'age {"line":"\u2028\\n"}' };
    const entries = [counts, { key: 'other/', value: '' }];
    writeFileSync(file, entries.map((entry) => JSON.stringify(entry)).join('\n'));

    const all = shown(FORMS.stores[0]);
    const [list, listSome, exportAll, importAll] = ['export$', 'export ledger/$', 'export >', 'import <'].map(
      (end) => all.find((command) => new RegExp(` ${end}`).test(command)) ?? '',
    ) as [string, string, string, string];
    expect([list, listSome, exportAll, importAll]).toEqual(all);
    await bash(`DATA_DIR=${dataDir} node dist/start/store/main.js import < "${file}"`);
    const linesOf = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    expect(linesOf(await bash(list))).toEqual(entries);
    await bash(exportAll);
    await bash(importAll);
    expect(linesOf(await bash(listSome))).toEqual([counts]);

    const looks = shown(FORMS.looks[0]);
    expect(looks).toHaveLength(2);
    expect((await bash(looks[0] ?? '')).trim()).toBe(counts.key);
    expect(await bash(looks[1] ?? '')).toContain(counts.value);
  });

  test('refuse a line that is no entry, naming it', async () => {
    const args = [
      '-ec',
      'printf \'{"key":"a","value":"1"}\\nrubbish\\n\' | "$0" dist/start/store/main.js import',
    ];
    const options = { cwd: ROOT, env: { PATH: process.env.PATH, DATA_DIR: folder } };
    const imported = promisify(execFile)('bash', [...args, process.execPath], options);
    await expect(imported).rejects.toMatchObject({
      stderr: expect.stringContaining('line 2: needed {"key"'),
    });
  });
});
