import { describe, expect, it } from 'vitest';
import type { Sharers } from '../../src/gong/budget/sharers.js';
import { createSharedCall, type SharedCallOptions } from '../../src/gong/shared-call.js';
import type { CallOptions } from '../../src/gong/types.js';

const TTL_MS = 1_000;

/** Calls that the test answers itself. */
function startCalls(settings: { ttlMs?: number; isCacheable?: (value: string) => boolean } = {}) {
  let now = 0;
  const calls: { options: CallOptions; answer(value: string): void; fail(error: Error): void }[] = [];
  const permits = { granted: 0, settled: 0 };
  const reserved: Sharers[] = [];
  const shared = createSharedCall<string>({
    ttlMs: TTL_MS,
    ...settings,
    now: () => now,
    async reserve({ sharers }) {
      permits.granted += 1;
      reserved.push(sharers);
      return {
        sent: () => undefined,
        answered: () => undefined,
        split: () => undefined,
        settled() {
          permits.settled += 1;
        },
      };
    },
  });
  const make = (options: CallOptions) =>
    new Promise<string>((answer, fail) => void calls.push({ options, answer, fail }));
  return {
    shared,
    calls,
    permits,
    reserved,
    get: (options: SharedCallOptions = {}, key = 'k') => shared.get(key, options, make),
    /** Resolves to the call of this number once it is under way. */
    async call(number: number) {
      while (calls.length < number) await new Promise(setImmediate);
      const call = calls[number - 1];
      if (call === undefined) throw new Error('needed a call');
      return call;
    },
    wait(ms: number) {
      now += ms;
    },
  };
}

describe('a shared call', () => {
  it('is made once for all who ask at the same time, and separately for another key', async () => {
    const { get, call, calls, permits } = startCalls();
    const asked = [get(), get(), get({}, 'other')];
    (await call(1)).answer('one');
    (await call(2)).answer('two');
    expect(await Promise.all(asked)).toEqual(['one', 'one', 'two']);
    expect(calls).toHaveLength(2);
    expect(permits).toEqual({ granted: 2, settled: 2 });
  });

  it('is answered from the cache until its time is over, counted from when it was sent', async () => {
    const { get, call, calls, wait } = startCalls();
    const first = get();
    const { answer } = await call(1);
    wait(TTL_MS - 1);
    answer('one');
    expect([await first, await get()]).toEqual(['one', 'one']);
    wait(1);
    const second = get();
    (await call(2)).answer('two');
    expect(await second).toBe('two');
    expect(calls).toHaveLength(2);
  });

  it('fails for everybody who joined, and its failure is not cached', async () => {
    const { get, call } = startCalls();
    const asked = [get(), get()];
    (await call(1)).fail(new Error('no'));
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = get();
    (await call(2)).answer('yes');
    expect(await again).toBe('yes');
  });

  it('continues for the others when one caller leaves, even the first one', async () => {
    const { get, call, calls } = startCalls();
    const impatience = new AbortController();
    const first = get({ signal: impatience.signal });
    const second = get();
    const { answer, options } = await call(1);
    impatience.abort();
    await expect(first).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(options.signal).toBeUndefined();
    answer('one');
    expect(await second).toBe('one');
    const late = get({ signal: AbortSignal.abort(), fresh: true });
    await expect(late).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(calls).toHaveLength(1);
  });

  it('starts at the first turn of any caller who waits for it, and is one call', async () => {
    const { get, call, calls, reserved } = startCalls();
    const asked = [
      get({ priority: 'upload', caller: 'a' }),
      get({ priority: 'poll', caller: 'a' }),
      get({ caller: 'b' }),
    ];
    const { answer, options } = await call(1);
    // A repeat waits for all of them too.
    expect(options.sharers).toBe(reserved[0]);
    expect(reserved.map((sharers) => sharers.all())).toEqual([
      [
        { caller: 'a', priority: 'upload' },
        { caller: 'a', priority: 'poll' },
        { caller: 'b', priority: 'interactive' },
      ],
    ]);
    answer('one');
    expect(await Promise.all(asked)).toEqual(['one', 'one', 'one']);
    expect(calls).toHaveLength(1);
  });

  it('is not joined by new callers once it is being refused', async () => {
    const { get, call, reserved } = startCalls();
    const first = get({ caller: 'greedy' }).catch(String);
    const { fail } = await call(1);
    for (const sharers of reserved) sharers.isRefused = true;
    const second = get({ caller: 'modest' });
    fail(new Error('no room'));
    (await call(2)).answer('two');
    expect([await first, await second]).toEqual(['Error: no room', 'two']);
  });

  it('is neither joined nor cached once something has been written since it began', async () => {
    const { shared, get, call } = startCalls();
    const before = get();
    const { answer } = await call(1);
    shared.invalidate();
    const after = get();
    (await call(2)).answer('new');
    expect(await after).toBe('new');
    answer('old');
    expect(await before).toBe('old');
    expect(await get()).toBe('new');
    shared.invalidate();
    const last = get();
    (await call(3)).answer('newest');
    expect(await last).toBe('newest');
  });

  it('bypasses the cache with fresh, may then join a call under way, and leaves the cache in use meanwhile', async () => {
    const { shared, get, call, calls } = startCalls();
    shared.put('k', 'known');
    const fresh = [get({ fresh: true }), get({ fresh: true })];
    expect(await get()).toBe('known');
    (await call(1)).answer('fresh');
    expect(await Promise.all(fresh)).toEqual(['fresh', 'fresh']);
    expect([await get(), calls.length]).toEqual(['fresh', 1]);
  });

  it('is not cached if its answer is not cacheable, or if there is no cache', async () => {
    for (const settings of [{ isCacheable: (value: string) => value !== 'one' }, { ttlMs: 0 }]) {
      const { shared, get, call } = startCalls(settings);
      if (settings.ttlMs === 0) shared.put('k', 'known');
      const first = get();
      (await call(1)).answer('one');
      await first;
      const second = get();
      (await call(2)).answer('two');
      expect(await second).toBe('two');
    }
  });

  it('is cached for a bounded number of keys', async () => {
    const { shared, get, call } = startCalls();
    for (let key = 0; key <= 50; key += 1) shared.put(`k${key}`, 'known');
    expect(await get({}, 'k1')).toBe('known');
    const forgotten = get({}, 'k0');
    (await call(1)).answer('anew');
    expect(await forgotten).toBe('anew');
  });
});
