import { expect, test } from 'vitest';
import { createMemoryBackend } from '../../src/requests/watch-backend.js';
import { createRequestWatcher } from '../../src/requests/watcher.js';
import { INTEGRATION, json, startClient, startUpstream } from '../gong/upstream.js';
import { until } from '../support/redis.js';
import { all, next } from './fake-gong.js';

test('a caller whose first poll is refused does not delay the first poll of another caller of the same request', async () => {
  await using upstream = await startUpstream((_call, response) =>
    json(response, 200, { requestId: 'r', status: 'DONE', errors: [], integrations: [] }),
  );
  await using gong = startClient(upstream.url, { queueMaxPerCaller: 1 });
  const watcher = createRequestWatcher(
    // No second poll while this test runs.
    { intervals: { minMs: 60_000, maxMs: 60_000, deletionMaxMs: 60_000 }, pollsPerDay: 0, pollsPerSecond: 0 },
    {
      gong: gong.client,
      backend: createMemoryBackend(),
      logger: { debug: () => undefined, warn: () => undefined },
    },
  );
  (await gong.client.reserve()).answered(200);
  const waiting = gong.client.listIntegrations({ caller: 'greedy' });
  const refused = watcher.watch(INTEGRATION, ['up-1'], 'greedy');
  await until('the refusal', () => gong.client.budget().queued.interactive === 1 && watcher.count() === 1);
  await new Promise(setImmediate);
  const watch = watcher.watch(INTEGRATION, ['up-1'], 'modest');
  expect(await next(watch)).toBe('DONE');
  // The refused caller gets the result, too.
  expect(await all(refused)).toEqual(['DONE']);
  await waiting;
  await watcher.close();
});
