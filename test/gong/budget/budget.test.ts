import { describe, expect, it, vi } from 'vitest';
import { createCallBudget } from '../../../src/gong/budget/budget.js';
import { createCallLog } from '../../../src/gong/budget/call-log.js';
import { createMemoryLedger } from '../../../src/gong/budget/memory-ledger.js';
import { busiestSecond, INTEGRATION, json, startClient, startUpstream } from '../upstream.js';

const PATIENT = { priority: 'interactive', maxWaitMs: 60_000 } as const;

const budgetOf = (callsPerSecond: number, callsPerDay = 0) =>
  createCallBudget(createMemoryLedger({ callsPerSecond, callsPerDay, pollDayShare: 50 }));

describe('the budget of calls', () => {
  it.each([
    ['sent at once', 0],
    ['answered slowly', 400],
  ])(
    'never lets more calls than its limit arrive in any sliding second: calls %s',
    async (_name, answerMs) => {
      await using upstream = await startUpstream((_call, response) => {
        setTimeout(() => json(response, 200, { requestId: 'r', integrations: [] }), answerMs);
      });
      await using gong = startClient(upstream.url, { callsPerSecond: 3 });
      await Promise.all(Array.from({ length: 10 }, () => gong.client.listIntegrations()));
      expect(upstream.calls).toHaveLength(10);
      expect(busiestSecond(upstream.calls.map((call) => call.arrivedAt))).toBeLessThanOrEqual(3);
    },
  );

  it('makes the second call wait for the first one’s window even if it comes after the first one’s answer', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [] }),
    );
    await using gong = startClient(upstream.url, { callsPerSecond: 1 });
    for (let call = 0; call < 3; call++) await gong.client.listIntegrations();
    expect(busiestSecond(upstream.calls.map((call) => call.arrivedAt))).toBe(1);
  });

  it('refuses at once a call that could not start in time, and says when to try again', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [] }),
    );
    await using gong = startClient(upstream.url, { callsPerSecond: 1, queueMaxMs: 1_900 });
    const calls = Array.from({ length: 4 }, () => gong.client.listIntegrations());
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await expect(calls[3]).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryable: true, retryAfterSeconds: expect.any(Number) },
    });
    expect(upstream.calls).toHaveLength(2);
  });

  it('grants in the order of asking', async () => {
    const budget = budgetOf(2);
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3].map(async (turn) => {
        const permit = await budget.acquire(PATIENT);
        order.push(turn);
        permit.settled();
      }),
    );
    expect(order).toEqual([0, 1, 2, 3]);
    budget.close();
  });

  it('frees the slot of a call that was never sent', async () => {
    const budget = budgetOf(1);
    const permit = await budget.acquire(PATIENT);
    const next = budget.acquire(PATIENT);
    permit.settled();
    (await next).settled();
    budget.close();
  });

  it('holds every call after a 429, even without limits, and longer than a timer can', async () => {
    for (const callsPerSecond of [0, 5]) {
      const budget = budgetOf(callsPerSecond);
      const limited = await budget.acquire(PATIENT);
      limited.sent();
      limited.answered(2 ** 40);
      limited.settled();
      const impatient = budget.acquire({ priority: 'interactive', maxWaitMs: 30_000 });
      await expect(impatient).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      const waiting = budget.acquire({ priority: 'poll', maxWaitMs: Number.POSITIVE_INFINITY });
      budget.close();
      await expect(waiting).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    }
  });

  it('lets a waiting caller leave, and the next one move up', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [] }),
    );
    await using gong = startClient(upstream.url, { callsPerSecond: 1 });
    await gong.client.listIntegrations();
    const impatience = new AbortController();
    const first = gong.client.requestStatus(INTEGRATION, 'given-up', { signal: impatience.signal });
    const second = gong.client.listIntegrations();
    impatience.abort();
    await expect(first).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    await second;
    expect(upstream.calls.map((call) => call.url.pathname)).toEqual([
      '/v2/crm/integrations',
      '/v2/crm/integrations',
    ]);
  });

  it('rejects waiting callers when the client is closed, and all later ones', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [] }),
    );
    const gong = startClient(upstream.url, { callsPerSecond: 1 });
    await gong.client.listIntegrations();
    const waiting = gong.client.listIntegrations();
    const closed = gong.client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await expect(gong.client.listIntegrations()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await closed;
  });

  it('prefers interactive calls, and starves neither uploads, background work nor polls', async () => {
    const budget = budgetOf(1);
    const running = await budget.acquire(PATIENT);
    const order: string[] = [];
    const waiting = (['poll', 'background', 'upload', 'interactive'] as const).flatMap((priority) =>
      Array.from({ length: 20 }, async () => {
        const permit = await budget.acquire({ priority, maxWaitMs: 100_000 });
        order.push(priority);
        permit.settled();
      }),
    );
    expect(budget.state().queued).toEqual({ interactive: 20, upload: 20, background: 20, poll: 20 });
    running.settled();
    await Promise.all(waiting);

    expect(order.slice(0, 3)).toEqual(['interactive', 'interactive', 'interactive']);
    for (const [priority, every] of [
      ['upload', 6],
      ['background', 10],
      ['poll', 10],
    ] as const) {
      const turns = order.flatMap((each, turn) => (each === priority ? [turn] : []));
      const gaps = turns.map((turn, index) => turn - (turns[index - 1] ?? -1));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(every);
    }
    const whileAllWait = order.slice(0, order.lastIndexOf('interactive'));
    expect(whileAllWait.filter((priority) => priority === 'interactive').length).toBeGreaterThan(
      whileAllWait.length / 2,
    );
    budget.close();
  });

  it('does not refuse an upload because of many interactive calls, since its turn is guaranteed', async () => {
    const budget = budgetOf(1);
    const running = await budget.acquire(PATIENT);
    const others = Array.from({ length: 50 }, () => budget.acquire(PATIENT));
    const granted = budget.acquire({ priority: 'upload', maxWaitMs: 10_000 });
    expect(budget.state().queued).toEqual({ interactive: 50, upload: 1, background: 0, poll: 0 });
    running.settled();
    for (const turn of [0, 1, 2]) (await others[turn])?.settled();
    (await granted).settled();
    budget.close();
    await Promise.allSettled(others);
  });

  it('never sends more calls than the day allows, and says when there is room again', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [] }),
    );
    await using gong = startClient(upstream.url, { callsPerDay: 5 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => gong.client.listIntegrations()),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    const refused = await gong.client.listIntegrations().catch((error: unknown) => error);
    expect(upstream.calls).toHaveLength(5);
    expect(refused).toMatchObject({
      code: 'RATE_LIMITED',
      extensions: {
        retryable: true,
        budget: {
          perSecond: { limit: 0, left: null },
          perDay: { limit: 5, left: 0 },
          queued: { interactive: 0, upload: 0, background: 0, poll: 0 },
          heldForMs: 0,
          degraded: false,
        },
      },
    });
    const { perDay } = gong.client.budget();
    expect(perDay.resetsInSeconds).toBeGreaterThan(86_300);
    expect(perDay.resetsInSeconds).toBeLessThanOrEqual(86_410);
  });

  it('reserves a share of the day for other calls than polls, which waiting polls do not block', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [], status: 'PENDING' }),
    );
    await using gong = startClient(upstream.url, { callsPerDay: 10, pollDayShare: 30 });
    const poll = () => gong.client.requestStatus(INTEGRATION, 'once', { priority: 'poll' });
    const polls = await Promise.allSettled(Array.from({ length: 5 }, poll));
    expect(polls.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const others = Array.from({ length: 7 }, () => gong.client.listIntegrations());
    await expect(poll()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await Promise.all(others)).toHaveLength(7);
    expect(gong.client.budget().perDay.left).toBe(0);
    expect(upstream.calls).toHaveLength(10);
  });

  it('counts repeats', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 500, { requestId: 'r', errors: [] }),
    );
    await using gong = startClient(upstream.url, { callsPerDay: 2 });
    await expect(gong.client.listIntegrations()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(upstream.calls).toHaveLength(2);
  });

  it('does not go by the wall clock', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [] }),
    );
    await using gong = startClient(upstream.url, { callsPerSecond: 2, callsPerDay: 10 });
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (const hours of [0, -2, 48, -48]) {
        vi.setSystemTime(Date.now() + hours * 3_600_000);
        await gong.client.listIntegrations();
      }
    } finally {
      vi.useRealTimers();
    }
    expect(gong.client.budget().perDay.left).toBe(6);
    expect(busiestSecond(upstream.calls.map((call) => call.arrivedAt))).toBeLessThanOrEqual(2);
  });
});

describe('the calls of the day', () => {
  it('stop counting one by one, each a day after it was made', () => {
    const log = createCallLog();
    const day = 86_410_000;
    for (const [index, at] of [0, 1_000, 2_000].entries())
      log.add({ id: String(index), at, poll: index === 1, caller: 'c' });
    expect(log.count(3_000)).toBe(3);
    expect(log.waitMs(4, 3_000)).toBe(0);
    expect(log.waitMs(3, 3_000)).toBe(day - 3_000);
    expect(log.waitMs(1, 3_000)).toBe(day + 2_000 - 3_000);
    expect(log.waitMs(1, 3_000, 'polls')).toBe(day + 1_000 - 3_000);
    expect(log.waitMs(0, 3_000)).toBe(day);
    expect(log.count(day + 1_000)).toBe(1);
    expect(log.count(day + 1_000, 'polls')).toBe(0);
    log.remove('2');
    expect(log.count(day + 1_000)).toBe(0);
  });
});
