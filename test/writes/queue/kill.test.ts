import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type EmulatorCall, startEmulator } from '../../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../../src/emulator/settings.js';
import { type Program, startGatewayProgram, urlIn } from '../../start/program.js';
import { account } from '../../support/acme.js';
import { redisMissing, startRedis, until } from '../../support/redis.js';

/** More for a night: KILL_ROUNDS=100. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4);

/** When the gateway that sends is killed, with its queue in whatever state it is in then. */
const MOMENTS = ['answered', 'uploadObjects', 'requestStatus', 'random'] as const;

/** An emulator with an integration. `onCall` is what the test wants to know of calls. */
async function startGong() {
  const listeners = new Set<(call: EmulatorCall) => void>();
  const settings = { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, callsPerDay: 0, processingMs: 20 };
  const emulator = await startEmulator(settings, {
    onCall: (call) => {
      for (const listener of listeners) listener(call);
    },
  });
  await fetch(`${emulator.url}/v2/crm/integrations`, {
    method: 'PUT',
    headers: {
      authorization: `Basic ${Buffer.from('emulator:emulator').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ name: 'Acme', ownerEmail: 'owner@acme.com' }),
  });
  return { ...emulator, listeners, [Symbol.asyncDispose]: () => emulator.close() };
}

interface Gateway {
  readonly program: Program;
  readonly url: string;
}

async function ask<T>({ url }: Gateway, query: string, variables = {}): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** The objects of one round: two that every round changes, and three of its own. */
const objectsOf = (round: number) => [
  'hot-1',
  'hot-2',
  ...[1, 2, 3].map((index) => `round-${round}-${index}`),
];

async function queueRound(gateway: Gateway, round: number): Promise<string> {
  const modifiedDate = new Date(Date.UTC(2024, 0, 1) + round * 1_000).toISOString().replace('.000', '');
  const changes = objectsOf(round).map((id) => ({
    account: account(id, { modifiedDate, name: `round ${round}` }),
  }));
  const { queueChanges } = await ask<{ queueChanges: { ticket: { id: string } } }>(
    gateway,
    'mutation ($changes: [CrmChange!]!) { queueChanges(changes: $changes) { ticket { id } } }',
    { changes },
  );
  return queueChanges.ticket.id;
}

async function expectAllDone(gateway: Gateway, tickets: readonly string[]): Promise<void> {
  for (const ticket of tickets) {
    await until('the ticket to settle', async () => {
      const { changes } = await ask<{ changes: { isSettled: boolean; counts: { done: number } } }>(
        gateway,
        'query ($ticket: ID!) { changes(ticket: $ticket) { isSettled counts { done } } }',
        { ticket },
      );
      return changes.isSettled && changes.counts.done === 5;
    });
  }
  const names = await ask<{ crmObjects: { objectId: string; name: string }[] }>(
    gateway,
    `query ($ids: [ID!]!) { crmObjects(objectType: ACCOUNT, ids: $ids) { objectId ... on Account { name } } }`,
    { ids: tickets.flatMap((_, round) => objectsOf(round).slice(round === tickets.length - 1 ? 0 : 2)) },
  );
  for (const { objectId, name } of names.crmObjects) {
    const round = objectId.startsWith('hot') ? tickets.length - 1 : objectId.split('-')[1];
    expect(`${objectId}: ${name}`).toBe(`${objectId}: round ${round}`);
  }
  expect(names.crmObjects).toHaveLength(3 * tickets.length + 2);
}

const QUEUE = { QUEUE_MERGE_MS: '20', GONG_CALLS_PER_SECOND: '0', CUSTOM_FIELDS: 'off', LOG_LEVEL: 'error' };

test(`a gateway killed ${ROUNDS} times at any moment loses nothing, and puts nothing old over something new`, async () => {
  await using gong = await startGong();
  const folder = await mkdtemp(join(tmpdir(), 'queue-kill-'));
  async function start(): Promise<Gateway> {
    const program = startGatewayProgram(gong.url, { ...QUEUE, DATA_DIR: folder });
    return { program, url: `${urlIn(await program.plainLine, '/graphql')}/graphql` };
  }
  let gateway = await start();
  const tickets: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const moment = MOMENTS[round % MOMENTS.length];
    const { program } = gateway;
    const onCall = ({ operation, query }: EmulatorCall) => {
      if (operation === moment && query.get('clientRequestId')?.startsWith('queue-')) program.kill('SIGKILL');
    };
    gong.listeners.add(onCall);
    // Killed by an earlier round's call, it may not answer: then its caller repeats what it has to say.
    const answered = await queueRound(gateway, round).catch(() => undefined);
    if (moment === 'random') await sleep(Math.random() * 60);
    if (moment === 'answered' || moment === 'random') program.kill('SIGKILL');
    expect((await program.ended).signal).toBe('SIGKILL');
    gong.listeners.delete(onCall);
    gateway = await start();
    tickets.push(answered ?? (await queueRound(gateway, round)));
  }
  await expectAllDone(gateway, tickets);
  gateway.program.kill('SIGKILL');
  await gateway.program.ended;
  await rm(folder, { recursive: true });
});

describe.skipIf(redisMissing() !== undefined)('of three replicas', () => {
  test('one is killed, and one frozen until the others have sent newer versions: nothing is lost or overwritten', async () => {
    await using gong = await startGong();
    await using redis = await startRedis();
    async function start(): Promise<Gateway> {
      const program = startGatewayProgram(gong.url, { ...QUEUE, REDIS_URL: redis.url, REPLICAS: '3' });
      return { program, url: `${urlIn(await program.plainLine, '/graphql')}/graphql` };
    }
    const gateways = await Promise.all([start(), start(), start()]);
    const [first, second, third] = gateways as [Gateway, Gateway, Gateway];
    const tickets: string[] = [];
    try {
      // The first to be asked holds the lease; it is frozen when Gong has its upload, before it has heard so.
      const frozen = new Promise<void>((resolve) => {
        gong.listeners.add(({ operation, query }) => {
          if (operation !== 'uploadObjects' || !query.get('clientRequestId')?.startsWith('queue-')) return;
          gong.listeners.clear();
          first.program.kill('SIGSTOP');
          resolve();
        });
      });
      tickets.push(await queueRound(first, 0));
      await frozen;
      tickets.push(await queueRound(second, 1));
      await until('the second round', async () => {
        const { changes } = await ask<{ changes: { isSettled: boolean } }>(
          third,
          'query ($ticket: ID!) { changes(ticket: $ticket) { isSettled } }',
          { ticket: tickets[1] },
        );
        return changes.isSettled;
      });
      tickets.push(await queueRound(third, 2));
      second.program.kill('SIGKILL');
      first.program.kill('SIGCONT');
      await expectAllDone(third, tickets);
      await expectAllDone(first, tickets);
    } finally {
      for (const { program } of gateways) {
        program.kill('SIGKILL');
        await program.ended;
      }
    }
  }, 60_000);
});
