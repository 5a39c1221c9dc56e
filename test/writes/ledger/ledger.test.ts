import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { keysUnder } from '../../../src/store/store.js';
import { createLedgerStore } from '../../../src/writes/ledger/ledger-store.js';
import { createTurns } from '../../../src/writes/ledger/turns.js';
import { gate } from '../../support/gate.js';
import { redisMissing, startRedis, until } from '../../support/redis.js';
import { type ConnectedStore, connectStore, eachStore } from '../../support/stores.js';
import { startToxicProxy } from '../../support/toxic-proxy.js';
import { FakeGong, type Gateway, INTEGRATION, randomFrom } from './fake-gong.js';

const start = (gong: FakeGong, store = createMemoryStore()) =>
  gong.gateway(createLedgerStore({ store }), createTurns());
/** A gateway that shares a Redis with others. */
const join = (gong: FakeGong, { store, redis }: ConnectedStore) =>
  gong.gateway(createLedgerStore({ store }), createTurns(redis));
const settled = async (work: Promise<unknown>) => {
  await work.catch(() => undefined);
};

test('two contents, submitted fifty times each at once, are sent once each and their status is read once each', async () => {
  const gong = new FakeGong();
  const gateway = start(gong);
  const { opened, open } = gate();
  gong.gate = opened;
  const answers = Array.from({ length: 100 }, (_, index) => gateway.submit(index % 2 === 0 ? 'A' : 'B'));
  open();
  const told = await Promise.all(answers);
  expect(gong.contents().sort()).toEqual(['A', 'B']);
  expect(told.filter(({ alreadySubmitted }) => !alreadySubmitted)).toHaveLength(2);
  expect(told.filter(({ status }) => status === 'DONE')).toHaveLength(98);
  expect(gong.questions).toBe(2);
});

test('the status of a repeat is read in the budget turns of its sender', async () => {
  const gong = new FakeGong();
  const gateway = start(gong);
  gong.next = 'PENDING';
  await gateway.submit('A', undefined, 'first');
  await gateway.submit('A', undefined, 'a');
  await gateway.submit('A', undefined, 'b');
  expect(gong.sharers.map((sharers) => sharers?.all())).toEqual([[{ caller: 'a' }], [{ caller: 'b' }]]);
});

test('a submission after another write has ended does not share a flight that began before it', async () => {
  const gong = new FakeGong();
  const gateway = start(gong);
  const { opened, open } = gate();
  gong.gate = opened;
  const slow = gateway.submit('mapped');
  await until('the first upload', () => gong.waiting === 1);
  gong.gate = Promise.resolve();
  await gateway.submit('deleted');
  const late = gateway.submit('mapped');
  open();
  expect(await slow).toMatchObject({ alreadySubmitted: false, clientRequestId: 'deal-mapped' });
  expect(await late).toMatchObject({ alreadySubmitted: false, clientRequestId: 'deal-mapped--r2' });
  expect(gong.contents()).toEqual(['deleted', 'mapped', 'mapped']);
});

test('a failure is shared by concurrent submissions of the same content, and the next one tries again', async () => {
  const gong = new FakeGong();
  const gateway = start(gong);
  const { opened, open } = gate();
  gong.gate = opened.then(() => Promise.reject(new GatewayError('UPSTREAM_UNAVAILABLE', 'down')));
  gong.gate.catch(() => undefined);
  const answers = Array.from({ length: 20 }, () =>
    gateway.submit('A').catch((error: GatewayError) => error.code),
  );
  open();
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
  gong.gate = Promise.resolve();
  // Nothing was taken under the name, so it is still of use.
  expect(await gateway.submit('A')).toMatchObject({ alreadySubmitted: false, clientRequestId: 'deal-A' });
});

test('after a lost response content is sent again without an ID and recognised with one', async () => {
  const gong = new FakeGong();
  const gateway = start(gong);
  const lose = (content: string, clientRequestId?: string) =>
    settled(
      gateway.ledger.submit(
        { integrationId: INTEGRATION, clientRequestId, kind: 'deal', content: Promise.resolve(content) },
        async (attempt) => [
          await attempt.submit(attempt.clientRequestId, async ({ clientRequestId: name }) => {
            await gong.take(name, content);
            throw new GatewayError('UPSTREAM_TIMEOUT', 'no answer');
          }),
        ],
      ),
    );
  await lose('A');
  await gateway.submit('B');
  expect(await gateway.submit('A')).toMatchObject({ alreadySubmitted: false });
  expect(gong.contents()).toEqual(['A', 'B', 'A']);
  await lose('C', 'mine');
  expect(await gateway.submit('C', 'mine')).toMatchObject({ alreadySubmitted: true, status: 'DONE' });
  await expect(gateway.submit('D', 'mine')).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(gong.contents()).toEqual(['A', 'B', 'A', 'C']);
});

