import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/store/level-store.js';
import type { Store } from '../../../src/store/store.js';
import { createTimeKeys } from '../../../src/store/time-keys.js';
import { noopObserver } from '../../../src/telemetry/observer.js';
import { addChanges } from '../../../src/writes/queue/add.js';
import { closeBatch, membersOf, SLICE, takeBatch } from '../../../src/writes/queue/batches.js';

const INTEGRATION = '5517027188234206123';

test('a batch that another replica has begun to send grows no more, and what does not fit stays queued', async () => {
  const store = createMemoryStore();
  const sequence = createTimeKeys();
  const changes = Array.from({ length: SLICE + 10 }, (_, index) => ({
    ...{
      objectType: 'ACCOUNT' as const,
      objectId: `a${index}`,
      modifiedAt: null,
      accountId: null,
      line: '{}\n',
    },
  }));
  const deps = { store, sequence, now: Date.now, onEnded: async () => undefined, observer: noopObserver };
  await addChanges({ ticket: 't', integrationId: INTEGRATION, caller: null, notify: null, changes }, deps);

  // Frozen after its first slice; meanwhile another replica finds the batch and closes it.
  let lists = 0;
  const frozen: Store = {
    ...store,
    async list(range) {
      lists += 1;
      if (lists === 3)
        for (const seq of await batches()) await closeBatch(store, INTEGRATION, seq, 'ACCOUNT');
      return store.list(range);
    },
  };
  const limits = { maxObjects: 100_000, maxBytes: 1e9 };
  const first = await takeBatch(INTEGRATION, 'ACCOUNT', () => true, { store: frozen, sequence, limits });
  expect(await membersIn(first)).toBe(SLICE);
  const second = await takeBatch(INTEGRATION, 'ACCOUNT', () => true, { store, sequence, limits });
  expect(await membersIn(second)).toBe(10);
  await store.close();

  async function batches(): Promise<string[]> {
    const under = `queue/${INTEGRATION}/batch/ACCOUNT/`;
    const listed = await store.list({ from: under, before: `${under}~`, limit: 10 });
    return listed.map(([key]) => key.slice(under.length));
  }

  async function membersIn(seq: string | null): Promise<number> {
    const batch = seq === null ? null : await closeBatch(store, INTEGRATION, seq, 'ACCOUNT');
    return seq === null || batch === null ? 0 : (await membersOf(store, INTEGRATION, seq, batch)).length;
  }
});

test('what was queued before the clock was set back is sent', async () => {
  const store = createMemoryStore();
  const onEnded = async () => undefined;
  const change = {
    objectType: 'ACCOUNT' as const,
    objectId: 'a1',
    modifiedAt: null,
    accountId: null,
    line: '{}\n',
  };
  const tomorrow = Date.now() + 86_400_000;
  const added = { ticket: 't', integrationId: INTEGRATION, caller: null, notify: null, changes: [change] };
  await addChanges(added, {
    store,
    sequence: createTimeKeys(() => tomorrow),
    now: () => tomorrow,
    onEnded,
    observer: noopObserver,
  });
  const limits = { maxObjects: 10, maxBytes: 1_000 };
  const taken = await takeBatch(INTEGRATION, 'ACCOUNT', () => true, {
    store,
    sequence: createTimeKeys(),
    limits,
  });
  expect(taken).not.toBeNull();
  await store.close();
});
