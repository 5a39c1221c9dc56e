import { afterEach, expect, test } from 'vitest';
import type { CrmChange } from '../../../client/src/generated/graphql.js';
import { account, deal, registerAcme } from '../../support/acme.js';
import { gate } from '../../support/gate.js';
import type { Harness } from '../../support/harness.js';
import { startProxy } from '../../support/proxy.js';
import { until } from '../../support/redis.js';
import { durableStores, type TestStore } from '../../support/stores.js';
import { type Queueing, queueChanges, settledTicket, startQueueing, states, ticketOf } from './support.js';

const DAYS = ['2024-03-01T00:00:00Z', '2024-03-02T00:00:00Z', '2024-03-03T00:00:00Z'] as const;

/** A version of an account: the day decides its date and its name. */
function version(objectId: string, day: 0 | 1 | 2): CrmChange {
  return { account: account(objectId, { modifiedDate: DAYS[day], name: `day ${day}` }) };
}

const nameOf = async (harness: Harness, id: string) =>
  (await harness.query<{ account: { name: string } | null }>(`{ account(id: "${id}") { name } }`)).data
    ?.account?.name;

const queueUploads = (harness: Harness) =>
  harness
    .callsOf('uploadObjects')
    .filter(({ query }) => query.get('clientRequestId')?.startsWith('queue-'))
    .map(({ query }) => query.get('objectType'));

durableStores((open) => {
  const opened: TestStore[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
  });

  async function start(options: Parameters<typeof startQueueing>[0] = {}): Promise<Queueing> {
    const store = await open();
    opened.push(store);
    return startQueueing({ ...options, store: store.store });
  }

  test('changes of several types are stored, sent in order, and end as DONE', async () => {
    await using harness = await start();
    await registerAcme(harness);
    const ticket = await queueChanges(harness, { deal: deal('d1', 'a1') }, { account: account('a1') });
    expect(states(ticket)).toEqual(['d1 QUEUED', 'a1 QUEUED']);
    expect(states(await settledTicket(harness, ticket))).toEqual(['d1 DONE', 'a1 DONE']);
    expect(queueUploads(harness)).toEqual(['ACCOUNT', 'DEAL']);
    const found = await harness.query('{ deal(id: "d1") { name account { name } } }');
    expect(found.data).toEqual({ deal: { name: 'Deal d1', account: { name: 'Account a1' } } });
  });

  test('of an object only the newest version is sent, and everyone who queued one learns what became of it', async () => {
    await using harness = await start({ queue: { mergeMs: 300 } });
    await registerAcme(harness);
    const first = await queueChanges(harness, version('a1', 1));
    const newer = await queueChanges(harness, version('a1', 2));
    const older = await queueChanges(harness, version('a1', 0));
    const same = await queueChanges(harness, version('a1', 2));
    expect(states(older)).toEqual(['a1 SKIPPED OLDER']);
    for (const ticket of [first, newer, same])
      expect(states(await settledTicket(harness, ticket))).toEqual(['a1 DONE']);
    expect(await nameOf(harness, 'a1')).toBe('day 2');
    expect(queueUploads(harness)).toEqual(['ACCOUNT']);
  });

  test('what Gong already has is skipped, and sent again once it differs', async () => {
    await using harness = await start();
    await registerAcme(harness);
    await settledTicket(harness, await queueChanges(harness, version('a1', 1)));
    expect(states(await queueChanges(harness, version('a1', 1)))).toEqual(['a1 SKIPPED UNCHANGED']);
    expect(states(await queueChanges(harness, version('a1', 0)))).toEqual(['a1 SKIPPED OLDER']);
    expect(states(await settledTicket(harness, await queueChanges(harness, version('a1', 2))))).toEqual([
      'a1 DONE',
    ]);
    expect(queueUploads(harness)).toEqual(['ACCOUNT', 'ACCOUNT']);
  });

  test('a newer version waits until Gong has ended with the one before', async () => {
    const { opened, open } = gate();
    let asked = 0;
    await using proxy = await startProxy(
      () => harness.emulatorUrl,
      async ({ url }) => {
        if (url.includes('request-status') && url.includes('queue-') && ++asked === 1) await opened;
        return undefined;
      },
    );
    await using harness = await start({ gong: { baseUrl: proxy.url } });
    await registerAcme(harness);
    const first = await queueChanges(harness, version('a1', 1));
    await until('the first status', () => asked === 1);
    expect(states(await ticketOf(harness, first))).toEqual(['a1 SENT']);
    const second = await queueChanges(harness, version('a1', 2));
    const other = await queueChanges(harness, version('a2', 2));
    // Another object overtakes it, so it would have been sent by now.
    expect(states(await settledTicket(harness, other))).toEqual(['a2 DONE']);
    expect(states(await ticketOf(harness, second))).toEqual(['a1 QUEUED']);
    open();
    expect(states(await settledTicket(harness, second))).toEqual(['a1 DONE']);
    expect(states(await settledTicket(harness, first))).toEqual(['a1 DONE']);
    expect(await nameOf(harness, 'a1')).toBe('day 2');
  });

  test('contacts, leads and deals wait for the accounts before them, but what has waited long enough waits for nobody', async () => {
    await using harness = await start({ queue: { accountPauseMs: 3_600_000 } });
    await registerAcme(harness);
    await settledTicket(harness, await queueChanges(harness, version('a1', 1)));
    const before = await queueChanges(harness, version('a2', 1), { deal: deal('d1', 'a2') });
    await until('the account', async () => states(await ticketOf(harness, before))[0] === 'a2 DONE');
    expect(states(await ticketOf(harness, before))).toEqual(['a2 DONE', 'd1 QUEUED']);

    await using patient = await start({ queue: { accountPauseMs: 3_600_000, maxOrderWaitMs: 0 } });
    await registerAcme(patient);
    const ticket = await queueChanges(patient, version('a2', 1), { deal: deal('d1', 'a2') });
    expect(states(await settledTicket(patient, ticket))).toEqual(['a2 DONE', 'd1 DONE']);
  });

  test('a deal before its account waits for it, and is sent again when it is there', async () => {
    await using harness = await start({
      queue: { pauses: { firstMs: 10, longestMs: 50, retryMs: 3_600_000 } },
    });
    await registerAcme(harness);
    const early = await queueChanges(harness, { deal: deal('d1', 'a1') });
    await until(
      'a verdict',
      async () => states(await ticketOf(harness, early))[0] === 'd1 QUEUED NO_ACCOUNT',
    );
    const late = await queueChanges(harness, version('a1', 1));
    expect(states(await settledTicket(harness, late))).toEqual(['a1 DONE']);
    expect(states(await settledTicket(harness, early))).toEqual(['d1 DONE']);
    expect((await harness.query('{ deal(id: "d1") { name } }')).data).toEqual({ deal: { name: 'Deal d1' } });
  });

  test('an upload has no more objects, and no more bytes, than it may', async () => {
    await using harness = await start({ queue: { maxObjects: 4, mergeMs: 100 } });
    await registerAcme(harness);
    const ticket = await queueChanges(
      harness,
      ...Array.from({ length: 10 }, (_, index) => version(`a${index}`, 1)),
    );
    expect(new Set(states(await settledTicket(harness, ticket)).map((text) => text.split(' ')[1]))).toEqual(
      new Set(['DONE']),
    );
    expect(queueUploads(harness)).toHaveLength(3);
  });
});
