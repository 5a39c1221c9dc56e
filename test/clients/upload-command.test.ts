import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deal, loadAccounts, registerAcme, account as typedAccount } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';
import { KEY, startPassing } from '../tenants/passing.js';
import { acceptedUploads, accounts, file, line, registerCrm } from '../writes/files/support.js';

/* `npm run upload`, the compiled program in a process of its own, as a script runs it. */

const PROGRAM = fileURLToPath(new URL('../../dist/examples/upload.js', import.meta.url));

let harness: Harness;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upload-command-'));
  harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [typedAccount('a1')]);
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function upload(content: string | Buffer | null, ...options: readonly string[]) {
  return uploadTo(harness.url, {}, content, ...options);
}

async function uploadTo(
  url: string,
  environment: Record<string, string>,
  content: string | Buffer | null,
  ...options: readonly string[]
) {
  const path = join(folder, 'file.ldjson');
  if (content !== null) await writeFile(path, content);
  const args = [PROGRAM, ...(content === null ? [] : [path]), ...options];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, GATEWAY_URL: url, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { exitCode: child.exitCode, stdout, stderr };
}

describe('npm run upload', () => {
  test('sends a file, follows it to DONE and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await upload(
      gzipSync(accounts(3)),
      '--type',
      'ACCOUNT',
      '--id',
      'cli-1',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('accepted 3 objects as cli-1');
    expect(stdout).toContain('cli-1: DONE');
    expect(stdout).toContain('cli-1: 3 stored');
  });

  test.each([
    ['a bearer token', 'writer-token-4d5e6f'],
    ['an access key', KEY],
  ])('sends what a gateway wants that has no credentials for Gong itself: %s', async (_what, token) => {
    await using passing = await startPassing();
    const { harness: gateway } = passing;
    await registerCrm(gateway.as({ authorization: KEY }));
    const { exitCode, stdout } = await uploadTo(
      gateway.url,
      { GATEWAY_TOKEN: token },
      accounts(2),
      '--type',
      'ACCOUNT',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('2 stored');
  });

  test('says of a file that was there before that it is not loaded again', async () => {
    await upload(accounts(2, 'again'), '--type', 'account', '--id', 'cli-2');
    const { exitCode, stdout } = await upload(accounts(2, 'again'), '--type', 'account', '--id', 'cli-2');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('sent nothing: 2 objects had been accepted before, as cli-2');
  });

  test('prints the errors of a rejected file as a table and exits with 1', async () => {
    const before = acceptedUploads(harness);
    const content = file(line('a1'), line('a2', { modifiedDate: null }), 'no JSON');
    const { exitCode, stdout } = await upload(content, '--type', 'ACCOUNT');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('rejected, nothing was sent: 2 errors');
    expect(stdout).toMatch(/line +objectId +field +code +message/);
    expect(stdout).toMatch(/2 +a2 +modifiedDate +MISSING_FIELD +Mandatory field \[modifiedDate\]/);
    expect(stdout).toMatch(/3 +INVALID_JSON /);
    expect(acceptedUploads(harness)).toBe(before);
  });

  test('prints errors before warnings, and equal warnings once with how many they are', async () => {
    const lines = Array.from({ length: 400 }, (_, index) =>
      line(`w${index}`, { modifiedDate: `20${99 - (index % 50)}-01-01T00:00:00Z`, shoe: 'x', hat: index }),
    );
    const content = file(...lines, line('w1', { modifiedDate: null }), 'no JSON');
    const { exitCode, stdout } = await upload(content, '--type', 'ACCOUNT', '--validate');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('checked, nothing was sent: 2 errors');
    const rows = stdout.split('\n').filter((text) => /_FIELD|INVALID_JSON|OUT_OF_ORDER/.test(text));
    expect(rows.slice(0, 5)).toEqual([
      expect.stringMatching(/^ +401 +w1 +modifiedDate +MISSING_FIELD /),
      expect.stringMatching(/^ +402 +INVALID_JSON /),
      expect.stringMatching(/^ +335 +1 +shoe +UNKNOWN_FIELD .*shoe/),
      expect.stringMatching(/^ +335 +1 +hat +UNKNOWN_FIELD .*hat/),
      expect.stringMatching(/^ +328 +2 +modifiedDate +OUT_OF_ORDER /),
    ]);
    // Of 1,194 problems the gateway lists 1,000.
    expect(stdout).toMatch(/^1192 warnings, the first 998 of them by line:$/m);
    expect(stdout).toMatch(/^and 194 more; in all:$/m);
    expect(stdout).toMatch(/^ +UNKNOWN_FIELD +800$/m);
    expect(stdout.split('\n').length).toBeLessThan(40);
  });

  test('--validate checks and sends nothing, with 0 for a good file and 1 for a bad one', async () => {
    const before = acceptedUploads(harness);
    expect(await upload(accounts(3, 'v'), '--type', 'ACCOUNT', '--validate')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('checked, nothing was sent: 0 errors'),
    });
    expect(await upload('{}\n', '--type', 'ACCOUNT', '--validate')).toMatchObject({ exitCode: 1 });
    expect(acceptedUploads(harness)).toBe(before);
  });

  test('--skip-invalid sends the good lines and lists the others', async () => {
    const { exitCode, stdout } = await upload(
      file(line('s1'), '{', line('s3')),
      '--type',
      'ACCOUNT',
      '--skip-invalid',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('accepted 2 objects');
    expect(stdout).toContain('INVALID_JSON');
  });

  test('what Gong fails is told with its lines, and that they count in what was sent; the exit code is 1', async () => {
    const deals = Array.from({ length: 8 }, (_, index) =>
      JSON.stringify(
        deal(`d${index}`, 'a1', {
          modifiedDate: `2024-03-0${index + 1}T00:00:00Z`,
          ...(index === 6 ? { stage: 'nowhere' } : {}),
        }),
      ),
    );
    const [first = '', ...rest] = deals;
    const { exitCode, stdout } = await upload(file(...rest, first), '--type', 'DEAL');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('7 stored, 1 error at Gong');
    expect(stdout).toContain('line numbers refer to what was sent');
    expect(stdout).toMatch(/^ +7 .*nowhere/m);
  });

  test('run again after a failure sends the file again, and with the same ID says that it does not', async () => {
    const content = file(JSON.stringify(deal('again-1', 'a1', { stage: 'nowhere' })));
    const first = await upload(content, '--type', 'DEAL', '--id', 'cli-3');
    const named = await upload(content, '--type', 'DEAL', '--id', 'cli-3');
    for (const { exitCode, stdout } of [first, named]) {
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^ +1 +again-1 .*nowhere/m);
    }
    expect(named.stdout).toContain(
      'sent nothing: 1 object had been accepted before, as cli-3, and Gong failed it',
    );
    expect(named.stdout).toContain('to send it again, use another --id, or none');
    expect(first.stdout).not.toContain('--id');
    const before = acceptedUploads(harness);
    expect((await upload(content, '--type', 'DEAL')).stdout).toMatch(/accepted 1 object as deal-[\w-]{43}\n/);
    expect((await upload(content, '--type', 'DEAL')).stdout).toMatch(
      /accepted 1 object as deal-[\w-]{43}--r2, again: the same was sent before\n/,
    );
    expect(acceptedUploads(harness)).toBe(before + 2);
    const other = await upload(accounts(1, 'other'), '--type', 'ACCOUNT', '--id', 'cli-3');
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain('CONFLICT');
  });

  test.each([
    ['no file', null, ['--type', 'DEAL'], 'needed a file'],
    ['no type', '', [], '--type: needed one of'],
    ['an unknown option', '', ['--type', 'DEAL', '--fast'], '--fast'],
    ['two modes', '', ['--type', 'DEAL', '--off', '--validate'], 'got several'],
    ['a file that is not there', null, ['/nowhere.ldjson', '--type', 'DEAL'], 'ENOENT'],
    ['a gateway that is not there', '', ['--type', 'DEAL', '--url', 'http://127.0.0.1:2'], 'ECONNREFUSED'],
    ['an unknown integration', '{}', ['--type', 'DEAL', '--integration', '42'], 'NOT_FOUND'],
  ])('exits with 2 and says why for %s', async (_what, content, options, reason) => {
    const { exitCode, stderr } = await upload(content, ...options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(reason);
  });

  test('--help says how it is used', async () => {
    const { exitCode, stdout } = await upload(null, '--help');
    expect(exitCode).toBe(0);
    for (const option of [
      '--type',
      '--integration',
      '--id',
      '--skip-invalid',
      '--off',
      '--validate',
      '--url',
    ])
      expect(stdout).toContain(option);
  });
});
