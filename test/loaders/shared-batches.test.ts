import { describe, expect, it } from 'vitest';
import { withSharedReads } from '../../src/gong/shared-reads.js';
import type { GongClient } from '../../src/gong/types.js';
import { createActiveIntegration } from '../../src/loaders/active-integration.js';
import { createObjectBatcher } from '../../src/loaders/object-batcher.js';
import { INTEGRATION, json, startClient, startUpstream } from '../gong/upstream.js';
import { load } from '../support/load.js';

const MOST = 40;

/** A client whose every call waits for a moment, and a caller who has as many waiting as it may. */
async function startFull() {
  const upstream = await startUpstream(({ url, body }, response) => {
    const integrations = [{ integrationId: INTEGRATION, name: 'n', ownerEmail: 'o@acme.com' }];
    const ids: string[] = url.pathname.endsWith('/entities') ? JSON.parse(String(body)) : [];
    const crmObjectsMap = Object.fromEntries(ids.map((id) => [id, { objectId: id }]));
    json(response, 200, { requestId: 'r', integrations, crmObjectsMap });
  });
  const gong = startClient(upstream.url, { queueMaxPerCaller: MOST });
  const { client } = gong;
  (await client.reserve()).answered(300);
  const waiting = Array.from({ length: MOST }, () => client.listIntegrations({ caller: 'greedy' }));
  return {
    client,
    upstream,
    async [Symbol.asyncDispose]() {
      await Promise.all(waiting);
      await gong[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

const readsOf = (client: GongClient) =>
  withSharedReads(client, { cacheTtlMs: 0 }, async () => undefined).reads;

async function steps(count: number): Promise<void> {
  for (let step = 0; step < count; step += 1) await Promise.resolve();
}

describe('what several callers wait for', () => {
  it('is not refused to one because another has too many calls waiting, whenever it asks', async () => {
    await using full = await startFull();
    const answers: Promise<unknown>[] = [];
    const refusals: Promise<unknown>[] = [];
    for (let count = 0; count < 36; count += 1) {
      // Each time a batch of the greedy one's alone, which is refused; and the other comes a little later than before.
      const batcher = createObjectBatcher(full.client, (record) => record);
      refusals.push(
        load(batcher, INTEGRATION, 'ACCOUNT', `g${count}`, 'greedy').catch((error) => error.code),
      );
      for (let tick = 0; tick < count / 12; tick += 1) await new Promise(process.nextTick);
      await steps(count % 12);
      answers.push(load(batcher, INTEGRATION, 'ACCOUNT', `m${count}`, 'modest'));
      answers.push(load(batcher, INTEGRATION, 'ACCOUNT', `g${count}`, 'modest'));
      await new Promise(setImmediate);
    }
    expect(await Promise.all(answers)).toHaveLength(72);
    expect(await Promise.all(refusals)).toContain('RATE_LIMITED');
  });

  it('holds for the active integration, too', async () => {
    await using full = await startFull();
    const ids: Promise<string>[] = [];
    const refusals: Promise<unknown>[] = [];
    for (let count = 0; count < 12; count += 1) {
      const active = createActiveIntegration(readsOf(full.client));
      refusals.push(active.id('greedy').catch((error) => error.code));
      await steps(count);
      ids.push(active.id('modest'));
    }
    expect(new Set(await Promise.all(ids))).toEqual(new Set([INTEGRATION]));
    expect(await Promise.all(refusals)).toContain('RATE_LIMITED');
  });

  it('is fetched once more for a caller who would otherwise wait in the queue of another', async () => {
    await using full = await startFull();
    const batcher = createObjectBatcher(full.client, (record) => record);
    const greedy = Array.from({ length: 150 }, (_, index) =>
      load(batcher, INTEGRATION, 'ACCOUNT', `a${index}`, 'other'),
    );
    await new Promise(setImmediate);
    // One id is in the full batch that waits for the other caller alone, one in that which takes more ids.
    const modest = ['a0', 'a149'].map((id) => load(batcher, INTEGRATION, 'ACCOUNT', id, 'modest'));
    expect(await Promise.all(modest)).toEqual([{ objectId: 'a0' }, { objectId: 'a149' }]);
    await Promise.all(greedy);
    const batches = full.upstream.calls
      .filter(({ url }) => url.pathname.endsWith('/entities'))
      .map(({ body }) => JSON.parse(String(body)) as string[]);
    expect(batches.map((ids) => ids.length).sort()).toEqual([100, 51]);
    expect(batches.filter((ids) => ids.includes('a0'))).toHaveLength(2);
  });
});
