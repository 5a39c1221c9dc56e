import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { makeApiKey } from '../../src/auth/api-keys.js';
import { startHarness } from '../support/harness.js';
import { ROOT } from './documented.js';

const run = promisify(execFile);
const schema = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  run(process.execPath, ['scripts/schema.mjs', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
  });
const failure = (args: readonly string[]) =>
  schema(args).then(
    () => 'none',
    ({ code, stderr }) => `${code} ${stderr}`,
  );

describe('npm run schema', () => {
  test('prints the emitted schemas', async () => {
    for (const [args, file] of [
      [[], 'schema.graphql'],
      [['--subgraph'], 'subgraph.graphql'],
    ] as const) {
      expect((await schema(args)).stdout).toBe(readFileSync(`${ROOT}schema/${file}`, 'utf8'));
    }
  });

  test('authenticates at a gateway', async () => {
    const { key, kept } = makeApiKey('builder', ['api:crm:schema']);
    await using harness = await startHarness({
      gateway: { federation: true, auth: { mode: 'api-key', keys: [kept] } },
    });
    const args = [`${harness.url}/`, '--subgraph'];
    expect((await schema(args, { GATEWAY_TOKEN: key })).stdout).toContain('extend type Lead @key');
    expect((await schema([harness.url], { GATEWAY_TOKEN: key })).stdout).toBe((await schema([])).stdout);
    expect(await failure([harness.url])).toMatch(/^1 needed a schema from .*, got 401/);
    expect(await failure(args)).toMatch(/^1 needed a subgraph's schema .* Needed credentials/);
  });

  test('says what it needs, and does not write a file without a schema', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'schema-'));
    const out = join(folder, 'crm.graphql');
    const plain = await startHarness();
    const args = [plain.url, '--subgraph', '--out', out];
    expect(await failure(args)).toContain('FEDERATION=true');
    await plain[Symbol.asyncDispose]();
    expect(await failure(args)).toMatch(/^1 fetch failed: connect ECONNREFUSED/);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
    expect(await failure(['nowhere'])).toMatch(/^1 needed one address .*\nnpm run schema/);
    expect(await failure(['--subgraf'])).toMatch(/^1 Unknown option '--subgraf'/);
  });
});
