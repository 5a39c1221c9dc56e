import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DeadLettersDocument, RetryDeadLettersDocument } from '../../../client/src/generated/graphql.js';
import { startEmulator } from '../../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../../src/emulator/settings.js';
import { openDiskStore } from '../../../src/store/disk-store.js';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { account, registerAcme } from '../../support/acme.js';
import type { Harness } from '../../support/harness.js';
import { startProxy } from '../../support/proxy.js';
import { until } from '../../support/redis.js';
import {
  queueChanges,
  type Refusal,
  settledTicket,
  startQueueing,
  startStrictGong,
  states,
  ticketOf,
} from './support.js';

const accounts = (count: number, prefix = 'a') =>
  Array.from({ length: count }, (_, index) => ({ account: account(`${prefix}${index}`) }));

const letters = async (harness: Harness) =>
  (await harness.execute(DeadLettersDocument, { first: 100 })).deadLetters.edges.map(({ node }) => node);

const lineErrors =
  (isBad: (objectId: string) => boolean) =>
  ({ objects }: { readonly objects: readonly { readonly objectId: string }[] }): Refusal[] =>
    objects.flatMap(({ objectId }, index) =>
      isBad(objectId) ? [{ line: index + 1, description: `Gong does not like ${objectId}` }] : [],
    );

const generalError =
  (isBad: (objectId: string) => boolean) =>
  ({ objects }: { readonly objects: readonly { readonly objectId: string }[] }): Refusal[] =>
    objects.some(({ objectId }) => isBad(objectId)) ? [{ line: 0, description: 'Gong choked on it' }] : [];

