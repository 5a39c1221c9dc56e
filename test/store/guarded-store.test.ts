import { MemoryLevel } from 'memory-level';
import { expect, test } from 'vitest';
import { guardStore } from '../../src/store/guarded-store.js';
import { createLevelStore, ENCODINGS } from '../../src/store/level-store.js';
import { keysUnder } from '../../src/store/store.js';
import { createMetrics } from '../../src/telemetry/metrics.js';

test('failures of an engine are one error for callers, are counted, and are logged once with their reason', async () => {
  const log: { readonly err: Error; readonly message: string }[] = [];
  const error = (fields: object, message: string) =>
    void log.push({ ...(fields as { err: Error }), message });
  const metrics = createMetrics({ processMetrics: false });
  const onFailure = metrics.observer.storeFailed;
  const store = guardStore(createLevelStore(new MemoryLevel(ENCODINGS)), { logger: { error }, onFailure });
  await store.close();
  const range = keysUnder('');
  for (const failing of [
    store.read(['a']),
    store.list({ ...range, limit: 1 }),
    store.count(range),
    store.commit({ read: new Map(), written: new Map([['a', '1']]) }),
  ]) {
    await expect(failing).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: 'The gateway cannot use its store at the moment: try again.',
    });
  }
  expect(log.map(({ err, message }) => [message, err.message])).toEqual([
    ['the store cannot be used', 'Database is not open'],
  ]);
  expect(await metrics.text()).toContain('gateway_store_failures_total 4');
});
