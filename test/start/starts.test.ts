import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EnvironmentError } from '../../src/env.js';
import { readSettings } from '../../src/start/settings.js';
import {
  composeVariables,
  dockerEnvFile,
  exampleSettings,
  filledIn,
  imageVariables,
  manifestVariables,
  sampleOf,
} from './deployed.js';
import { documents, FORMS, ROOT, read, shown, type Variables, variablesBefore } from './documented.js';
import { type Program, startCommand, startProgram, urlIn } from './program.js';

/*
 * The documented ways to start, with the documented variables. Without Docker: the program is started with the image's
 * variables and those that Docker would set.
 */

const GONG_URL = 'https://us-12345.api.gong.io';
/** What .env.example asks for. */
const SAID: Variables = {
  GONG_BASE_URL: GONG_URL,
  GONG_ACCESS_KEY: sampleOf('GONG_ACCESS_KEY'),
  GONG_ACCESS_KEY_SECRET: sampleOf('GONG_ACCESS_KEY_SECRET'),
  AUTH_MODE: 'api-key',
  AUTH_API_KEYS: sampleOf('AUTH_API_KEYS'),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'documented-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** .env.example with these values filled in. */
function filledExample(said: Variables): string {
  return Object.entries(said).reduce((text, [name, value]) => {
    expect(text.split(`\n${name}=`), name).toHaveLength(2);
    return text.replace(new RegExp(`^${name}=.*$`, 'm'), () => `${name}=${value}`);
  }, read('.env.example'));
}

/** The variables of a `docker run`. */
function containerVariables(command: string, envFile: string): Variables {
  const given = [...command.matchAll(/ -e ([A-Z_]+)=(\S*)/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const fromFile = command.includes(' --env-file .env ') ? dockerEnvFile(envFile) : {};
  return { ...imageVariables(), ...fromFile, ...Object.fromEntries(given) };
}

function problemsOf(variables: Variables): string[] {
  try {
    readSettings(variables);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems.map(({ variable }) => variable);
    throw error;
  }
}

/** The program with these variables, a free port and temporary folders. */
function started(variables: Variables): Program {
  const folders = ['UPLOAD_SPOOL_DIR', 'DATA_DIR']
    .filter((name) => variables[name])
    .map((name) => [name, join(folder, name)]);
  return startProgram('main.js', { ...variables, PORT: '0', ...Object.fromEntries(folders) });
}

/** What the program serves and to whom. Stops it. */
async function seen(program: Program) {
  await using one = program;
  const greeting = await one.plainLine;
  const url = urlIn(greeting, '/graphql');
  const { upstream } = (await (await fetch(`${url}/health`)).json()) as { upstream: string };
  const explored = (await fetch(`${url}/graphiql`)).status === 200;
  // Another address of this machine.
  const others = await fetch(url.replace('127.0.0.1', '127.0.0.2')).then(
    () => true,
    () => false,
  );
  return { upstream, explored, others, greeting };
}

describe('the documented ways to start', { timeout: 60_000 }, () => {
  const LOCAL = { explored: true, others: false };
  const CONTAINED = { explored: false, others: true };

  test.each(shown(FORMS.starts[0]))('%s', (command) => {
    const { config } = readSettings(filledIn(variablesBefore(command).variables));
    expect(config).toMatchObject({ production: false, host: '127.0.0.1' });
    expect((config.gong ?? config.passthrough)?.baseUrl).toBe(GONG_URL);
  });

  test.each(shown(FORMS.fileStarts[0]))('%s, with a copy of .env.example as it is', async (command) => {
    const path = join(folder, '.env');
    await copyFile(`${ROOT}.env.example`, path);
    const args = command.replace('--env-file=.env', `--env-file=${path}`).split(' ').slice(1);
    const program = startCommand(process.execPath, args, { PORT: '0' }, ROOT);
    expect(await seen(program)).toMatchObject({ ...LOCAL, upstream: 'emulator' });
  });

  test.each(shown(FORMS.containers[0]))('%s', async (command) => {
    expect(await seen(started(containerVariables(command, filledExample(SAID))))).toMatchObject({
      ...CONTAINED,
      upstream: command.includes('--env-file') ? 'gong' : 'emulator',
    });
  });

  test('a container keeps its data in a volume that its user may write to', () => {
    const commands = shown(FORMS.containers[0]).filter((command) => command.includes('DATA_DIR'));
    expect(commands).toHaveLength(1);
    for (const command of commands) {
      const [, mounted] = / -v [a-z-]+:(\S+) /.exec(command) ?? [];
      expect(containerVariables(command, '').DATA_DIR).toBe(mounted);
      expect(read('Dockerfile')).toContain(`RUN install -d -o node -g node -m 700 ${mounted}\nUSER node\n`);
    }
  });

  const compositions = shown(FORMS.compositions[0]).map((command) => {
    const { variables } = variablesBefore(command);
    const { AUTH_MODE: mode = 'none', ALLOWED_HOSTS = 'localhost,127.0.0.1' } = variables;
    return [command, filledIn(variables), { mode, hosts: ALLOWED_HOSTS.split(',') }] as const;
  });

  test.each(compositions)('%s', (_command, given, { mode, hosts }) => {
    const { config } = readSettings({ ...imageVariables(), ...composeVariables(given) });
    expect(config).toMatchObject({ production: true, host: '0.0.0.0', auth: { mode }, allowedHosts: hosts });
    expect(config.gong?.baseUrl).toBe(GONG_URL);
    // Docker Compose also reads .env.
    const beside = { ...dockerEnvFile(read('.env.example')), ...given };
    expect(composeVariables(beside)).toEqual(composeVariables(given));
  });

  test('a replica of compose.yaml starts, even before Redis does', async () => {
    const variables = { ...imageVariables(), ...composeVariables(compositions[0]?.[1] ?? {}) };
    expect(await seen(started(variables))).toMatchObject({ ...CONTAINED, upstream: 'gong' });
  });

  test.each(shown(FORMS.secrets[0]))('%s, and the manifest', async (command) => {
    const literals = [...command.matchAll(/--from-literal=([A-Z_]+)=(\S+)/g)];
    const secret = filledIn(Object.fromEntries(literals.map(([, name = '', value = '']) => [name, value])));
    const variables = { ...imageVariables(), ...manifestVariables(secret) };
    expect(await seen(started(variables))).toMatchObject({ ...CONTAINED, upstream: 'gong' });
  });

  test('a container with an unedited copy of .env.example says what it needs', () => {
    const [command = ''] = shown(FORMS.containers[0]).filter((text) => text.includes('--env-file'));
    expect(problemsOf(containerVariables(command, read('.env.example')))).toEqual([
      'AUTH_MODE',
      'GONG_BASE_URL',
    ]);
  });

  test('compose.yaml disables authentication only if the gateway listens on loopback', () => {
    expect(() => composeVariables({})).toThrow('GONG_BASE_URL: needed');
    const { AUTH_MODE } = composeVariables({ ...SAID, AUTH_MODE: '' });
    expect(AUTH_MODE).toBe('none');
    expect(read('compose.yaml').match(/^ +ports: .*$/gm)).toEqual([`    ports: ['127.0.0.1:4000:8080']`]);
  });

  test('.env.example does not override the image, and has lines that Docker and Node read alike', async () => {
    const text = read('.env.example');
    const example = exampleSettings();
    const set = dockerEnvFile(text);
    const left = Object.keys(example).filter((name) => !(name in set));
    expect(left.toSorted()).toEqual(Object.keys(imageVariables()).toSorted());
    expect(Object.values(example).filter((value) => /^["'`]|\s#|\s$/.test(value))).toEqual([]);
  });

  test('each documented value of a setting is valid', () => {
    const named = documents.flatMap(({ prose }) => [...prose.matchAll(/`([A-Z][A-Z_]+)=([^`…]+)`/g)]);
    expect(named.length).toBeGreaterThan(10);
    for (const [text, name = '', value = ''] of named) {
      if (name === 'NODE_OPTIONS') continue;
      expect(exampleSettings(), text).toHaveProperty(name);
      const needsKeys = name === 'AUTH_MODE' || value === 'scope';
      const keys = { AUTH_MODE: 'api-key', AUTH_API_KEYS: sampleOf('AUTH_API_KEYS') };
      expect(problemsOf({ ...(needsKeys ? keys : {}), [name]: value }), text).not.toContain(name);
    }
  });
});
