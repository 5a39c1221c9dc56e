import { describe, expect, it } from 'vitest';
import { type CallBudgetOptions, createCallBudget } from '../../../src/gong/budget/budget.js';
import { createMemoryLedger } from '../../../src/gong/budget/memory-ledger.js';
import { createSharers } from '../../../src/gong/budget/sharers.js';
import type { CallPriority } from '../../../src/gong/types.js';

interface Asked {
  readonly priority?: CallPriority;
  readonly maxWaitMs?: number;
}

/** A budget whose only slot is taken, so that everybody waits. Each call records its turn and frees the slot. */
async function startBusy(options: CallBudgetOptions = {}) {
  const budget = createCallBudget(
    createMemoryLedger({ callsPerSecond: 1, callsPerDay: 0, pollDayShare: 50 }),
    options,
  );
  const running = await budget.acquire({ priority: 'interactive', maxWaitMs: 60_000 });
  const order: string[] = [];

  async function ask(caller: string, { priority = 'interactive', maxWaitMs = 600_000 }: Asked = {}) {
    const permit = await budget.acquire({ caller, priority, maxWaitMs });
    order.push(caller);
    permit.settled();
  }
  return {
    budget,
    order,
    ask,
    askTimes: (times: number, caller: string, asked?: Asked) =>
      Promise.all(Array.from({ length: times }, () => ask(caller, asked))),
    release: () => running.settled(),
    [Symbol.dispose]: () => budget.close(),
  };
}

describe('the turns of callers', () => {
  it('let a caller with few calls go before the queue of one with many', async () => {
    using busy = await startBusy();
    const all = [busy.askTimes(50, 'greedy'), busy.askTimes(2, 'modest')];
    busy.release();
    await Promise.all(all);
    expect(busy.order.slice(0, 4)).toEqual(['greedy', 'modest', 'greedy', 'modest']);
    expect(busy.order).toHaveLength(52);
  });

  it('give two greedy callers half of the calls each, and a third caller a third once it comes', async () => {
    using busy = await startBusy();
    const all = [busy.askTimes(30, 'a'), busy.askTimes(30, 'b')];
    all.push(
      busy.ask('b').then(async () => {
        await busy.askTimes(10, 'c');
        return [];
      }),
    );
    busy.release();
    await Promise.all(all);
    const count = (caller: string, turns: readonly string[]) =>
      turns.filter((turn) => turn === caller).length;
    expect(count('a', busy.order.slice(0, 40))).toBe(20);
    expect(count('b', busy.order.slice(0, 40))).toBe(20);
  });

  it('are not saved up: a caller that was idle gets no more than others', async () => {
    using busy = await startBusy();
    const greedy = busy.askTimes(60, 'greedy');
    const late = (async () => {
      // It has missed thirty turns.
      while (busy.order.length < 30) await new Promise(setImmediate);
      await busy.askTimes(10, 'late');
    })();
    busy.release();
    await Promise.all([greedy, late]);
    const from = busy.order.indexOf('late');
    const its = busy.order.slice(from, from + 19).filter((caller) => caller === 'late');
    expect(its).toHaveLength(10);
  });

  it('are counted within each priority', async () => {
    using busy = await startBusy();
    const uploads = [
      busy.askTimes(20, 'greedy', { priority: 'upload' }),
      busy.ask('modest', { priority: 'upload' }),
    ];
    const all = [...uploads, busy.askTimes(20, 'other')];
    busy.release();
    await Promise.all(all);
    // The turns of two uploads, each after at most three interactive calls.
    expect(busy.order.indexOf('modest')).toBeLessThanOrEqual(8);
  });

  it('decide an early refusal, not the length of the line', async () => {
    using busy = await startBusy();
    const greedy = Array.from({ length: 60 }, () => busy.ask('greedy', { maxWaitMs: 20_000 }));
    const outcomes = Promise.allSettled(greedy);
    const modest = busy.ask('modest', { maxWaitMs: 5_000 });
    await expect(busy.ask('greedy', { maxWaitMs: 20_000 })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    busy.release();
    await modest;
    const refused = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(30);
    expect(refused.length).toBeLessThan(60);
  });

  it('are bounded: a caller may have only so many calls waiting in a priority, which affects no other caller', async () => {
    using busy = await startBusy({ maxWaitingPerCaller: 3 });
    const waiting = [
      busy.askTimes(3, 'greedy'),
      busy.ask('modest'),
      busy.ask('greedy', { priority: 'upload' }),
    ];
    await expect(busy.ask('greedy')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('This caller has 3 calls waiting'),
      extensions: { retryable: true, retryAfterSeconds: expect.any(Number) },
    });
    expect(busy.budget.state().queued).toEqual({ interactive: 4, upload: 1, background: 0, poll: 0 });
    busy.release();
    await Promise.all(waiting);
    await busy.ask('greedy');
  });

  it('are spread evenly over the second only if more calls wait than it allows', async () => {
    const limits = { callsPerSecond: 3, callsPerDay: 0, pollDayShare: 50 };
    const ledger = createMemoryLedger(limits, { startsAt: 0 });
    const heads = [{ priority: 'interactive', caller: 'c', waitedMs: 0 }] as const;
    expect(await ledger.take(heads, 4)).toHaveProperty('permit');
    expect(await ledger.take(heads, 4)).toEqual({ limit: 'second', waitMs: expect.any(Number) });
    expect(await ledger.take(heads, 3)).toHaveProperty('permit');
  });

  it('come to a call that arrives just as the last one in line has gone', async () => {
    const budget = createCallBudget(
      createMemoryLedger({ callsPerSecond: 0, callsPerDay: 0, pollDayShare: 50 }),
    );
    const acquire = () => budget.acquire({ caller: 'c', priority: 'interactive', maxWaitMs: 60_000 });
    let acquired = 0;
    for (let steps = 0; steps < 10; steps += 1) {
      await acquire();
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      await acquire();
      acquired += 1;
    }
    expect(acquired).toBe(10);
    budget.close();
  });
});