function countsOf(ticket: { readonly changes: readonly { readonly state: string }[] }) {
  const counts: Record<string, number> = {};
  for (const { state } of ticket.changes) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

test('a refused object becomes a dead letter, and one that is refused again a new one', async () => {
  await using gong = await startStrictGong(
    () => harness.emulatorUrl,
    lineErrors((id) => id === 'a1'),
  );
  await using harness = await startQueueing({ gong: { baseUrl: gong.url } });
  await registerAcme(harness);
  const ticket = await settledTicket(harness, await queueChanges(harness, ...accounts(3)));
  expect(states(ticket)).toEqual(['a0 DONE', 'a1 DEAD REFUSED', 'a2 DONE']);
  expect(ticket.changes[1]?.message).toBe('Gong does not like a1');
  expect(await letters(harness)).toMatchObject([
    {
      objectType: 'ACCOUNT',
      objectId: 'a1',
      reason: 'REFUSED',
      message: 'Gong does not like a1',
      attempts: 1,
    },
  ]);

  const [letter] = await letters(harness);
  const retried = await harness.execute(RetryDeadLettersDocument, { ids: [letter?.id ?? ''] });
  expect(states(await settledTicket(harness, retried.retryDeadLetters))).toEqual(['a1 DEAD REFUSED']);
  expect((await letters(harness)).map(({ id }) => id)).not.toEqual([letter?.id]);
  expect(await letters(harness)).toHaveLength(1);
});

test('of more errors than Gong names, all are found, and what is right is stored', async () => {
  await using gong = await startStrictGong(
    () => harness.emulatorUrl,
    lineErrors((id) => id.startsWith('bad')),
  );
  await using harness = await startQueueing({ gong: { baseUrl: gong.url } });
  await registerAcme(harness);
  const ticket = await queueChanges(harness, ...accounts(50, 'bad'), ...accounts(10));
  expect(countsOf(await settledTicket(harness, ticket))).toEqual({ DEAD: 50, DONE: 10 });
  expect(await letters(harness)).toHaveLength(50);
  expect(gong.uploads.filter(({ clientRequestId }) => clientRequestId.startsWith('queue-'))).toHaveLength(3);
});

test('an object that fails whatever it is sent with is found by halving, and the others are stored', async () => {
  await using gong = await startStrictGong(
    () => harness.emulatorUrl,
    generalError((id) => id === 'a37'),
  );
  await using harness = await startQueueing({ gong: { baseUrl: gong.url } });
  await registerAcme(harness);
  const ticket = await settledTicket(harness, await queueChanges(harness, ...accounts(100)));
  expect(countsOf(ticket)).toEqual({ DEAD: 1, DONE: 99 });
  expect(states(ticket)[37]).toBe('a37 DEAD REFUSED');
  // Two for each halving of a hundred, and the last object three times.
  expect(gong.uploads.length).toBeLessThan(25);
});

test('where Gong fails everything, halving ends soon', async () => {
  await using gong = await startStrictGong(
    () => harness.emulatorUrl,
    generalError((id) => /^a\d/.test(id)),
  );
  await using harness = await startQueueing({ gong: { baseUrl: gong.url } });
  await registerAcme(harness);
  const ticket = await settledTicket(harness, await queueChanges(harness, ...accounts(300)));
  expect(countsOf(ticket)).toEqual({ DEAD: 300 });
  expect(gong.uploads.length).toBeLessThan(80);
});

test('an upload that Gong refuses at the door is halved, too', async () => {
  const uploads: string[] = [];
  await using proxy = await startProxy(
    () => harness.emulatorUrl,
    ({ method, body }) => {
      if (method !== 'POST' || !body.includes('"a3"')) return undefined;
      uploads.push(body);
      return { status: 400, body: JSON.stringify({ requestId: 'r', errors: ['no'] }) };
    },
  );
  await using harness = await startQueueing({ gong: { baseUrl: proxy.url } });
  await registerAcme(harness);
  const ticket = await settledTicket(harness, await queueChanges(harness, ...accounts(8)));
  expect(countsOf(ticket)).toEqual({ DEAD: 1, DONE: 7 });
  expect(states(ticket)[3]).toBe('a3 DEAD REFUSED');
});

test('while Gong is away, changes are taken and kept, and arrive afterwards', async () => {
  let isAway = false;
  let failures = 0;
  await using proxy = await startProxy(
    () => harness.emulatorUrl,
    () => {
      if (!isAway) return undefined;
      failures += 1;
      return { status: 503 };
    },
  );
  await using harness = await startQueueing({ gong: { baseUrl: proxy.url, breakerOpenMs: 20 } });
  await registerAcme(harness);
  await settledTicket(harness, await queueChanges(harness, ...accounts(1)));
  isAway = true;
  const ticket = await queueChanges(harness, ...accounts(5, 'b'));
  expect(states(ticket)[0]).toBe('b0 QUEUED');
  await until('a failed call', () => failures > 0);
  isAway = false;
  expect(countsOf(await settledTicket(harness, ticket))).toEqual({ DONE: 5 });
});

test('a 409 for the name of a batch means that Gong has it', async () => {
  let conflicts = 0;
  await using proxy = await startProxy(
    () => harness.emulatorUrl,
    async ({ method, url, body, headers }) => {
      if (method !== 'POST' || !url.includes('queue-') || conflicts > 0) return undefined;
      conflicts += 1;
      const passed = await fetch(`${harness.emulatorUrl}${url}`, {
        method,
        headers: {
          authorization: String(headers.authorization),
          'content-type': String(headers['content-type']),
        },
        body,
      });
      expect(passed.status).toBe(201);
      return { status: 409, body: JSON.stringify({ requestId: 'r', errors: ['used'] }) };
    },
  );
  await using harness = await startQueueing({ gong: { baseUrl: proxy.url } });
  await registerAcme(harness);
  const ticket = await queueChanges(harness, ...accounts(2));
  expect(countsOf(await settledTicket(harness, ticket))).toEqual({ DONE: 2 });
  expect(conflicts).toBe(1);
});

test('a request that Gong has forgotten is sent again', async () => {
  const forgotten = new Set<string>();
  await using proxy = await startProxy(
    () => harness.emulatorUrl,
    ({ url }) => {
      const id = new URL(url, 'http://gong').searchParams.get('clientRequestId') ?? '';
      if (!url.includes('request-status') || !id.startsWith('queue-')) return undefined;
      if (forgotten.size > 0 && !forgotten.has(id)) return undefined;
      forgotten.add(id);
      return { status: 404, body: JSON.stringify({ requestId: 'r', errors: ['unknown'] }) };
    },
  );
  await using harness = await startQueueing({ gong: { baseUrl: proxy.url } });
  await registerAcme(harness);
  const ticket = await queueChanges(harness, ...accounts(2));
  expect(countsOf(await settledTicket(harness, ticket))).toEqual({ DONE: 2 });
  expect(forgotten.size).toBe(1);
});

test('two services that write the same object at once: the newest version wins, and both learn it', async () => {
  await using harness = await startQueueing();
  await registerAcme(harness);
  const second = (index: number) => `2024-03-01T00:00:${String(index).padStart(2, '0')}Z`;
  const tickets = await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const name = `version ${index}`;
      return queueChanges(harness, { account: account('a1', { modifiedDate: second(index), name }) });
    }),
  );
  for (const ticket of tickets) {
    const [end = ''] = states(await settledTicket(harness, ticket));
    expect(['a1 DONE', 'a1 SKIPPED OLDER']).toContain(end);
  }
  expect((await harness.query('{ account(id: "a1") { name } }')).data).toEqual({
    account: { name: 'version 49' },
  });
});

