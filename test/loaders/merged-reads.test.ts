import { describe, expect, test } from 'vitest';
import { createObjectBatcher } from '../../src/loaders/object-batcher.js';
import { INTEGRATION, json, startClient, startUpstream } from '../gong/upstream.js';
import { gate } from '../support/gate.js';
import { load } from '../support/load.js';

const HOUR_MS = 3_600_000;

/** A Gong that holds its answers to look-ups until it is told, the first one or all of them. */
async function startSlow(holds: 'first' | 'all') {
  const calls: string[][] = [];
  const { opened, open } = gate();
  const arrivals: (() => void)[] = [];
  const upstream = await startUpstream(async ({ body }, response) => {
    const ids: string[] = JSON.parse(String(body));
    calls.push(ids);
    for (const arrived of arrivals.splice(0)) arrived();
    if (holds === 'all' || calls.length === 1) await opened;
    const crmObjectsMap = Object.fromEntries(ids.map((id) => [id, { objectId: id }]));
    json(response, 200, { requestId: 'r', crmObjectsMap });
  });
  const gong = startClient(upstream.url);
  return {
    client: gong.client,
    calls,
    open,
    async callsAre(count: number): Promise<void> {
      while (calls.length < count) await new Promise<void>((resolve) => arrivals.push(resolve));
    },
    async [Symbol.asyncDispose]() {
      open();
      await gong[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const ids = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('while a call for objects is on its way', () => {
  test('further ones wait for its answer, and are read together', async () => {
    await using gong = await startSlow('first');
    const batcher = createObjectBatcher(gong.client, ({ objectId }) => objectId, { mergeMs: HOUR_MS });
    const first = load(batcher, INTEGRATION, 'ACCOUNT', 'a', 'one');
    await gong.callsAre(1);
    const others: Promise<unknown>[] = [];
    for (const id of ids(49, 'b')) {
      others.push(load(batcher, INTEGRATION, 'ACCOUNT', id, id));
      await new Promise(setImmediate);
    }
    expect(gong.calls).toEqual([['a']]);
    gong.open();
    expect(await Promise.all([first, ...others])).toEqual(['a', ...ids(49, 'b')]);
    expect(gong.calls).toEqual([['a'], ids(49, 'b')]);
  });

  test('a full call does not wait, and neither do objects of another type', async () => {
    await using gong = await startSlow('all');
    const batcher = createObjectBatcher(gong.client, ({ objectId }) => objectId, { mergeMs: HOUR_MS });
    const loads = [load(batcher, INTEGRATION, 'ACCOUNT', 'a')];
    await gong.callsAre(1);
    loads.push(...ids(60, 'b').map((id) => load(batcher, INTEGRATION, 'ACCOUNT', id)));
    await new Promise(setImmediate);
    loads.push(...ids(60, 'c').map((id) => load(batcher, INTEGRATION, 'ACCOUNT', id)));
    await gong.callsAre(2);
    loads.push(load(batcher, INTEGRATION, 'DEAL', 'd'));
    await gong.callsAre(3);
    expect(gong.calls.map((call) => call.length)).toEqual([1, 100, 1]);
    gong.open();
    expect(await Promise.all(loads)).toHaveLength(122);
  });

  test('they wait no longer than they may, and not at all with 0', async () => {
    await using gong = await startSlow('all');
    for (const mergeMs of [1, 0]) {
      const batcher = createObjectBatcher(gong.client, ({ objectId }) => objectId, { mergeMs });
      const before = gong.calls.length;
      const loads = [load(batcher, INTEGRATION, 'ACCOUNT', 'a')];
      await gong.callsAre(before + 1);
      loads.push(load(batcher, INTEGRATION, 'ACCOUNT', 'b'));
      await gong.callsAre(before + 2);
      void Promise.allSettled(loads);
    }
    expect(gong.calls).toEqual([['a'], ['b'], ['a'], ['b']]);
  });

  test('a call that fails lets the next one go', async () => {
    await using gong = await startSlow('first');
    const batcher = createObjectBatcher(gong.client, ({ objectId }) => objectId, { mergeMs: HOUR_MS });
    const refused = load(batcher, 'no digits', 'ACCOUNT', 'a').catch(({ code }) => code);
    expect(await refused).toBe('BAD_USER_INPUT');
    gong.open();
    expect(await load(batcher, 'no digits', 'ACCOUNT', 'b').catch(({ code }) => code)).toBe('BAD_USER_INPUT');
  });
});