describe('a call that several callers wait for', () => {
  it('starts at the first turn of any of them, including one who joins while it waits', async () => {
    using busy = await startBusy();
    const greedy = busy.askTimes(30, 'greedy');
    const sharers = createSharers({ caller: 'greedy' });
    const shared = busy.budget.acquire({ sharers, priority: 'interactive', maxWaitMs: 600_000 });
    const granted = shared.then((permit) => {
      busy.order.push('shared');
      permit.settled();
    });
    sharers.join({ caller: 'modest' });
    expect(busy.budget.state().queued.interactive).toBe(31);
    busy.release();
    await Promise.all([greedy, granted]);
    expect(busy.order.indexOf('shared')).toBeLessThanOrEqual(1);
    expect(busy.order).toHaveLength(31);
  });

  it('is charged to each by its part: a caller who shares others’ turns waits longer for its own', async () => {
    using busy = await startBusy();
    const ride = async () => {
      const sharers = createSharers({ caller: 'modest' }, { caller: 'rider' });
      const permit = await busy.budget.acquire({ sharers, priority: 'interactive', maxWaitMs: 600_000 });
      permit.split(
        new Map([
          ['modest', 0.01],
          ['rider', 0.99],
        ]),
      );
      busy.order.push('ride');
      permit.settled();
    };
    const rides = Promise.all(Array.from({ length: 4 }, ride));
    const rest = [busy.askTimes(4, 'rider'), busy.askTimes(4, 'other'), busy.askTimes(4, 'modest')];
    busy.release();
    await Promise.all([rides, ...rest]);
    const lastOf = (caller: string) => busy.order.lastIndexOf(caller);
    expect(lastOf('rider')).toBeGreaterThan(lastOf('modest'));
    expect(lastOf('rider')).toBeGreaterThan(lastOf('other'));
  });

  it('counts once in the expected wait of others', async () => {
    using busy = await startBusy();
    const shared = Array.from({ length: 3 }, () => {
      const sharers = createSharers();
      for (let caller = 0; caller < 20; caller += 1) sharers.join({ caller: `c${caller}` });
      return busy.budget.acquire({ sharers, priority: 'interactive', maxWaitMs: 600_000 });
    });
    const newcomer = busy.ask('newcomer', { maxWaitMs: 10_000 });
    expect(busy.budget.state().queued.interactive).toBe(4);
    busy.release();
    for (const call of shared) (await call).settled();
    await newcomer;
  });

  it('fails only when the last of them is refused', async () => {
    using busy = await startBusy({ maxWaitingPerCaller: 1 });
    const alone = busy.ask('greedy');
    const sharers = createSharers({ caller: 'greedy' });
    await expect(
      busy.budget.acquire({ sharers, priority: 'interactive', maxWaitMs: 600_000 }),
    ).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    sharers.join({ caller: 'modest' });
    const shared = busy.budget.acquire({ sharers, priority: 'interactive', maxWaitMs: 600_000 });
    busy.release();
    await alone;
    (await shared).settled();
  });

  it('leaves all its places in the line once it is abandoned', async () => {
    using busy = await startBusy();
    const impatience = new AbortController();
    const sharers = createSharers();
    for (const caller of ['a', 'b', 'c']) sharers.join({ caller });
    const { signal } = impatience;
    const given = busy.budget.acquire({ sharers, priority: 'interactive', maxWaitMs: 600_000, signal });
    impatience.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    sharers.join({ caller: 'd' });
    expect(busy.budget.state().queued.interactive).toBe(0);
  });
});

describe("the day's calls", () => {
  const day = { callsPerSecond: 0, callsPerDay: 20, pollDayShare: 50, callerDayShare: 80 };

  async function use(budget: ReturnType<typeof createCallBudget>, caller: string, calls: number) {
    const outcomes = await Promise.allSettled(
      Array.from({ length: calls }, async () => {
        const permit = await budget.acquire({ caller, priority: 'interactive', maxWaitMs: 1_000 });
        permit.sent();
        permit.settled();
      }),
    );
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  }

  it('are not all for one caller if others have called, but are all for one who is alone', async () => {
    const alone = createCallBudget(createMemoryLedger(day));
    expect(await use(alone, 'greedy', 30)).toBe(20);
    const shared = createCallBudget(createMemoryLedger(day));
    expect(await use(shared, 'modest', 1)).toBe(1);
    expect(await use(shared, 'greedy', 30)).toBe(16);
    await expect(
      shared.acquire({ caller: 'greedy', priority: 'interactive', maxWaitMs: 1_000 }),
    ).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('its share of the day'),
    });
    expect(await use(shared, 'modest', 5)).toBe(3);
    for (const budget of [alone, shared]) budget.close();
  });
});