test('a file sent in part continues where it stopped under its own ID and starts over without one', async () => {
  const gong = new FakeGong();
  const gateway = start(gong);
  let broken = true;
  const submit = (clientRequestId?: string) =>
    gateway.ledger.submit(
      { integrationId: INTEGRATION, clientRequestId, kind: 'deal', content: Promise.resolve('file') },
      async (attempt) => {
        const first = await attempt.submit(`${attempt.clientRequestId}--p1`, (name) =>
          gong.take(name.clientRequestId, 'one'),
        );
        const second = await attempt.submit(`${attempt.clientRequestId}--p2`, (name) =>
          broken
            ? Promise.reject(new GatewayError('BAD_USER_INPUT', 'no'))
            : gong.take(name.clientRequestId, 'two'),
        );
        return [first, second];
      },
    );
  await settled(submit('mine'));
  await settled(submit());
  broken = false;
  gong.states.set('mine--p1', 'FAILED');
  const named = await submit('mine');
  // The first part failed at Gong since: no success may be read out of that.
  expect(named).toMatchObject({ alreadySubmitted: false, status: 'FAILED' });
  expect(named.message).toContain('another clientRequestId');
  expect(named.requests).toMatchObject([
    { clientRequestId: 'mine--p1', alreadySubmitted: true, status: 'FAILED' },
    { clientRequestId: 'mine--p2', alreadySubmitted: false, status: null },
  ]);
  expect((await submit()).requests.map(({ clientRequestId }) => clientRequestId)).toEqual([
    'deal-file--r2--p1',
    'deal-file--r2--p2',
  ]);
});

test('a request that another client sent under the name of a part never counts as sent, however often it is tried', async () => {
  const gong = new FakeGong();
  const gateway = start(gong);
  gong.states.set('mine--p2', 'DONE');
  const submit = () =>
    gateway.ledger.submit(
      { integrationId: INTEGRATION, clientRequestId: 'mine', kind: 'deal', content: Promise.resolve('file') },
      async (attempt) => [
        await attempt.submit('mine--p1', ({ clientRequestId }) => gong.take(clientRequestId, 'one')),
        await attempt.submit('mine--p2', ({ clientRequestId }) => gong.take(clientRequestId, 'two')),
      ],
    );
  for (let tries = 0; tries < 3; tries += 1) {
    await expect(submit()).rejects.toMatchObject({
      code: 'CONFLICT',
      extensions: { clientRequestId: 'mine--p2' },
    });
  }
  expect(gong.contents()).toEqual(['one']);
});

/**
 * Writes in random order, by one gateway or by two, with restarts, requests that Gong fails, and several at once.
 * Whenever writes have returned, Gong must have taken each of their contents after everything that was there before,
 * unless that very content was the last.
 */
async function checkRandomly(
  seed: number,
  gong: FakeGong,
  gateways: Gateway[],
  restart: (index: number) => Promise<Gateway>,
): Promise<{ sent: number; repeats: number }> {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  let repeats = 0;
  for (let round = 0; round < 60; round += 1) {
    if (random() < 0.05) {
      const index = Math.floor(random() * gateways.length);
      gateways[index] = await restart(index);
    }
    gong.next = random() < 0.2 ? 'FAILED' : 'DONE';
    const before = gong.contents();
    const contents = Array.from({ length: pick([1, 1, 1, 2, 5]) }, () => pick(['A', 'B', 'C']));
    const writes = random() < 0.1 ? [pick(gateways).write('S')] : [];
    const answers = await Promise.all(contents.map((content) => pick(gateways).submit(content)));
    await Promise.all(writes);
    const after = gong.contents();
    for (const content of contents) {
      const isThere = after.lastIndexOf(content) >= before.length || before.at(-1) === content;
      expect(isThere, `seed ${seed}, round ${round}: ${content} after ${before.slice(-5)}`).toBe(true);
    }
    for (const { alreadySubmitted, status, message } of answers) {
      if (alreadySubmitted) repeats += 1;
      if (status === 'FAILED') expect(message).not.toBeNull();
    }
  }
  return { sent: gong.applied.length, repeats };
}

