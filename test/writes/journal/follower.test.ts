import { expect, test } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import { createMailbox } from '../../../src/requests/mailbox.js';
import type { WatchEvent } from '../../../src/requests/watcher.js';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { createFollower } from '../../../src/writes/journal/follower.js';
import { createJournal } from '../../../src/writes/journal/journal.js';
import { GATEWAY, type SentRequest } from '../../../src/writes/journal/types.js';
import { until } from '../../support/redis.js';

const HOUR_MS = 3_600_000;
const INTEGRATION = '5517027188234206123';

/** A journal with a clock of its own, and a record of what its follower follows. */
function startJournal() {
  let time = Date.parse('2024-03-01T00:00:00Z');
  const store = createMemoryStore();
  const now = () => time;
  const told: string[] = [];
  const shared = { store, scope: 'gateway/', now, logger: { warn: () => undefined } };
  const settings = { maxEntries: 10_000, maxAgeDays: 90, follow: 'on', followMinMs: 10 } as const;
  const journal = createJournal(settings, {
    ...shared,
    observer: { journalFailed: () => undefined },
    sentObjects: { name: async () => [] },
    webhooks: {
      enqueue: async ({ id }, url = 'operator') => void told.push(`${url} ${id.replace(/-.*-/, ' ')}`),
    },
  });
  const followed = new Map<string, ReturnType<typeof createMailbox<WatchEvent>>>();
  const follower = createFollower(settings, {
    ...shared,
    journal,
    requests: {
      follow(_integration, id) {
        const events = createMailbox<WatchEvent>({
          slotOf: () => '',
          onReturn: () => void followed.delete(id),
        });
        followed.set(id, events);
        return events;
      },
    },
  });
  return {
    ...{ journal, follower, followed, told },
    pass(ms: number) {
      time += ms;
    },
    record: (clientRequestId: string, more: Partial<SentRequest> = {}) =>
      journal.record({
        ...{ kind: 'LIST', integrationId: INTEGRATION, clientRequestId, objectType: 'DEAL', objectCount: 1 },
        ...{
          writers: [GATEWAY].map((author) => ({ ...author, objectCount: 1 })),
          gongRequestId: null,
          isUnsure: false,
        },
        ...more,
      }),
    stateOf: async (id: string) => (await journal.find(INTEGRATION, id))?.state,
    async [Symbol.asyncDispose]() {
      await follower.close();
      await journal.close();
    },
  };
}

test('of many open requests, the newest hundred are followed, and an older one when one of these has ended', async () => {
  await using started = startJournal();
  const { follower, followed, pass, record, journal } = started;
  for (let number = 0; number < 105; number += 1) {
    pass(1);
    await record(`up-${number}`);
  }
  pass(1_000);
  follower.start();
  await until('a hundred', () => followed.size === 100);
  expect(followed.has('up-5')).toBe(true);
  expect(followed.has('up-4')).toBe(false);
  journal.saw(INTEGRATION, 'up-50', { state: 'DONE', errors: [], totalErrorCount: 0, totalSuccessCount: 1 });
  await until('the next', () => followed.has('up-4') && !followed.has('up-50'));
  expect(followed.size).toBe(100);
});

test('a request that Gong does not know is LOST, and so is one that it does not finish in two days', async () => {
  await using started = startJournal();
  const { follower, followed, pass, record, stateOf, told } = started;
  await record('unknown');
  await record('slow');
  pass(1_000);
  follower.start();
  await until('both', () => followed.size === 2);
  const error = new GatewayError('NOT_FOUND', 'no');
  followed
    .get('unknown')
    ?.put({ kind: 'lost', integrationId: INTEGRATION, clientRequestId: 'unknown', error });
  followed.get('unknown')?.end();
  await until('an end', async () => (await stateOf('unknown')) === 'LOST');
  expect(await stateOf('slow')).toBe('PENDING');
  pass(49 * HOUR_MS);
  await record('newer');
  await until('an end', async () => (await stateOf('slow')) === 'LOST');
  expect(await stateOf('newer')).toBe('PENDING');
  expect(told).toEqual(['operator request lost', 'operator request lost']);
});

