import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { EnvironmentError } from '../../src/env.js';
import { readSettings } from '../../src/start/settings.js';
import { startProgram, urlIn } from './program.js';

/** A port that is in use. */
async function takenPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port: String(port),
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

async function ask(url: string, query: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

/** The message with which these settings are refused; the program prints it. */
function problemsOf(variables: Record<string, string>): string {
  try {
    readSettings(variables);
    return '';
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
}

/** Expects the program to refuse to start, and returns what it says. */
async function refusal(file: string, variables: Record<string, string>): Promise<string> {
  await using program = startProgram(file, variables);
  expect(await program.ended).toEqual({ code: 1, signal: null });
  expect(program.stdout).toEqual([]);
  return program.stderr.join('\n');
}

describe('the gateway as a program', { timeout: 60_000 }, () => {
  const start = (variables: Record<string, string> = {}) =>
    startProgram('main.js', { PORT: '0', ...variables });
  const refuses = (variables: Record<string, string>) => refusal('main.js', { PORT: '0', ...variables });

  test('logs its address, answers there, and ends with code 0 on SIGINT', async () => {
    await using program = start();
    const line = await program.plainLine;
    const url = urlIn(line, '/graphql');
    expect(line).toContain(`${url}/graphiql`);
    expect(line).toContain(`${url}/ for the other pages`);
    expect(line).toContain(
      'no Gong credentials are set, so it talks to the built-in emulator at http://127.0.0.1:',
    );
    expect(await ask(url, '{ integrations { id } }')).toEqual({ data: { integrations: [] } });
    program.kill('SIGINT');
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  test.each([
    ['warn', ['LIMIT_DEPHT (did you mean LIMIT_DEPTH?)', 'ready at']],
    ['silent', ['ready at']],
  ])(
    'without a terminal writes only JSON lines, one of which has its address, and ends with code 0 on SIGTERM: LOG_LEVEL=%s',
    async (level, messages) => {
      await using program = start({ LOG_LEVEL: level, LIMIT_DEPHT: '5' });
      const url = urlIn(await program.plainLine, '/graphql');
      expect((await fetch(`${url}/health`)).status).toBe(200);
      program.kill('SIGTERM');
      expect(await program.ended).toEqual({ code: 0, signal: null });
      const lines = program.stdout.map((text) => JSON.parse(text));
      expect(lines.map(({ msg }) => msg)).toEqual(messages.map((text) => expect.stringContaining(text)));
      expect(lines.at(-1)).toMatchObject({ level: 30, url });
      expect(program.stderr).toEqual([]);
    },
  );

  test('names lines of the sources in the stack traces of its log, although it runs a bundle', async () => {
    await using program = start({ LOG_LEVEL: 'warn', REDIS_URL: 'redis://127.0.0.1:1' });
    await program.plainLine;
    program.kill('SIGTERM');
    await program.ended;
    const log = program.stdout.join('\n');
    expect(log).toContain('/dist/bundle/');
    expect(log).toMatch(/at run \(\S+\/src\/store\/redis-store\.ts:[0-9]+:[0-9]+\)/);
  });

  test('on SIGTERM answers earlier requests, and no later ones', async () => {
    await using program = start({ EMULATOR_CALLS_PER_SECOND: '1', GONG_CALLS_PER_SECOND: '1' });
    const url = urlIn(await program.plainLine, '/graphql');
    // The second call waits for the rate limit, so that the signal arrives while it is under way.
    await ask(url, '{ integrations { id } }');
    const answer = ask(url, '{ integrations { id } }');
    await fetch(`${url}/health`);
    program.kill('SIGTERM');
    expect(await answer).toEqual({ data: { integrations: [] } });
    expect(await program.ended).toEqual({ code: 0, signal: null });
    await expect(ask(url, '{ __typename }')).rejects.toThrow('fetch failed');
  });

  test('reports all invalid settings at once, including those of its emulator, and shows no secret', async () => {
    const message = await refuses({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      GONG_ACCESS_KEY: 'two words',
      GONG_ACCESS_KEY_SECRET: 'canary secret',
      GONG_TIMEOUT_MS: 'soon',
      EMULATOR_CALLS_PER_SECOND: '-1',
      EMULATOR_TOKENS: '{"canary token": "all"}',
    });
    expect(message.split('\n')).toEqual([
      'The settings cannot be used:',
      '  PORT: needed a whole number from 0 to 65535, got "70000"',
      '  LOG_LEVEL: needed one of fatal, error, warn, info, debug, trace, silent, got "loud"',
      expect.stringMatching(/^ {2}GONG_ACCESS_KEY: needed .*, got a value of 9 characters \(not shown\)$/),
      expect.stringMatching(
        /^ {2}GONG_ACCESS_KEY_SECRET: needed .*, got a value of 13 characters \(not shown\)$/,
      ),
      '  GONG_TIMEOUT_MS: needed a whole number from 100 to 600000, got "soon"',
      expect.stringMatching(/^ {2}EMULATOR_TOKENS: needed .*, got a value of 23 characters \(not shown\)$/),
      '  EMULATOR_CALLS_PER_SECOND: needed a whole number from 0 to 1000000, got "-1"',
    ]);
    expect(message).not.toContain('canary');
  });

  test('refuses credentials without an address, and an address without credentials', () => {
    expect(problemsOf({ GONG_ACCESS_KEY: 'key', GONG_ACCESS_KEY_SECRET: 'canary-secret' })).toMatch(
      /^ {2}GONG_BASE_URL: needed your company's API address, since credentials are set, got nothing$/m,
    );
    expect(problemsOf({ GONG_BEARER_TOKEN: 'canary-token' })).toMatch(/^ {2}GONG_BASE_URL: /m);
    expect(problemsOf({ GONG_BASE_URL: 'https://us-12345.api.gong.io' })).toMatch(
      /^ {2}GONG_ACCESS_KEY: needed .*GONG_BEARER_TOKEN.*, got nothing$/m,
    );
  });

  test('runs on its emulator in production only if GONG_EMULATOR is set, and without the explorers', async () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toMatch(/^ {2}GONG_BASE_URL: .*GONG_EMULATOR=true/m);

    await using program = start({ NODE_ENV: 'production', GONG_EMULATOR: 'true' });
    const line = await program.plainLine;
    const url = urlIn(line, '/graphql');
    expect(line).not.toContain('graphiql');
    expect((await fetch(`${url}/graphiql`)).status).toBe(404);
    expect(await ask(url, '{ integrations { id } }')).toEqual({ data: { integrations: [] } });
  });

  test('passes callers’ credentials through, and prints the key of its emulator', async () => {
    await using program = start({
      GONG_CREDENTIALS: 'passthrough',
      EMULATOR_TOKENS: '{"canary-token-1": ["api:crm:integrations:read"]}',
    });
    const line = await program.plainLine;
    const url = urlIn(line, '/graphql');
    expect(line).toContain(
      'no address of Gong is set, so it talks to the built-in emulator at http://127.0.0.1:',
    );
    expect(line).toContain(
      'with each caller\'s own credentials, such as access key "emulator", access key secret "emulator".',
    );
    expect(await ask(url, '{ integrations { id } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const key = `Basic ${btoa('emulator:emulator')}`;
    for (const authorization of [key, 'Bearer canary-token-1']) {
      expect(await ask(url, '{ integrations { id } }', { authorization })).toEqual({
        data: { integrations: [] },
      });
    }
    // The explorer works without entering credentials.
    expect(await (await fetch(`${url}/graphiql`)).text()).toContain(key);
    program.kill('SIGTERM');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.stdout.join()).not.toContain('canary');
    expect(program.stderr).toEqual([]);
  });

  test('does not print an emulator key that was set', async () => {
    await using program = start({
      GONG_CREDENTIALS: 'passthrough',
      EMULATOR_ACCESS_KEY: 'canary-key',
      EMULATOR_ACCESS_KEY_SECRET: 'canary-secret',
    });
    const line = await program.plainLine;
    expect(line).toMatch(/with each caller's own credentials\.$/);
    const url = urlIn(line, '/graphql');
    expect(await (await fetch(`${url}/graphiql`)).text()).not.toContain('Basic ');
  });

  test('says which port is in use, without a stack', async () => {
    await using taken = await takenPort();
    const message = await refuses({ PORT: taken.port });
    expect(message).toContain('EADDRINUSE');
    expect(message).toContain(taken.port);
    expect(message.split('\n')).toHaveLength(1);
  });
});

describe('the emulator as a program', { timeout: 60_000 }, () => {
  const start = (variables: Record<string, string> = {}) =>
    startProgram('emulator/main.js', { EMULATOR_PORT: '0', ...variables });
  const refuses = (variables: Record<string, string>) =>
    refusal('emulator/main.js', { EMULATOR_PORT: '0', ...variables });
  const list = (url: string, user: string) =>
    fetch(`${url}/v2/crm/integrations`, {
      headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    });

  test('prints its address and credentials in one line, and accepts them', async () => {
    await using program = start();
    const line = await program.plainLine;
    expect(line).toContain('access key "emulator", access key secret "emulator"');
    const response = await list(urlIn(line), 'emulator:emulator');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ integrations: [] });
    expect(program.stdout).toEqual([line]);
    expect(program.stderr).toEqual([]);
  });

  test('never prints credentials that were set', async () => {
    await using program = start({
      EMULATOR_ACCESS_KEY: 'canary-key',
      EMULATOR_ACCESS_KEY_SECRET: 'canary-secret',
    });
    const line = await program.plainLine;
    expect(line).not.toContain('canary');
    expect((await list(urlIn(line), 'canary-key:canary-secret')).status).toBe(200);
    expect((await list(urlIn(line), 'emulator:emulator')).status).toBe(401);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('ends with code 0 on %s', async (signal) => {
    await using program = start();
    const url = urlIn(await program.plainLine);
    expect((await list(url, 'emulator:emulator')).status).toBe(200);
    program.kill(signal);
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  test('reports all invalid settings at once, and shows no secret', async () => {
    const message = await refuses({
      EMULATOR_PORT: 'x',
      EMULATOR_TOKENS: '["canary"]',
      EMULATOR_REQUIRE_PHONE: 'maybe',
    });
    expect(message.split('\n')).toEqual([
      'The settings cannot be used:',
      '  EMULATOR_PORT: needed a whole number from 0 to 65535, got "x"',
      expect.stringMatching(/^ {2}EMULATOR_TOKENS: needed .*, got a value of 10 characters \(not shown\)$/),
      '  EMULATOR_REQUIRE_PHONE: needed true or false, got "maybe"',
    ]);
  });

  test('refuses a misspelled setting, and suggests the right one', async () => {
    expect(await refuses({ EMULATOR_PROCESING_MS: '5' })).toContain(
      '  EMULATOR_PROCESING_MS: needed the name of a setting (did you mean EMULATOR_PROCESSING_MS?)',
    );
  });

  test('says which port is in use and which variable changes it', async () => {
    await using taken = await takenPort();
    const message = await refuses({ EMULATOR_PORT: taken.port });
    expect(message).toContain('EADDRINUSE');
    expect(message).toContain('set EMULATOR_PORT to a free port');
    expect(message.split('\n')).toHaveLength(1);
  });
});
