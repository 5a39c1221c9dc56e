import { describe, expect, test } from 'vitest';
import type { GongClient } from '../../src/gong/types.js';
import { createCallAllowance } from '../../src/loaders/call-allowance.js';
import { createObjectBatcher } from '../../src/loaders/object-batcher.js';
import { createObjectLoaders } from '../../src/loaders/object-loaders.js';

const permit = { sent() {}, answered() {}, settled() {}, split() {} };

type List = Awaited<ReturnType<GongClient['getObjects']>>;

/** A client whose calls are answered one by one, in the order in which they were made. */
function startManual() {
  const calls: { readonly ids: readonly string[]; readonly answer: () => List }[] = [];
  const client: Pick<GongClient, 'getObjects' | 'reserve'> = {
    reserve: async () => permit,
    getObjects: (_integration, _type, ids) =>
      new Promise((resolve) => {
        const list: List = ids.map((objectId) => ({ objectId }));
        calls.push({
          ids,
          answer() {
            resolve(list);
            return list;
          },
        });
      }),
  };
  const batcher = createObjectBatcher(client, (record) => record);
  return { calls, batcher, operation: () => createObjectLoaders(batcher, createCallAllowance()) };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const objects = (...ids: string[]) => ids.map((objectId) => ({ objectId }));

describe('lists of objects', () => {
  test('are emptied where nobody needs them any more', async () => {
    const { calls, operation } = startManual();
    const one = operation();
    const asked = one.loadMany('1', 'ACCOUNT', ['a', 'b']);
    await turn();
    const ofClient = calls[0]?.answer();
    const found = await asked;
    expect(found).toEqual(objects('a', 'b'));
    expect(ofClient).toEqual([]);
    one.release();
    expect(found).toEqual([]);
  });

  test('stay for the others who wait for the same call', async () => {
    const { calls, operation } = startManual();
    const [one, other, third] = [operation(), operation(), operation()];
    const first = one.loadMany('1', 'ACCOUNT', ['a', 'b']).then((found) => {
      one.release();
      return found;
    });
    await turn();
    const same = other.loadMany('1', 'ACCOUNT', ['a', 'b']);
    const part = third.loadMany('1', 'ACCOUNT', ['b']);
    await turn();
    expect(calls).toHaveLength(1);
    calls[0]?.answer();
    expect(await first).toEqual([]);
    expect(await same).toEqual(objects('a', 'b'));
    expect(await part).toEqual(objects('b'));
  });

  test('stay for those who wait for other calls, too', async () => {
    const { calls, operation } = startManual();
    const [one, other, third] = [operation(), operation(), operation()];
    const first = one.loadMany('1', 'ACCOUNT', ['a']).then(one.release);
    await turn();
    const earlier = other.loadMany('1', 'ACCOUNT', ['b', 'a']).then((found) => [...found]);
    await turn();
    const later = third.loadMany('1', 'ACCOUNT', ['c', 'a']);
    await turn();
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c']]);
    calls[0]?.answer();
    await first;
    calls[1]?.answer();
    expect(await earlier).toEqual(objects('b', 'a'));
    other.release();
    calls[2]?.answer();
    expect(await later).toEqual(objects('c', 'a'));
  });

  test('stay for what the operation looks up later', async () => {
    const { calls, operation } = startManual();
    const [one, other] = [operation(), operation()];
    const first = one.loadMany('1', 'ACCOUNT', ['a', 'b']);
    const elsewhere = other.loadMany('1', 'ACCOUNT', ['a', 'b']);
    await turn();
    calls[0]?.answer();
    expect(await elsewhere).toEqual(objects('a', 'b'));
    other.release();
    expect(await first).toEqual(objects('a', 'b'));
    expect(await one.load('1', 'ACCOUNT', 'b')).toEqual({ objectId: 'b' });
    expect(await one.follow('1', 'ACCOUNT', 'a')).toEqual({ objectId: 'a' });
    expect(calls).toHaveLength(1);
  });
});
