import { expect, test } from 'vitest';
import { createExpiring } from '../../src/store/expiring.js';
import { keysUnder, type Store, transact } from '../../src/store/store.js';
import { createSweeper } from '../../src/store/sweeper.js';
import { createTimeKeys, firstKeyAt, timeOf } from '../../src/store/time-keys.js';
import { eachStore } from '../support/stores.js';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 10, 1);

function expiringOf(store: Store, most = 1_000) {
  const clock = { now: START };
  const expiring = createExpiring(store, { prefix: 'kept/', lifeMs: DAY_MS, most, now: () => clock.now });
  return {
    clock,
    put: (entries: Readonly<Record<string, string>>) =>
      transact(store, (transaction) => expiring.putAll(transaction, new Map(Object.entries(entries)))),
    get: (...keys: string[]) => transact(store, (transaction) => expiring.getAll(transaction, keys)),
    sweep: (written = 0) => expiring.sweep(written),
    keys: () => store.count(keysUnder('')),
  };
}

test('keys sort by the time of their making, also if the clock is set back and if many are made at once', () => {
  const clock = { now: START };
  const newKey = createTimeKeys(() => clock.now);
  const keys: string[] = [];
  for (const now of [START, START, START + 1, START - DAY_MS, START - DAY_MS, START + 2]) {
    clock.now = now;
    for (let count = 0; count < 50; count += 1) keys.push(newKey());
  }
  expect(keys).toEqual(keys.toSorted());
  expect(new Set(keys).size).toBe(300);
  expect(timeOf(keys[0] ?? '')).toBe(START);
  expect(firstKeyAt(START) < (keys[0] ?? '') && (keys[99] ?? '') < firstKeyAt(START + 1)).toBe(true);
});

eachStore((open) => {
  test('an entry expires after its life, and changing it renews that', async () => {
    await using opened = await open();
    const { clock, put, get, sweep, keys } = expiringOf(opened.store);
    await put({ a: '1', b: '2', '': 'x y' });
    expect(await get('a', 'b', 'c', '')).toEqual(['1', '2', null, 'x y']);
    clock.now += DAY_MS / 2;
    await put({ a: '3' });
    await sweep();
    expect(await keys()).toBe(6);
    clock.now += DAY_MS / 2 + 1;
    expect(await get('a', 'b')).toEqual(['3', null]);
    await sweep();
    expect(await get('a', 'b')).toEqual(['3', null]);
    expect(await keys()).toBe(2);
    clock.now += DAY_MS;
    await sweep();
    expect(await keys()).toBe(0);
  });

  test('of too many entries the oldest go, whoever has written them', async () => {
    await using opened = await open();
    const { clock, put, get, sweep, keys } = expiringOf(opened.store, 100);
    for (let day = 0; day < 3; day += 1) {
      clock.now += 1_000;
      const names = Array.from({ length: 150 }, (_, index) => [`${day}-${index}`, 'x']);
      await put(Object.fromEntries(names));
    }
    const other = expiringOf(opened.store, 100);
    await other.sweep();
    expect(await keys()).toBe(200);
    expect(await get('0-0', '1-149', '2-149')).toEqual([null, null, 'x']);
    await sweep(450);
    expect(await keys()).toBe(200);
  });

  test('a sweep does not delete what is renewed at the same time', async () => {
    await using opened = await open();
    const { clock, put, get, sweep, keys } = expiringOf(opened.store);
    const names = Array.from({ length: 120 }, (_, index) => `${index}`);
    await put(Object.fromEntries(names.map((name) => [name, 'old'])));
    clock.now += DAY_MS + 1;
    await Promise.all([sweep(), ...names.slice(60).map((name) => put({ [name]: 'new' }))]);
    await sweep();
    expect(await get(...names)).toEqual(names.map((_, index) => (index < 60 ? null : 'new')));
    expect(await keys()).toBe(120);
  });

  test('entries whose own keys sort by time are swept with what belongs to them', async () => {
    await using opened = await open();
    const { store } = opened;
    const clock = { now: START };
    const newKey = createTimeKeys(() => clock.now);
    const sweeper = createSweeper(store, {
      ...{ prefix: 'log/', lifeMs: DAY_MS, most: 10, now: () => clock.now },
      forget: (transaction, _key, value) => transaction.delete(`by-name/${value}`),
    });
    for (let index = 0; index < 15; index += 1) {
      clock.now += 1;
      const written = new Map([
        [`log/${newKey()}`, `n${index}`],
        [`by-name/n${index}`, ''],
      ]);
      await store.commit({ read: new Map(), written });
    }
    await sweeper.sweep(15);
    const names = (await store.list({ ...keysUnder('log/'), limit: 100 })).map(([, value]) => value);
    expect(names).toEqual(Array.from({ length: 10 }, (_, index) => `n${index + 5}`));
    expect(await store.count(keysUnder('by-name/'))).toBe(10);
    clock.now += DAY_MS + 1;
    await sweeper.sweep(0);
    expect(await store.count(keysUnder(''))).toBe(0);
  });
});
