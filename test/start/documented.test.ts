import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSettings } from '../../src/start/settings.js';
import { account } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';
import { startPassing } from '../tenants/passing.js';
import { queueChanges, startQueueing } from '../writes/queue/support.js';
import { commands, documents, FORMS, ROOT, read, shown, type Variables } from './documented.js';
import { startProgram, urlIn } from './program.js';

/* Every command and operation in the documents is run as it stands; commands that start the gateway, in starts.test.ts. */

const run = promisify(execFile);
const { scripts } = JSON.parse(read('package.json')) as { scripts: Variables };

describe('the commands in the documents', () => {
  test('are all of a form that is tried here', () => {
    const forms = Object.values(FORMS);
    const unknown = commands.filter(({ command }) => !forms.some(([form]) => form.test(command)));
    expect(unknown).toEqual([]);
    for (const [form, least] of forms) expect(shown(form).length, String(form)).toBeGreaterThanOrEqual(least);
  });

  test('stand in code blocks, and what is named in passing exists', () => {
    const named = /\b(docker (?:run|compose|build)|kubectl|npm (?:run [\w:-]+|[a-z]+)|node [^\s`]*\.js)/g;
    const found = documents.flatMap(({ prose }) => [...prose.matchAll(named)].map(([text]) => text));
    expect(found.length).toBeGreaterThan(5);
    const known = new Set([
      'npm ci',
      'npm start',
      'npm test',
      'node dist/main.js',
      ...Object.keys(scripts).map((name) => `npm run ${name}`),
    ]);
    expect(found.filter((text) => !known.has(text))).toEqual([]);
  });

  test('are scripts of package.json', () => {
    for (const command of [...shown(FORMS.script[0]), ...shown(FORMS.install[0])])
      for (const [, name = ''] of command.matchAll(/npm (?:run )?(?!ci\b)([\w:-]+)/g))
        expect(scripts).toHaveProperty(name);
    expect(scripts.start).toBe('node dist/main.js');
    expect(scripts.upload).toBe('node dist/examples/upload.js');
  });

  test('measure with benchmarks that are there, and with peers whose packages are locked', () => {
    const benches = shown(FORMS.benches[0]);
    const programs = benches.flatMap(
      (command) => /dist\/bench\/(bench\/[\w-]+)\.js/.exec(command)?.[1] ?? [],
    );
    expect(programs).toHaveLength(benches.length - 1);
    for (const program of programs) expect(existsSync(`${ROOT}${program}.ts`), program).toBe(true);
    const { packages } = JSON.parse(read('bench/peers/package-lock.json'));
    expect(packages[''].dependencies).toEqual(JSON.parse(read('bench/peers/package.json')).dependencies);
  });

  test('build an image of files that are there and that Docker is shown', () => {
    const allowed = read('.dockerignore').match(/(?<=^!).*$/gm) ?? [];
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, sources = '']) => sources.split(' '),
    );
    expect(copied.length).toBeGreaterThan(5);
    for (const source of copied) {
      expect(existsSync(ROOT + source), source).toBe(true);
      expect(allowed, source).toContain(source);
    }
    const [, command] =
      /^CMD (.*)$/m.exec(
        read('Dockerfile')
          .split(/^FROM /m)
          .at(-1) ?? '',
      ) ?? [];
    expect(JSON.parse(command ?? '')).toEqual(['node', 'dist/main.js']);
  });
});

describe('the calls that the documents show', () => {
  let harness: Harness;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'documented-'));
    harness = await startQueueing({ gateway: { customFields: { mode: 'on', refreshMs: 900_000 } } });
    await using demo = startProgram('examples/demo.js', { GATEWAY_URL: harness.url });
    expect(await demo.ended).toEqual({ code: 0, signal: null });
  });
  afterAll(async () => {
    await harness[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const bash = (script: string, url: string, variables: Variables = {}) =>
    run('bash', ['-ec', script.replaceAll('http://127.0.0.1:4000', url)], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...variables },
    });

  test.each(shown(FORMS.calls[0]))('%s', async (command) => {
    const { stdout } = await bash(`${command} -sSf`, harness.url);
    const answer = JSON.parse(stdout);
    const expected = command.includes('/validate/')
      ? { errorCount: 0 }
      : { clientRequestId: expect.stringMatching(/^deal-/) };
    expect(answer.data?.uploadFile ?? answer).toMatchObject(expected);
  });

  test.each(shown(FORMS.upload[0]))('%s', async (command) => {
    const program = command.replace('npm run upload --', `"${process.execPath}" dist/examples/upload.js`);
    const { stdout } = await bash(program, '', { GATEWAY_URL: harness.url });
    expect(stdout).toMatch(/objects (as|had been accepted before, as) deal-/);
    expect(stdout).toContain(': DONE');
  });

  test.each(shown(FORMS.schemas[0]))('%s', async (command) => {
    await using subgraph = await startHarness({ gateway: { federation: true } });
    const file = join(folder, 'crm.graphql');
    const program = command
      .replace('npm run schema --', `"${process.execPath}" scripts/schema.mjs`)
      .replace('crm.graphql', file);
    const { stdout } = await bash(program, subgraph.url);
    expect(stdout).toBe('');
    const written = readFileSync(file, 'utf8');
    expect(written).toContain('extend type Deal @key(fields: "objectId")');
    expect(() => buildSchema(written, { assumeValidSDL: true })).not.toThrow();
  });

  test.each(shown(FORMS.callsOfGong[0]))('%s', async (command) => {
    await using passing = await startPassing();
    const key = { KEY: 'emulator', SECRET: 'emulator' };
    const { stdout } = await bash(`${command} -sSf`, passing.harness.url, key);
    expect(JSON.parse(stdout)).toEqual({ data: { integrations: [] } });
  });

  describe('once the main job of README is done', () => {
    const [mainJob = ''] = shown(FORMS.mainJob[0]);
    let followed: string;
    beforeAll(async () => {
      followed = (await bash(mainJob, harness.url)).stdout;
    });

    test('it has uploaded a file and followed it until Gong has stored it', () => {
      const [accepted = '', ...events] = followed.split('\n');
      const { clientRequestId, objectCount } = JSON.parse(accepted.slice(0, accepted.lastIndexOf('}') + 1));
      expect({ clientRequestId, objectCount }).toEqual({
        clientRequestId: 'my-first-upload',
        objectCount: 7,
      });
      expect(events.filter((line) => line.startsWith('data: {')).at(-1)).toContain('"status":"DONE"');
      expect(events).toContain('event: complete');
    });

    test.each(shown(FORMS.follows[0]))('%s', async (command) => {
      const { stdout } = await bash(command, harness.url);
      expect(stdout).toContain('{"status":"DONE","isFinal":true}');
    });

    const operations = documents.flatMap(({ path, operations: texts }) =>
      texts.map((text) => [path, text] as const),
    );
    test('the documents show operations', () => expect(operations.length).toBeGreaterThanOrEqual(7));

    test.each(operations)('operation %# (%s) is answered without an error', async (_path, text) => {
      if (text.startsWith('subscription')) {
        const { id: ticket } = await queueChanges(harness, { account: account('queued') });
        const body = JSON.stringify({ query: text, variables: { ticket } });
        const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
        const response = await fetch(`${harness.url}/graphql`, { method: 'POST', headers, body });
        const events = await response.text();
        expect(events).toMatch(/"is(Final|Settled)":true/);
        expect(events).not.toContain('"errors":[{"message"');
        return;
      }
      // A company registers once, and the demo has.
      const isFirst = text.includes('registerIntegration');
      await using unregistered = isFirst ? await startHarness() : undefined;
      const { data, errors } = await (unregistered ?? harness).query(text, { ids: ['8608553', '8630218'] });
      expect(errors).toEqual([]);
      expect(Object.values(data ?? {})).not.toContain(null);
    });
  });

  test('the session with the emulator ends with the account that it loaded', async () => {
    const [session = ''] = shown(FORMS.sessions[0]);
    await using emulator = startProgram('emulator/main.js', {
      EMULATOR_PORT: '0',
      EMULATOR_PROCESSING_MS: '0',
      EMULATOR_CALLS_PER_SECOND: '0',
    });
    const greeting = await emulator.plainLine;
    expect(read('docs/emulator.md')).toContain(`$ npm run emulator\n${greeting.replace(/:\d+/, ':4010')}\n`);
    const script = `sleep() { :; }\n${session.replace('http://127.0.0.1:4010', urlIn(greeting))}`;
    const { stdout } = await run('bash', ['-ec', script], { cwd: folder });
    const answers = stdout
      .trim()
      .split(/\n+/)
      .map((line) => JSON.parse(line));
    expect(answers).toHaveLength(4);
    expect(answers[0]).toMatchObject({ integrationId: expect.anything() });
    expect(answers[2]).toMatchObject({ status: 'DONE' });
    expect(JSON.stringify(answers[3])).toContain('"objectId":"a1"');
  });

  test.each(shown(FORMS.apiKeys[0]))('%s prints an entry that AUTH_API_KEYS takes', async (command) => {
    const args = command.replace('npm run api-key -- ', '').split(' ');
    const { stdout } = await run(process.execPath, ['dist/auth/make-api-key.js', ...args], { cwd: ROOT });
    const entry = /^ +(\{.*\})$/m.exec(stdout)?.[1] ?? '';
    const { config } = readSettings({ AUTH_MODE: 'api-key', AUTH_API_KEYS: `[${entry}]` });
    expect(config.auth).toMatchObject({ mode: 'api-key', keys: [{ name: args[0] }] });
  });
});
