import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { createTimeKeys } from '../../../src/store/time-keys.js';
import { noopObserver } from '../../../src/telemetry/observer.js';
import { addChanges } from '../../../src/writes/queue/add.js';
import { closeBatch, membersOf, takeBatch } from '../../../src/writes/queue/batches.js';
import { forgetEnded } from '../../../src/writes/queue/forget.js';
import { settleBatch } from '../../../src/writes/queue/settle.js';

const INTEGRATION = '5517027188234206123';
const DAY_MS = 86_400_000;

test('an object whose time to be forgotten comes while a new version is queued is not forgotten', async () => {
  const store = createMemoryStore();
  let time = Date.UTC(2026, 0, 1);
  const now = () => time;
  const sequence = createTimeKeys(now);
  const deps = { store, sequence, now, onEnded: async () => undefined, observer: noopObserver };
  const add = (line: string) =>
    addChanges(
      {
        ...{ ticket: line.trim(), integrationId: INTEGRATION, caller: null, notify: null },
        changes: [{ objectType: 'ACCOUNT', objectId: 'a1', modifiedAt: null, accountId: null, line }],
      },
      deps,
    );
  const take = () =>
    takeBatch(INTEGRATION, 'ACCOUNT', () => true, {
      ...{ store, sequence, limits: { maxObjects: 10, maxBytes: 1_000 } },
    });

  await add('1\n');
  const seq = (await take()) ?? '';
  const batch = await closeBatch(store, INTEGRATION, seq, 'ACCOUNT');
  if (batch === null) throw new TypeError('needed a batch');
  const members = await membersOf(store, INTEGRATION, seq, batch);
  await settleBatch(INTEGRATION, seq, batch, members, () => ({ kind: 'done' }), deps);

  time += 30 * DAY_MS - 1_000;
  await add('2\n');
  time += 2_000;
  await forgetEnded(store, now() - 30 * DAY_MS);
  expect(await take()).not.toBeNull();
  await store.close();
});
