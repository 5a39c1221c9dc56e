import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { account, loadAccounts, registerAcme } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';
import { startProxy } from '../support/proxy.js';
import { until } from '../support/redis.js';

const ids = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `a${from + index}`);
const QUERY =
  'query ($ids: [ID!]!) { crmObjects(objectType: ACCOUNT, ids: $ids) { objectId ... on Account { name } } }';

const names = async (harness: Harness, wanted: readonly string[]) => {
  const { data, errors } = await harness.query<{ crmObjects: ({ name: string } | null)[] }>(QUERY, {
    ids: wanted,
  });
  return { names: data?.crmObjects.map((object) => object?.name ?? null), errors };
};

/** A gateway with accounts `a0`, `a1`, …, and a proxy that can hold back or fail calls for objects. */
async function startLoaded(count: number, callsPerSecond = 0) {
  let harness: Harness | undefined;
  let fault: (body: string) => { status: number; body: string } | undefined = () => undefined;
  const proxy = await startProxy(
    () => harness?.emulatorUrl ?? '',
    ({ method, url, body }) => (method === 'GET' && url.includes('/entities') ? fault(body) : undefined),
  );
  harness = await startHarness({ gong: { baseUrl: proxy.url, callsPerSecond } });
  const loaded = harness;
  await registerAcme(loaded);
  await loadAccounts(
    loaded,
    ids(count).map((id) => account(id)),
  );
  return {
    harness: loaded,
    failWhen(next: typeof fault) {
      fault = next;
    },
    batches: () => loaded.callsOf('getObjects').map((call) => call.objectIds ?? []),
    async [Symbol.asyncDispose]() {
      await loaded[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

describe('objects that different operations ask for', () => {
  it('share calls while a call waits for its turn, each object in one of them', async () => {
    await using gateway = await startLoaded(120, 4);
    const before = gateway.batches().length;
    // The first operations take the free turns; the others meet in the line.
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, operation) => names(gateway.harness, ids(4, operation * 3))),
    );

    expect(answers.map((answer) => answer.names)).toEqual(
      Array.from({ length: 40 }, (_, operation) => ids(4, operation * 3).map((id) => `Account ${id}`)).map(
        // 120 accounts are there; the last operation asks for one more.
        (wanted) => wanted.map((name) => (name === 'Account a120' ? null : name)),
      ),
    );
    const batches = gateway.batches().slice(before);
    expect(batches.length).toBeLessThanOrEqual(8);
    expect(Math.max(...batches.map((batch) => batch.length))).toBeGreaterThan(50);
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(100);
    for (const batch of batches) expect(new Set(batch).size).toBe(batch.length);
  });

  it('leave at once when nobody waits', async () => {
    await using gateway = await startLoaded(3);
    for (const id of ids(3)) await names(gateway.harness, [id]);
    expect(gateway.batches()).toEqual([['a0'], ['a1'], ['a2']]);
  });

  it('are asked for anew once they have arrived', async () => {
    await using gateway = await startLoaded(1);
    await names(gateway.harness, ['a0']);
    await loadAccounts(gateway.harness, [
      account('a0', { name: 'Renamed', modifiedDate: '2025-01-01T00:00:00Z' }),
    ]);
    expect((await names(gateway.harness, ['a0'])).names).toEqual(['Renamed']);
  });

  it('fail with their own call only, and the next to ask is answered', async () => {
    await using gateway = await startLoaded(150);
    gateway.failWhen((body) =>
      body.includes('"a120"') ? { status: 400, body: '{"requestId":"gong-9","errors":["no"]}' } : undefined,
    );
    const failing = await names(gateway.harness, ids(150));
    expect(failing.names?.filter((name) => name === null)).toHaveLength(50);
    expect(failing.errors).toHaveLength(50);
    gateway.failWhen(() => undefined);
    const again = await names(gateway.harness, ids(150));
    expect(again.errors).toEqual([]);
    expect(again.names).toEqual(ids(150).map((id) => `Account ${id}`));
  });

  it('still come to the others when one of the callers goes away', async () => {
    await using gateway = await startLoaded(2, 4);
    const { harness } = gateway;
    await names(harness, ['a0']);
    const leaving = connect(Number(new URL(harness.url).port), '127.0.0.1');
    await once(leaving, 'connect');
    const body = JSON.stringify({ query: QUERY, variables: { ids: ['a0', 'a1'] } });
    leaving.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    const staying = names(harness, ['a1']);
    leaving.destroy();
    expect(await staying).toEqual({ names: ['Account a1'], errors: [] });
    await until('the batch', () => gateway.batches().length > 1);
  });

  it('are an error with the time to come back where no turn comes in time', async () => {
    await using harness = await startHarness({ gong: { callsPerSecond: 1, queueMaxMs: 1_500 } });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, call) =>
        harness.query(`{ requestStatus(integrationId: "1", clientRequestId: "r${call}") { status } }`),
      ),
    );
    const errors = answers
      .flatMap((answer) => answer.errors)
      .filter(({ extensions }) => extensions.code !== 'NOT_FOUND');
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) {
      expect(error.extensions).toMatchObject({
        code: 'RATE_LIMITED',
        retryAfterSeconds: expect.any(Number),
        budget: { perSecond: { limit: 1 } },
      });
    }
  });
});
