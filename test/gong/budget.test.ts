import { describe, expect, it } from 'vitest';
import { createCallBudget } from '../../src/gong/budget.js';
import { createMemoryLedger } from '../../src/gong/budget-memory.js';
import { INTEGRATION, json, startClient, startUpstream } from './upstream.js';

const PATIENT = { priority: 'interactive', maxWaitMs: 60_000 } as const;

const budgetOf = (callsPerSecond: number, callsPerDay = 0) =>
  createCallBudget(createMemoryLedger({ callsPerSecond, callsPerDay, pollDayShare: 50 }));

/** The most arrivals within any sliding second. */
function busiestSecond(arrivals: readonly number[]): number {
  return Math.max(
    ...arrivals.map((start) => arrivals.filter((at) => at >= start && at < start + 1_000).length),
  );
}

describe('the budget of calls', () => {
  it.each([
    ['sent at once', 0],
    ['answered slowly', 400],
  ])('never lets more than its number arrive in any sliding second: calls %s', async (_name, answerMs) => {
    await using upstream = await startUpstream((_call, response) => {
      setTimeout(() => json(response, 200, { requestId: 'r', integrations: [] }), answerMs);
    });
    await using gong = startClient(upstream.url, { callsPerSecond: 3 });
    await Promise.all(Array.from({ length: 10 }, () => gong.client.listIntegrations()));
    expect(upstream.calls).toHaveLength(10);
    expect(busiestSecond(upstream.calls.map((call) => call.arrivedAt))).toBeLessThanOrEqual(3);
  });

  it('lets the second call wait for the first one’s window when they follow one another', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [] }),
    );
    await using gong = startClient(upstream.url, { callsPerSecond: 1 });
    for (let call = 0; call < 3; call++) await gong.client.listIntegrations();
    expect(busiestSecond(upstream.calls.map((call) => call.arrivedAt))).toBe(1);
  });

  it('refuses at once what could not start in time, and says when to come back', async () => {
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

  it('gives a slot back whose call was never sent', async () => {
    const budget = budgetOf(1);
    const permit = await budget.acquire(PATIENT);
    const next = budget.acquire(PATIENT);
    permit.settled();
    (await next).settled();
    budget.close();
  });

  it('holds every call after a 429, without limits too, and longer than a timer can', async () => {
    for (const callsPerSecond of [0, 5]) {
      const budget = budgetOf(callsPerSecond);
      budget.hold(2 ** 40);
      await expect(budget.acquire(PATIENT)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      const waiting = budget.acquire({ priority: 'poll', maxWaitMs: Number.POSITIVE_INFINITY });
      budget.close();
      await expect(waiting).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    }
  });

  it('lets a waiting caller give up, and the next one move up', async () => {
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

  it('rejects callers that wait when the client is closed, and all who come later', async () => {
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
});