describe('no write is lost', () => {
  test('by a gateway that remembers in its process', async () => {
    const totals = { sent: 0, repeats: 0 };
    for (let seed = 1; seed <= 30; seed += 1) {
      const gong = new FakeGong();
      const { sent, repeats } = await checkRandomly(seed, gong, [start(gong)], async () => start(gong));
      totals.sent += sent;
      totals.repeats += repeats;
    }
    // Both have happened, or nothing was tried.
    expect(totals.sent).toBeGreaterThan(600);
    expect(totals.repeats).toBeGreaterThan(300);
  });

  test.skipIf(redisMissing() !== undefined)(
    'by two gateways sharing a Redis that is flushed at times',
    async () => {
      await using server = await startRedis();
      await using one = await connectStore(server.url);
      await using two = await connectStore(server.url);
      const connections = [one, two];
      const totals = { sent: 0, repeats: 0 };
      for (let seed = 1; seed <= 8; seed += 1) {
        const gong = new FakeGong();
        await one.redis.flushall();
        const { sent, repeats } = await checkRandomly(
          seed,
          gong,
          connections.map((each) => join(gong, each)),
          async (index) => {
            if (seed % 2 === 0) await one.redis.flushall();
            return join(gong, connections[index] ?? one);
          },
        );
        totals.sent += sent;
        totals.repeats += repeats;
      }
      expect(totals.sent).toBeGreaterThan(300);
      expect(totals.repeats).toBeGreaterThan(100);
    },
    60_000,
  );
});

