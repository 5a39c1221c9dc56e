import { request } from 'undici';
import { forked, type Running, startBenchEmulator, startGateway } from '../support.js';
import {
  ACCOUNT_IDS,
  accountAtGong,
  type Dialogue,
  FIELDS,
  GRAPHQL,
  PLAIN,
  STUB_INTEGRATION,
} from './cases.js';

/** What contenders get their accounts from; without limits. */
export interface Gong extends AsyncDisposable {
  readonly url: string;
  readonly integrationId: string;
  /** How often objects were asked for. */
  calls(): Promise<number>;
}

export interface Contender extends Dialogue {
  readonly name: string;
  start(gong: Gong): Promise<Running>;
}

/** The repository, from where this is compiled to. */
const ROOT = new URL('../../../../', import.meta.url);

/** A program that costs next to nothing. */
export async function startStub(): Promise<Gong> {
  const stub = await forked(new URL('gong.js', import.meta.url), []);
  return {
    ...stub,
    integrationId: STUB_INTEGRATION,
    calls: async () => Number(await (await request(`${stub.url}/calls`)).body.text()),
  };
}

/** One that works for its answers. */
export async function startEmulatedGong(): Promise<Gong> {
  const emulator = await startBenchEmulator('none', ACCOUNT_IDS.length, {
    fields: FIELDS,
    accountAt: (index) => accountAtGong(ACCOUNT_IDS[index] as string),
  });
  return { ...emulator, calls: async () => (await emulator.counts()).getObjects };
}

export const FLOOR: Contender = {
  name: 'floor',
  start: (gong) => forked(new URL('floor.js', import.meta.url), [gong.url, gong.integrationId]),
  ...PLAIN,
};

/** As `npm run build` builds it and in production, with the line that it logs of each operation. */
export const GATEWAY: Contender = {
  name: 'gateway',
  start: (gong) =>
    startGateway(gong.url, { NODE_ENV: 'production', LOG_LEVEL: 'info' }, new URL('dist/', ROOT)),
  ...GRAPHQL,
};

const peer = (name: string, program: string, ...rest: string[]): Contender => ({
  name,
  start: (gong) => forked(new URL(`bench/peers/${program}`, ROOT), [gong.url, gong.integrationId, ...rest]),
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
