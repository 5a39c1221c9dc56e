import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCallBudget } from '../../../src/gong/budget/budget.js';
import { createMemoryLedger } from '../../../src/gong/budget/memory-ledger.js';
import { startHarness } from '../../support/harness.js';
import { connect, redisMissing, startRedis, until } from '../../support/redis.js';
import { json, startClient, startUpstream } from '../upstream.js';

const A_DAY = 86_400;
const LIMITED = { requestId: 'r', errors: ['Limit exceeded'] };

/** A Gong that asks for a pause of a day in its first `times` answers, and accepts every call after them. */
function startStrict(times: number, onCall: (number: number) => unknown = () => undefined) {
  let calls = 0;
  return startUpstream(async (_call, response) => {
    const number = ++calls;
    await onCall(number);
    if (number <= times) json(response, 429, LIMITED, { 'retry-after': String(A_DAY) });
    else json(response, 200, { requestId: 'r', integrations: [] });
  });
}

describe('a pause of a day that Gong asks for', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is probed by one call at a time, at growing intervals, and ends when Gong accepts one', async () => {
    let atOnce = 0;
    await using upstream = await startStrict(3, async (number) => {
      if (number === 1) return;
      atOnce += 1;
      // Long enough for others to call too, if they were allowed to.
      if (number <= 4) await new Promise((resolve) => setTimeout(resolve, 150));
      if (number <= 4) expect(atOnce).toBe(1);
      atOnce -= 1;
    });
    await using gong = startClient(upstream.url, { probeAfterMs: 100 });
    const refused = await gong.client.listIntegrations().catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringMatching(
        /Gong asked for no calls for 86400 s more; one call will check again in 1 s/,
      ),
      extensions: { retryAfterSeconds: 1, upstream: { status: 429 } },
    });
    expect(gong.client.budget()).toMatchObject({
      heldForMs: expect.any(Number),
      probeInMs: expect.any(Number),
    });
    const first = gong.client.budget();
    expect(first.heldForMs).toBeGreaterThan(86_000_000);
    expect(first.probeInMs).toBeLessThanOrEqual(100);

    const outcomes = Promise.allSettled(Array.from({ length: 5 }, () => gong.client.listIntegrations()));
    await until('the first probe', () => upstream.calls.length === 2);
    await until('its answer', () => gong.attempts.length === 2);
    // The next probe comes after twice the interval.
    expect(gong.client.budget().probeInMs).toBeLessThanOrEqual(200);
    const statuses = (await outcomes).map(({ status }) => status);
    // A refused probe is an error only for its own caller.
    expect(statuses.filter((status) => status === 'rejected')).toHaveLength(2);
    expect(upstream.calls).toHaveLength(1 + 5);
    expect(gong.client.budget()).toMatchObject({ heldForMs: 0, probeInMs: 0 });
  });

  it('is probed at intervals of up to fifteen times the first, which start over with the next pause', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const budget = createCallBudget(
      createMemoryLedger({ callsPerSecond: 0, callsPerDay: 0, pollDayShare: 50, probeAfterMs: 2 }),
    );
    const acquire = async () => {
      const permit = budget.acquire({ priority: 'interactive', maxWaitMs: 60_000 });
      await vi.advanceTimersToNextTimerAsync();
      return permit;
    };
    const limited = await acquire();
    limited.answered(86_400_000);
    const paces: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      const permit = await acquire();
      permit.sent();
      permit.answered(86_400_000);
      permit.settled();
      paces.push(budget.state().probeInMs);
    }
    for (const [index, most] of [4, 8, 16, 30, 30, 30].entries()) {
      expect(paces[index]).toBeLessThanOrEqual(most);
      expect(paces[index]).toBeGreaterThan(most / 2);
    }
    const taken = await acquire();
    taken.answered(null);
    expect(budget.state().heldForMs).toBe(0);
    (await acquire()).answered(86_400_000);
    expect(budget.state().probeInMs).toBeLessThanOrEqual(2);
    budget.close();
  });

  it('is probed by the next call if one could not be sent, and follows Gong’s last answer', async () => {
    const budget = createCallBudget(
      createMemoryLedger({ callsPerSecond: 0, callsPerDay: 0, pollDayShare: 50, probeAfterMs: 5 }),
    );
    const acquire = () => budget.acquire({ priority: 'interactive', maxWaitMs: 60_000 });
    (await acquire()).answered(86_400_000);
    const unsent = await acquire();
    const next = acquire();
    unsent.settled();
    const probe = await next;
    probe.sent();
    probe.answered(1);
    expect(budget.state().heldForMs).toBeLessThanOrEqual(1);
    (await acquire()).settled();
    budget.close();
  });

  it('is reported at /ready, in the metrics and in the error', async () => {
    await using upstream = await startStrict(1);
    await using harness = await startHarness({ gong: { baseUrl: upstream.url } });
    const { errors } = await harness.query('{ integrations { id } }');
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('one call will check again in 60 s'),
        extensions: {
          code: 'RATE_LIMITED',
          retryAfterSeconds: 60,
          budget: { heldForMs: expect.any(Number) },
        },
      },
    ]);
    const ready = (await (await fetch(`${harness.url}/ready`)).json()) as {
      checks: { budget: { status: string; reason: string } };
    };
    expect(ready.checks.budget).toEqual({
      status: 'degraded',
      reason: expect.stringMatching(
        /^Gong asked for no calls for 86\d{3} s more; one call will check again in (60|59) s$/,
      ),
    });
    const metrics = await (await fetch(`${harness.url}/metrics`)).text();
    expect(metrics).toMatch(/^gateway_budget_held_seconds 86\d{3}/m);
    expect(metrics).toMatch(/^gateway_budget_probe_seconds (60|59)/m);
  });
});

const missing = redisMissing();
describe.skipIf(missing !== undefined)("a day's pause that replicas share", () => {
  it('is probed once by all replicas together, including one that has started since', async () => {
    await using server = await startRedis();
    await using upstream = await startStrict(2, async (number) => {
      if (number === 1) return;
      if (number > 3) return;
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(upstream.calls).toHaveLength(number);
    });
    const settings = { probeAfterMs: 300, replicas: 3 };
    await using first = connect(server.url);
    await using second = connect(server.url);
    await using third = connect(server.url);
    await using a = startClient(upstream.url, settings, first.redis);
    await using b = startClient(upstream.url, settings, second.redis);
    await expect(a.client.listIntegrations()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await until('the pause', async () => (await first.redis.keys('*:hold')).length === 1);
    await using c = startClient(upstream.url, settings, third.redis);

    const clients = [a, b, c, a, b, c];
    const outcomes = await Promise.allSettled(clients.map(({ client }) => client.listIntegrations()));
    // The 429, a refused probe, an accepted one, and the others.
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(upstream.calls).toHaveLength(1 + clients.length);
  });
});
