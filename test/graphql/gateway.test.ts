import { describe, expect, test } from 'vitest';
import { createClient } from '../../client/src/client.js';
import {
  GatewayChangedDocument,
  GatewayDocument,
  IntegrationsDocument,
  RequestsChangedDocument,
  type RequestsChangedSubscription,
  RequestsDocument,
} from '../../client/src/generated/graphql.js';
import { createUsage } from '../../src/gong/budget/usage.js';
import { beginUpload, registerAndUpload } from '../clients/clients.js';
import { follow } from '../support/follow.js';
import { type Harness, startHarness } from '../support/harness.js';
import { startWithCrm } from '../writes/files/support.js';

const clientOf = (harness: Harness) => createClient({ url: harness.url });

/** The first result for which `isWanted`; ends the subscription. */
async function firstOf<T>(results: AsyncIterable<T>, isWanted: (result: T) => boolean): Promise<T> {
  for await (const result of results) if (isWanted(result)) return result;
  throw new Error('needed a result, got the end of the subscription');
}

describe('the state of the gateway', () => {
  test('says what it calls, whether it is ready and why, and what is left', async () => {
    await using harness = await startHarness({ gong: { callsPerSecond: 3, callsPerDay: 1_000 } });
    const { gateway } = await harness.execute(GatewayDocument, {});
    expect(gateway).toMatchObject({
      upstream: 'EMULATOR',
      dialect: 'CURRENT',
      isReady: true,
      queuedObjects: null,
      callBudget: { callsPerDay: 1_000, callsPerSecond: 3 },
    });
    expect(gateway.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(gateway.checks).toContainEqual(
      expect.objectContaining({ name: 'credentials', status: 'OK', reason: 'Gong accepts them' }),
    );
  });

  test('is sent at once, and again when a call was made', async () => {
    await using harness = await startHarness({ gong: { callsPerDay: 1_000 } });
    const states = clientOf(harness).subscribe(GatewayChangedDocument, {});
    const first = await states.next();
    expect(first.value?.gatewayChanged.callBudget.used).toMatchObject({ read: 0, write: 0 });
    await harness.execute(IntegrationsDocument, {});
    const changed = await firstOf(states, ({ gatewayChanged }) => gatewayChanged.callBudget.used.read > 0);
    expect(changed.gatewayChanged.callBudget.leftToday).toBe(998);
  });

  test('is for callers with the scope requests:read', async () => {
    await using harness = await startHarness();
    const production = await startHarness({
      gateway: { auth: { mode: 'api-key', keys: [{ name: 'reader', sha256: HASH, scopes: [] }] } },
    });
    await using reader = production.as({ 'x-api-key': 'a-key-without-any-scope' });
    const { errors } = await reader.query('{ gateway { version } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const following = createClient({ url: reader.url, headers: reader.headers }).subscribe(
      GatewayChangedDocument,
      {},
    );
    await expect(following.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await harness.query('{ gateway { version } }')).errors).toEqual([]);
  });
});

/** Of `a-key-without-any-scope`. */
const HASH = '4b1c8b9d03e74e32e013e43d3d4d54c74fb4fc3925ee64a42206da38c26c0398';

describe('the journal, followed', () => {
  test('is sent at once, and again for a new request and its end', async () => {
    await using harness = await startHarness();
    await registerAndUpload(harness, 'first');
    const pages = clientOf(harness).subscribe(RequestsChangedDocument, { first: 2 });
    const names = ({ requestsChanged }: RequestsChangedSubscription) =>
      requestsChanged.map(({ clientRequestId }) => clientRequestId);
    const before = await pages.next();
    expect(before.value === undefined ? [] : names(before.value)).toEqual(['first', null]);
    await beginUpload(harness, 'second');
    await firstOf(pages, (page) => names(page).join() === 'second,first');
  });

  test('shows only what fits the filter', async () => {
    await using harness = await startHarness();
    await registerAndUpload(harness, 'first');
    const filter = { kind: 'REGISTRATION' } as const;
    const { value } = await clientOf(harness).subscribe(RequestsChangedDocument, { filter }).next();
    expect(value?.requestsChanged.map(({ kind }) => kind)).toEqual(['REGISTRATION']);
  });

  test('can be searched for an object that Gong has refused', async () => {
    await using harness = await startWithCrm();
    for (const [id, text] of [
      ['bad', '{"objectId":"a1"}\n'],
      ['good', '{"objectId":"a1","modifiedDate":"2024-03-01T12:00:00Z"}\n'],
    ] as const) {
      const query = `validation=OFF&clientRequestId=${id}`;
      const headers = { 'content-type': 'application/x-ndjson' };
      await fetch(`${harness.url}/upload/ACCOUNT?${query}`, { method: 'POST', headers, body: text });
      await follow(harness, id);
    }
    const filter = { refusedObjectId: 'a1' };
    const pages = clientOf(harness).subscribe(RequestsChangedDocument, { filter });
    await firstOf(pages, (page) => page.requestsChanged.map((one) => one.clientRequestId).join() === 'bad');
    await pages.return();
    const { requests } = await harness.execute(RequestsDocument, { filter: { refusedObjectId: 'a2' } });
    expect(requests.edges).toEqual([]);
  });

  test('refuses a number of requests that no page has', async () => {
    await using harness = await startHarness();
    const pages = clientOf(harness).subscribe(RequestsChangedDocument, { first: 101 });
    await expect(pages.next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('a file that is only checked', () => {
  test.each([
    ['CHECKED', '{"objectId":"a1","modifiedDate":"2024-03-01T12:00:00Z"}\n'],
    ['REJECTED', '{"objectId":"a1"}\n'],
  ])('can be followed until it is %s', async (phase, text) => {
    await using harness = await startWithCrm();
    const phases: string[] = [];
    const report = await clientOf(harness).validateFile(new Blob([text]), {
      objectType: 'ACCOUNT',
      onProgress: (progress) => phases.push(progress.phase),
    });
    expect(report.objects).toBe(1);
    expect(phases.at(-1)).toBe(phase);
  });
});

test('calls are counted for a day', () => {
  let now = 0;
  const usage = createUsage(() => now);
  usage.started('interactive');
  now = 3_600_000;
  usage.started('poll');
  expect(usage.lastDay()).toEqual({ interactive: 1, upload: 0, background: 0, poll: 1 });
  now = 86_400_000;
  expect(usage.lastDay()).toEqual({ interactive: 0, upload: 0, background: 0, poll: 1 });
  now = 10 * 86_400_000;
  expect(usage.lastDay()).toEqual({ interactive: 0, upload: 0, background: 0, poll: 0 });
});
