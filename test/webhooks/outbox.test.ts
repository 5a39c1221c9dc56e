import { expect, test } from 'vitest';
import { createOutbox } from '../../src/webhooks/outbox.js';
import { eachStore } from '../support/stores.js';

const EVENT = { id: 'request-1-done', type: 'request.done', at: 0, data: { state: 'DONE' } };
const TARGET = { url: 'https://hooks.example.com/', host: 'hooks.example.com' };

eachStore((open) => {
  test('an event that is told again is one delivery, also after it was delivered', async () => {
    await using opened = await open();
    const outbox = createOutbox(opened.store);
    await Promise.all([1, 2, 3].map(() => outbox.add(EVENT, TARGET)));
    await outbox.add(EVENT, { ...TARGET, url: null });
    const waiting = await outbox.waiting(TARGET.host, 10);
    expect(waiting).toHaveLength(2);
    for (const one of waiting) {
      const taken = await outbox.take(one, Date.now() + 60_000);
      if (taken !== null) await outbox.release(taken, null);
    }
    await outbox.add(EVENT, TARGET);
    const later = await outbox.waiting(TARGET.host, 10);
    expect(later.every(({ dueAt }) => dueAt > Date.now())).toBe(true);
    for (const one of later) expect(await outbox.take(one, Date.now())).toBeNull();
    expect(await outbox.hosts()).toEqual([]);
  });

  test('of many who take a delivery, one gets it; one that was frozen meanwhile cannot end it', async () => {
    await using opened = await open();
    const outbox = createOutbox(opened.store);
    await outbox.add(EVENT, TARGET);
    const [first] = await outbox.waiting(TARGET.host, 1);
    if (first === undefined) throw new Error('needed a delivery');
    const taken = await Promise.all([1, 2, 3].map((number) => outbox.take(first, number)));
    const [frozen, ...others] = taken.filter((one) => one !== null);
    expect(others).toEqual([]);
    const [again] = await outbox.waiting(TARGET.host, 1);
    const second = again && (await outbox.take(again, 1_000));
    expect(second).toMatchObject({ attempts: 2, eventId: EVENT.id });
    if (frozen !== undefined) await outbox.release(frozen, null);
    expect(await outbox.waiting(TARGET.host, 10)).toEqual([expect.objectContaining({ dueAt: 1_000 })]);
  });

  test('each host has its own, and garbage is cleared away', async () => {
    await using opened = await open();
    const { store } = opened;
    const outbox = createOutbox(store);
    for (const host of ['a.example.com', 'a.example.com:8443', 'b.example.com'])
      await outbox.add({ ...EVENT, id: host }, { url: `https://${host}/`, host });
    expect(await outbox.hosts()).toEqual(['a.example.com', 'a.example.com:8443', 'b.example.com']);
    expect(await outbox.waiting('a.example.com', 10)).toHaveLength(1);
    await store.commit({
      read: new Map(),
      written: new Map([
        ['job/x', '{"not":"a job"}'],
        ['due/c.example.com/000000001/x', ''],
        ['due/c.example.com/000000002/gone', ''],
      ]),
    });
    for (const one of await outbox.waiting('c.example.com', 10)) expect(await outbox.take(one, 1)).toBeNull();
    expect(await outbox.hosts()).not.toContain('c.example.com');
  });
});
