import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { type Running, startGateway } from '../support.js';
import { type Dialogue, GRAPHQL, PLAIN } from './cases.js';

export interface Contender extends Dialogue {
  readonly name: string;
  start(gongUrl: string): Promise<Running>;
}

/** The repository, from where this is compiled to. */
const ROOT = new URL('../../../../', import.meta.url);

export const startGong = () => forked(new URL('gong.js', import.meta.url), []);

/** How often objects were asked for. */
export const callsOf = async ({ url }: Running) => Number(await (await request(`${url}/calls`)).body.text());

export const FLOOR: Contender = {
  name: 'floor',
  start: (gongUrl) => forked(new URL('floor.js', import.meta.url), [gongUrl]),
  ...PLAIN,
};

/** As `npm run build` builds it and in production, with the line that it logs of each operation. */
export const GATEWAY: Contender = {
  name: 'gateway',
  start: (gongUrl) =>
    startGateway(gongUrl, { NODE_ENV: 'production', LOG_LEVEL: 'info' }, new URL('dist/', ROOT)),
  ...GRAPHQL,
};

const peer = (name: string, program: string, ...rest: string[]): Contender => ({
  name,
  start: (gongUrl) => forked(new URL(`bench/peers/${program}`, ROOT), [gongUrl, ...rest]),
  ...GRAPHQL,
});

export const MERCURIUS_JIT = peer('mercurius, jit', 'mercurius.mjs', 'jit');

export const CONTENDERS: readonly Contender[] = [
  FLOOR,
  GATEWAY,
  MERCURIUS_JIT,
  peer('mercurius', 'mercurius.mjs'),
  peer('Apollo Server', 'apollo.mjs'),
  peer('Yoga', 'yoga.mjs'),
];

/** Starts a program that tells its address as a message, and ends when this process does. */
async function forked(program: URL, args: string[]): Promise<Running> {
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