test('a request that cannot be asked about for another reason stays open, and is followed again later', async () => {
  await using started = startJournal();
  const { follower, followed, pass, record, stateOf } = started;
  await record('up-1');
  pass(1_000);
  follower.start();
  await until('it', () => followed.size === 1);
  const first = followed.get('up-1');
  const error = new GatewayError('UPSTREAM_UNAUTHENTICATED', 'no');
  first?.put({ kind: 'lost', integrationId: INTEGRATION, clientRequestId: 'up-1', error });
  first?.end();
  await record('up-2');
  pass(1_000);
  await record('up-3');
  await until('the others', () => followed.has('up-2'));
  expect(followed.get('up-1')).toBe(first);
  expect(await stateOf('up-1')).toBe('PENDING');
  pass(61_000);
  await record('up-4');
  await until('it again', () => followed.get('up-1') !== first);
});

test('a request that is sent again after its answer was lost is one entry, and a repeat adds no address twice', async () => {
  await using started = startJournal();
  const { journal, record, told } = started;
  await record('up-1', { isUnsure: true });
  expect(await journal.find(INTEGRATION, 'up-1')).toMatchObject({
    message: 'Gong’s answer was lost, so it may have the request or not.',
  });
  await record('up-1', {
    gongRequestId: 'gong-2',
    writers: [{ caller: 'bob', operationId: 'o', objectCount: 1 }],
  });
  const { entries } = await journal.page({}, 10);
  expect(entries).toMatchObject([
    {
      state: 'PENDING',
      message: null,
      gongRequestId: 'gong-2',
      writers: [{ caller: null }, { caller: 'bob' }],
    },
  ]);
  const [request] = entries;
  if (request === undefined) throw new Error('needed an entry');
  const named = { ...request, integrationId: INTEGRATION, clientRequestId: 'up-1', isUnsure: false };
  for (const url of ['a', 'b', 'a']) expect(await journal.tell(named, url)).toBe(true);
  journal.saw(INTEGRATION, 'up-1', { state: 'FAILED', errors: [], totalErrorCount: 1, totalSuccessCount: 0 });
  await until('the end', () => told.length === 3);
  expect(await journal.tell(named, 'late')).toBe(true);
  expect(told).toEqual(['operator', 'a', 'b', 'late'].map((url) => `${url} request failed`));
  for (let number = 0; number < 97; number += 1) await journal.tell(named, `more-${number}`);
  expect(await journal.tell(named, 'too-much')).toBe(false);
});

test('whoever asks to be told of a request that the journal has forgotten is told, once someone has asked Gong', async () => {
  await using started = startJournal();
  const { journal, told } = started;
  const status = { state: 'DONE', errors: [], totalErrorCount: 0, totalSuccessCount: 1 } as const;
  journal.saw(INTEGRATION, 'up-1', status);
  await journal.close();
  const request = {
    kind: 'LIST',
    objectType: 'DEAL',
    objectCount: 1,
    writers: [],
    gongRequestId: null,
  } as const;
  await journal.tell(
    { ...request, integrationId: INTEGRATION, clientRequestId: 'up-1', isUnsure: false },
    'late',
  );
  expect(told).toEqual([]);
  journal.saw(INTEGRATION, 'up-1', status);
  await until('it', () => told.length === 2);
  expect(told).toEqual(['operator request done', 'late request done']);
});

test('the entries of credentials that are not used any more expire, too', async () => {
  const { store, journals, record } = twoJournals();
  await record(journals[0], 'old', '2024-01-01T00:00:00Z');
  await record(journals[1], 'new', '2024-05-01T00:00:00Z');
  await until('the end of the old one', async () => {
    const keys = await store.list({ from: '', before: '~', limit: 100 });
    return keys.every(([key, text]) => !`${key} ${text}`.includes('old'));
  });
  expect(await journals[1].journal.find(INTEGRATION, 'new')).not.toBeNull();
});

function twoJournals() {
  const store = createMemoryStore();
  const create = (scope: string) => {
    let time = 0;
    const journal = createJournal(
      { maxEntries: 100, maxAgeDays: 90, follow: 'on', followMinMs: 10 },
      {
        ...{ store, scope, now: () => time, logger: { warn: () => undefined } },
        observer: { journalFailed: () => undefined },
        sentObjects: { name: async () => [] },
        webhooks: { enqueue: async () => undefined },
      },
    );
    return {
      journal,
      be(at: string) {
        time = Date.parse(at);
      },
    };
  };
  return {
    store,
    journals: [create('callers/old/'), create('callers/new/')] as const,
    record({ journal, be }: ReturnType<typeof create>, clientRequestId: string, at: string) {
      be(at);
      return journal.record({
        ...{ kind: 'LIST', integrationId: INTEGRATION, clientRequestId, objectType: 'DEAL', objectCount: 1 },
        ...{ writers: [], gongRequestId: null, isUnsure: false },
      });
    },
  };
}