test('a clock that is set back by a day holds nothing up', async () => {
  const real = Date.now;
  let offset = 0;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + offset);
  try {
    await using harness = await startQueueing({ queue: { accountPauseMs: 3_600_000 } });
    await registerAcme(harness);
    await settledTicket(harness, await queueChanges(harness, ...accounts(2)));
    offset = -86_400_000;
    const ticket = await queueChanges(harness, ...accounts(2, 'b'), {
      contact: {
        objectId: 'c1',
        modifiedDate: '2024-03-01T00:00:00Z',
        accountId: 'a1',
        emailAddress: 'c@acme.com',
      },
    });
    await until('the accounts', async () => states(await ticketOf(harness, ticket))[1] === 'b1 DONE');
  } finally {
    clock.mockRestore();
  }
});

test('changes of a gateway that was stopped are sent by the next one', async () => {
  const settings = { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, callsPerDay: 0, processingMs: 5 };
  await using emulator = await startEmulator(settings);
  let isAway = false;
  await using proxy = await startProxy(
    () => emulator.url,
    ({ method }) => (isAway && method === 'POST' ? { status: 503 } : undefined),
  );
  const folder = await mkdtemp(join(tmpdir(), 'queue-test-'));
  async function queueing() {
    const store = await openDiskStore(folder, { logger: { error: () => undefined } });
    const harness = await startQueueing({ store, gong: { baseUrl: proxy.url, breakerOpenMs: 20 } });
    return {
      ...harness,
      async stop() {
        await harness[Symbol.asyncDispose]();
        await store.close();
      },
    };
  }
  const first = await queueing();
  await registerAcme(first);
  isAway = true;
  const ticket = await queueChanges(first, ...accounts(3));
  await first.stop();
  isAway = false;
  const second = await queueing();
  expect(countsOf(await settledTicket(second, ticket))).toEqual({ DONE: 3 });
  await second.stop();
  await rm(folder, { recursive: true });
});

test('an object whose content the store has lost is told, and the others are sent', async () => {
  const store = { ...createMemoryStore(), isDurable: true };
  let isAway = false;
  await using proxy = await startProxy(
    () => harness.emulatorUrl,
    ({ method }) => (isAway && method === 'POST' ? { status: 503 } : undefined),
  );
  await using harness = await startQueueing({ store, gong: { baseUrl: proxy.url, breakerOpenMs: 20 } });
  await registerAcme(harness);
  isAway = true;
  const ticket = await queueChanges(harness, ...accounts(3));
  const everything = await store.list({ from: '', before: '\u{10ffff}', limit: 1_000 });
  const [second] = everything.filter(([key, line]) => key.includes('/line/') && line.includes('"a1"'));
  await store.commit({ read: new Map(), written: new Map([[second?.[0] ?? '', null]]) });
  isAway = false;
  expect(states(await settledTicket(harness, ticket))).toEqual(['a0 DONE', 'a1 DEAD LOST', 'a2 DONE']);
});
