import { expect, test } from 'vitest';
import { keysUnder, type Store, scopedStore, transact } from '../../src/store/store.js';
import { until } from '../support/redis.js';
import { eachStore } from '../support/stores.js';

const put = (store: Store, entries: Readonly<Record<string, string | null>>) =>
  store.commit({ read: new Map(), written: new Map(Object.entries(entries)) });

async function addOne(store: Store, key: string): Promise<number> {
  return transact(store, async (transaction) => {
    const count = Number((await transaction.get(key)) ?? 0) + 1;
    transaction.put(key, String(count));
    return count;
  });
}

eachStore((open, engine) => {
  test('a commit makes all its changes, and none if one of the versions it has read is outdated', async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, { a: '1', b: '2' });
    const [a, missing] = await store.read(['a', 'missing']);
    expect([a?.value, missing]).toEqual(['1', null]);
    const read = new Map([
      ['a', a?.version ?? null],
      ['missing', null],
    ]);
    expect(await store.commit({ read, written: new Map([['a', '3']]) })).toBe(true);
    const late = new Map([
      ['a', '4'],
      ['b', null],
      ['c', '5'],
    ]);
    expect(await store.commit({ read, written: late })).toBe(false);
    expect((await store.read(['a', 'b', 'c'])).map((stored) => stored?.value)).toEqual(['3', '2', undefined]);
  });

  test('a key that was deleted and written again has another version, also with the same value', async () => {
    await using opened = await open();
    const { store } = opened;
    await put(store, { a: '1' });
    const [before] = await store.read(['a']);
    await put(store, { a: null });
    await put(store, { a: '1' });
    const read = new Map([['a', before?.version ?? null]]);
    expect(await store.commit({ read, written: new Map([['a', '2']]) })).toBe(false);
  });

  test('transactions on the same key from all sides lose no change', async () => {
    await using opened = await open();
    const { store, again } = opened;
    const others = engine === 'redis' && again !== null ? [await again(), await again()] : [];
    const stores = [store, ...others];
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => addOne(stores[index % stores.length] ?? store, 'count')),
    );
    expect((await store.read(['count']))[0]?.value).toBe('30');
  });

  test('a transaction is not overtaken for ever by others that begin again and again', async () => {
    await using opened = await open();
    const { store } = opened;
    async function count(): Promise<void> {
      for (let times = 0; times < 10; times += 1) await addOne(store, 'count');
    }
    await Promise.all(Array.from({ length: 15 }, count));
    expect((await store.read(['count']))[0]?.value).toBe('150');
  });

  test('keys are in the order of their bytes, and a range has its start and not its end', async () => {
    await using opened = await open();
    const { store } = opened;
    const keys = ['', 'a', 'a/', 'a/1', 'a/10', 'a/2', 'aé', 'a\uffff', 'a😀', 'b', '[x', '(x', '+', '-'];
    await put(store, Object.fromEntries(keys.map((key) => [key, `of ${key}`])));
    const sorted = keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    const all = { from: '', before: '\u{10ffff}' };
    const listed = await store.list({ ...all, limit: 100 });
    expect(listed).toEqual(sorted.map((key) => [key, `of ${key}`]));
    const last = await store.list({ ...all, limit: 2, reverse: true });
    expect(last.map(([key]) => key)).toEqual(sorted.slice(-2).reverse());
    const some = await store.list({ from: 'a/1', before: 'a/2', limit: 100 });
    expect(some.map(([key]) => key)).toEqual(['a/1', 'a/10']);
    expect(await store.list({ from: 'b', before: 'a', limit: 100 })).toEqual([]);
    expect(await store.count(keysUnder('a/'))).toBe(4);
    expect(await store.count(all)).toBe(keys.length);
  });

  test('values of any text arrive as they were: empty, with spaces and line ends, of a megabyte', async () => {
    await using opened = await open();
    const { store } = opened;
    const values = ['', ' ', ' a b ', '\u0000\n"', '😀'.repeat(250_000)];
    await put(store, Object.fromEntries(values.map((value, index) => [`k${index}`, value])));
    const stored = await store.read(values.map((_, index) => `k${index}`));
    expect(stored.map((found) => found?.value)).toEqual(values);
    expect((await store.list({ from: 'k', before: 'l', limit: 10 })).map(([, value]) => value)).toEqual(
      values,
    );
  });

  const many = engine === 'redis' ? 50_000 : 5_000;
  test(`one commit of ${many} changes is made as a whole`, async () => {
    await using opened = await open();
    const { store } = opened;
    const keys = Array.from({ length: many }, (_, index) => `key${index}`);
    const value = 'x'.repeat(100);
    expect(await put(store, Object.fromEntries(keys.map((key) => [key, value])))).toBe(true);
    const found = await store.read(keys);
    const read = new Map(keys.map((key, index) => [key, found[index]?.version ?? null]));
    const written = new Map(keys.map((key, index) => [key, index % 2 === 0 ? null : 'y']));
    expect(await store.commit({ read, written })).toBe(true);
    expect(await store.commit({ read, written })).toBe(false);
    expect(await store.count(keysUnder('key'))).toBe(many / 2);
  });

  test('an announcement is heard by all who listen to its topic, by the process itself at once', async () => {
    await using opened = await open();
    const { store, again } = opened;
    const heard: string[] = [];
    const stop = store.onAnnounced('a', () => heard.push('own'));
    store.onAnnounced('b', () => heard.push('b'));
    if (engine === 'redis' && again !== null) {
      const other = await again();
      const theirs: string[] = [];
      other.onAnnounced('a', () => theirs.push('other'));
      // The subscription itself is told of, because earlier announcements were missed.
      await until('the subscription', () => theirs.length === 1);
      await until('the own ones', () => heard.length === 2);
      heard.length = 0;
      store.announce('a');
      expect(heard).toEqual(['own']);
      await until('the announcement', () => theirs.length === 2);
      other.announce('a');
      await until('their announcement', () => heard.length === 2);
    } else {
      store.announce('a');
      expect(heard).toEqual(['own']);
    }
    heard.length = 0;
    stop();
    store.announce('a');
    expect(heard).toEqual([]);
  });

  test('a scoped store sees its own keys alone, and names them without the prefix', async () => {
    await using opened = await open();
    const { store } = opened;
    const one = scopedStore(store, 'one/');
    const two = scopedStore(store, 'two/');
    await Promise.all([addOne(one, 'a'), addOne(one, 'b'), addOne(two, 'a')]);
    expect(await one.list({ ...keysUnder(''), limit: 10 })).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
    expect(await two.count(keysUnder(''))).toBe(1);
    expect(await store.count(keysUnder(''))).toBe(3);
  });

  test('what was committed is there for the next process, if the store is durable', async () => {
    await using opened = await open();
    const { store, again } = opened;
    await put(store, { a: '1' });
    const [before] = await store.read(['a']);
    expect(store.isDurable).toBe(engine !== 'memory');
    expect(again === null).toBe(engine === 'memory');
    if (again !== null) expect(await (await again()).read(['a'])).toEqual([before]);
  });
});