describe.skipIf(redisMissing() !== undefined)('with Redis', () => {
  async function startTwo() {
    const server = await startRedis();
    const connections = [await connectStore(server.url), await connectStore(server.url)] as const;
    const gong = new FakeGong();
    return {
      ...{ server, gong, ...connections[0] },
      one: join(gong, connections[0]),
      two: join(gong, connections[1]),
      async [Symbol.asyncDispose]() {
        for (const connection of connections) await connection[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  test('the same content fifty times at once at two replicas is sent once, even to a new integration', async () => {
    await using replicas = await startTwo();
    const { gong, one, two } = replicas;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? one : two).submit('A')),
    );
    expect(gong.contents()).toEqual(['A']);
    expect(answers.filter(({ alreadySubmitted }) => !alreadySubmitted)).toHaveLength(1);
  });

  test('a repeat of another replica’s write is recognised until a third write', async () => {
    await using replicas = await startTwo();
    const { gong, one, two } = replicas;
    await one.submit('A');
    expect(await two.submit('A')).toMatchObject({ alreadySubmitted: true, status: 'DONE' });
    await two.write('S');
    expect(await one.submit('A')).toMatchObject({ alreadySubmitted: false, clientRequestId: 'deal-A--r2' });
    await one.submit('B', 'mine');
    await expect(two.submit('C', 'mine')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await two.submit('B', 'mine')).toMatchObject({ alreadySubmitted: true });
    expect(gong.contents()).toEqual(['A', 'S', 'A', 'B']);
  });

  test('without Redis everything is sent again', async () => {
    await using replicas = await startTwo();
    const { server, gong, one, two } = replicas;
    await one.submit('A');
    server.freeze();
    await two.submit('B');
    expect(await one.submit('A')).toMatchObject({ alreadySubmitted: false });
    expect(gong.contents()).toEqual(['A', 'B', 'A']);
    server.thaw();
  });

  test('a write during which Redis was unreachable is counted as soon as Redis is back', async () => {
    await using replicas = await startTwo();
    const { server, gong, one, store } = replicas;
    await using proxy = await startToxicProxy(() => server.url);
    await using connection = await connectStore(proxy.url.replace('http', 'redis'));
    const two = join(gong, connection);
    await one.submit('A');
    const counts = () => createLedgerStore({ store }).counts(INTEGRATION);
    const before = await counts();
    proxy.poison({ up: { resetAfter: 0 } });
    await two.submit('B');
    expect(await counts()).toEqual(before);
    proxy.poison({});
    await until('the write to be counted', async () => (await counts())?.version !== before?.version);
    expect(await one.submit('A')).toMatchObject({ alreadySubmitted: false });
    expect(gong.contents()).toEqual(['A', 'B', 'A']);
  });

  test('counts that somebody deleted and that started over are not mistaken for the old ones', async () => {
    await using replicas = await startTwo();
    const { one, two, store } = replicas;
    const counts = async () => ({ ...(await createLedgerStore({ store }).counts(INTEGRATION)), epoch: '' });
    const forget = () =>
      store.commit({ read: new Map(), written: new Map([[`entry/${INTEGRATION}/counts`, null]]) });
    await one.submit('A');
    const before = await counts();
    await forget();
    await two.submit('B');
    expect(await counts()).toEqual(before);
    expect(await one.submit('A')).toMatchObject({ alreadySubmitted: false });
    // Nor where nothing was counted since.
    await forget();
    expect(await one.submit('A')).toMatchObject({ alreadySubmitted: false });
  });

  test('fifty at once are one call while Redis is unreachable', async () => {
    await using replicas = await startTwo();
    const { server, gong, one } = replicas;
    await server.kill();
    await Promise.all(Array.from({ length: 50 }, () => one.submit('A')));
    expect(gong.contents()).toEqual(['A']);
  });

  test('a lock without an expiry is released within the time of a lease', async () => {
    await using replicas = await startTwo();
    const { one, redis } = replicas;
    await redis.set(`turn:{${INTEGRATION}/deal-A}`, 'nobody');
    const sent = one.submit('A');
    await until('a lease', async () => (await redis.pttl(`turn:{${INTEGRATION}/deal-A}`)) > 0);
    await redis.del(`turn:{${INTEGRATION}/deal-A}`);
    expect(await sent).toMatchObject({ alreadySubmitted: false });
  });
});

eachStore((open) => {
  test('made-up integrations leave nothing behind, and the number and lifetime of entries are bounded', async () => {
    await using opened = await open();
    const { store } = opened;
    const gong = new FakeGong();
    let now = Date.now();
    const limits = { lifeMs: 100_000, most: 20 };
    const gateway = gong.gateway(createLedgerStore({ store, limits, now: () => now }), createTurns());
    const keys = () => store.count(keysUnder(''));
    gong.gate = Promise.reject(new GatewayError('NOT_FOUND', 'no such integration'));
    gong.gate.catch(() => undefined);
    await settled(gateway.submit('A'));
    await settled(gateway.write('S'));
    expect(await keys()).toBe(0);
    gong.gate = Promise.resolve();
    for (let index = 0; index < 60; index += 1) {
      now += 1;
      await gateway.submit(`content ${index}`);
    }
    expect(await gateway.submit('content 59')).toMatchObject({ alreadySubmitted: true });
    // Of each submission two entries with two keys each, and those of the counts.
    await until('the oldest to go', async () => (await keys()) <= 4 * limits.most * 1.1 + 2);
    await gateway.submit('X', 'mine');
    expect(await gateway.submit('X', 'mine')).toMatchObject({ alreadySubmitted: true });
    now += limits.lifeMs + 1;
    await expect(gateway.submit('X', 'mine')).rejects.toMatchObject({ extensions: { status: 'DONE' } });
    expect(await gateway.submit('content 59')).toMatchObject({ alreadySubmitted: false });
    await until('the old ones to go', async () => (await keys()) === 6);
  });

  test('a repeat is recognised after a restart', async () => {
    await using opened = await open();
    const { store, again } = opened;
    const gong = new FakeGong();
    await gong.gateway(createLedgerStore({ store }), createTurns()).submit('A', 'mine');
    const later = again === null ? store : await again();
    const gateway = gong.gateway(createLedgerStore({ store: later }), createTurns());
    expect(await gateway.submit('A', 'mine')).toMatchObject({ alreadySubmitted: true });
    expect(await gateway.submit('A')).toMatchObject({ alreadySubmitted: true, clientRequestId: 'mine' });
    await expect(gateway.submit('B', 'mine')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a hundred writes at once are all counted', async () => {
    await using opened = await open();
    const ledgerStore = createLedgerStore({ store: opened.store });
    const counts = await Promise.all(
      Array.from({ length: 100 }, () => ledgerStore.step(INTEGRATION, 'accepted')),
    );
    expect(counts.map((each) => each?.version)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });
});
