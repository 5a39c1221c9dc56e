import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Program, startProgram, urlIn } from '../start/program.js';

/** The limit for one check of one text: thousands of times what a linear check needs, and less than quadratic time. */
const BOUND_MS = 15_000;

type Said =
  | { readonly name: string; readonly text: string }
  | { readonly runs: number; readonly checks: number };

test.concurrent('every check of untrusted text finishes on 1 MB of every hostile kind', async () => {
  const worker = new Worker(new URL('./hostile-text.worker.mjs', import.meta.url));
  let last: Said | undefined;
  const done = await new Promise<Said | undefined>((resolve, reject) => {
    const giveUp = () => resolve(last);
    let timer = setTimeout(giveUp, BOUND_MS);
    worker.on('message', (said: Said) => {
      last = said;
      clearTimeout(timer);
      if ('runs' in said) resolve(said);
      else timer = setTimeout(giveUp, BOUND_MS);
    });
    worker.on('error', reject);
  });
  await worker.terminate();
  expect(done, 'the check and the text that came to no end').toHaveProperty('runs');
  if (done !== undefined && 'runs' in done) {
    expect(done.checks).toBeGreaterThan(40);
    expect(done.runs).toBeGreaterThan(done.checks * 350);
  }
}, 120_000);

describe.concurrent('the check of regular expressions', () => {
  const judge = async (source: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'patterns-'));
    await writeFile(join(folder, 'some.ts'), source);
    const script = fileURLToPath(new URL('../../.ci/patterns.mjs', import.meta.url));
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [script, folder]);
      return { status: 0, stdout };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && 'stdout' in error)) throw error;
      return { status: error.code, stdout: String(error.stdout) };
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test('finds each expression that takes more than linear time or cannot be checked, with its line', async () => {
    const { status, stdout } = await judge(
      [
        'export const phone = /^\\+?[0-9()[\\]./\\s-]{2,}(?:\\s*(?:x|ext\\.?|#)\\s*[0-9]+)?$/i;',
        'export const slashes = /\\/+$/;',
        'export const fine = /^[a-z]+$/;',
        'export const made = (name: string) => new RegExp(name);',
        "export const found = 'abc'.match('b+');",
      ].join('\n'),
    );
    expect(status).toBe(1);
    const lines = stdout.split('\n').filter((line) => line.includes('some.ts'));
    expect(lines.map((line) => Number(/some\.ts:(\d+):/.exec(line)?.[1]))).toEqual([1, 2, 4, 5]);
    expect(stdout).toContain('3 regular expressions, 4 problems');
  });

  test('accepts linear expressions', async () => {
    expect(await judge('export const fine = /^[a-z]+$/;')).toMatchObject({ status: 0 });
  });
});

describe('a gateway', () => {
  let program: Program;
  let url: string;
  beforeAll(async () => {
    program = startProgram('main.js', { PORT: '0', LOG_LEVEL: 'warn' });
    url = urlIn(await program.plainLine, '/graphql');
  });
  afterAll(() => program[Symbol.asyncDispose]());

  async function query(text: string, variables: object): Promise<{ errors?: { extensions: unknown }[] }> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return (await response.json()) as { errors?: { extensions: unknown }[] };
  }

  test('refuses a phone number of 240,000 blanks at once, and answers other requests', async () => {
    const contact = {
      objectId: 'c1',
      modifiedDate: '2024-03-01T12:00:00Z',
      emailAddress: 'a@acme.com',
      accountId: 'a1',
      firstName: 'A',
      lastName: 'B',
      phoneNumber: `00${' '.repeat(240_000)}x!`,
    };
    const asked = query(
      'mutation($contacts: [ContactInput!]!) { uploadContacts(contacts: $contacts) { __typename } }',
      { contacts: [contact] },
    );
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await asked).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  const FILLINGS = [
    ' ',
    '\t',
    '0',
    'a',
    ',',
    ';',
    '=',
    '"',
    '\\',
    '/',
    '%',
    '\u00e9',
    'a/a,',
    ';a=b',
    '*/*;q=0,',
    '\\"',
  ];
  test.each([
    ...['accept', 'accept-encoding', 'authorization', 'content-encoding', 'content-type', 'cookie', 'expect'],
    ...['forwarded', 'host', 'origin', 'referer', 'sec-fetch-site', 'traceparent', 'x-api-key'],
    ...['x-apollo-operation-name', 'x-forwarded-for', 'if-none-match', 'range', 'upgrade'],
  ])(
    'answers or disconnects a request with 15,000 characters of any kind in "%s", and answers the next',
    async (name) => {
      const { hostname, port } = new URL(url);
      for (const path of ['/graphql', '/graphql/stream', '/upload/ACCOUNT']) {
        await Promise.all(
          FILLINGS.map(async (filling) => {
            const socket = connect(Number(port), hostname);
            socket.on('error', () => {});
            const value = `x${filling.repeat(15_000 / filling.length)}!`;
            const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n`;
            const type = name === 'content-type' ? '' : 'content-type: application/json\r\n';
            socket.end(Buffer.from(`${head}${type}${name}: ${value}\r\n\r\n{}`, 'latin1'));
            await textOf(socket).catch(() => '');
          }),
        );
      }
      expect((await fetch(`${url}/health`)).status).toBe(200);
    },
  );
});
