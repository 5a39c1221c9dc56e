import { describe, expect, test } from 'vitest';
import {
  CallBudgetDocument,
  DeleteIntegrationDocument,
  PushSchemaDocument,
  RegisterIntegrationDocument,
  RequestDocument,
  RequestStatusDocument,
  RequestsDocument,
  UploadAccountsDocument,
  UploadDealStagesDocument,
  UploadDealsDocument,
  type WrittenRequestsFilter,
} from '../../../client/src/generated/graphql.js';
import { makeApiKey } from '../../../src/auth/api-keys.js';
import { SCOPES } from '../../../src/auth/scopes.js';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { keysUnder, type Store, StoreError } from '../../../src/store/store.js';
import { account, deal, registerAcme } from '../../support/acme.js';
import { follow } from '../../support/follow.js';
import { type Harness, startHarness } from '../../support/harness.js';
import { startProxy } from '../../support/proxy.js';
import { until } from '../../support/redis.js';
import { metric } from '../../telemetry/metrics-text.js';

const FOLLOWING = { maxEntries: 10_000, maxAgeDays: 90, follow: 'on', followMinMs: 10 } as const;

async function written(harness: Harness, filter: WrittenRequestsFilter | null = null) {
  const { requests } = await harness.execute(RequestsDocument, { first: 100, filter });
  return requests.edges.map(({ node }) => node);
}

async function upload(harness: Harness, id: string): Promise<string> {
  const { uploadAccounts } = await harness.execute(UploadAccountsDocument, { accounts: [account(id)] });
  if (uploadAccounts.__typename !== 'UploadAccepted') throw new Error('needed an accepted upload');
  return uploadAccounts.clientRequestId;
}

async function stateOf(harness: Harness, clientRequestId: string, integrationId?: string) {
  const { data } = await harness.query<{ request: { state: string } | null }>(
    'query ($clientRequestId: ID!, $integrationId: ID) { request(clientRequestId: $clientRequestId, integrationId: $integrationId) { state } }',
    { clientRequestId, integrationId },
  );
  return data?.request?.state;
}

test('whatever is written is in the journal, the newest first, with its caller, its kind and the IDs of the log', async () => {
  const lines: Record<string, unknown>[] = [];
  const { kept, key } = makeApiKey('billing', [...SCOPES]);
  await using gateway = await startHarness({
    log: { write: (line) => void lines.push(JSON.parse(line)) },
    gateway: { auth: { mode: 'api-key', keys: [kept] } },
    gong: { dialect: 'legacy' },
  });
  const harness = gateway.as({ 'x-api-key': key });
  const integrationId = await registerAcme(harness);
  await harness.execute(PushSchemaDocument, {
    input: { objectType: 'DEAL', fields: [{ uniqueName: 'tier', label: 'Tier', type: 'STRING' }] },
  });
  await harness.execute(UploadDealStagesDocument, {
    stages: [{ internalName: 'won', name: 'Won', isActive: true, sortOrder: 9 }],
  });
  const list = await upload(harness, 'a1');
  const file = await fetch(`${harness.url}/upload/STAGE?clientRequestId=file`, {
    method: 'POST',
    headers: { ...harness.headers, 'content-type': 'application/x-ndjson' },
    body: [1, 2, 3]
      .map(
        (n) =>
          `{"objectId":"s${n}","internalName":"s${n}","modifiedDate":"2024-03-01T12:00:00Z","name":"S","isActive":true,"sortOrder":${n}}\n`,
      )
      .join(''),
  });
  expect(file.status).toBe(202);
  await harness.execute(DeleteIntegrationDocument, { integrationId, clientRequestId: 'goodbye' });

  const nodes = await written(harness);
  expect(
    nodes.map(({ kind, objectType, objectCount, clientRequestId, state }) => [
      kind,
      objectType,
      objectCount,
      clientRequestId,
      state,
    ]),
  ).toEqual([
    ['DELETION', null, 0, 'goodbye', 'PENDING'],
    ['FILE', 'STAGE', 3, 'file', 'PENDING'],
    ['LIST', 'ACCOUNT', 1, list, 'PENDING'],
    ['LIST', 'STAGE', 1, null, 'DONE'],
    ['SCHEMA_PUSH', 'DEAL', 0, null, 'DONE'],
    ['LIST', 'BUSINESS_USER', 1, expect.any(String), 'DONE'],
    ['LIST', 'STAGE', 1, expect.any(String), 'DONE'],
    ['REGISTRATION', null, 0, null, 'DONE'],
  ]);
  for (const node of nodes) {
    expect(node).toMatchObject({ integrationId, message: null, errors: [] });
    const [writer, ...others] = node.writers;
    expect(others).toEqual([]);
    expect(writer).toMatchObject({ caller: 'billing', objectCount: node.objectCount });
    const ofOperation = lines.filter(({ reqId }) => reqId === writer?.operationId);
    expect(ofOperation.map(({ msg }) => msg)).toContain(node.kind === 'FILE' ? 'file' : 'operation');
    const calls = lines.filter(({ gongRequestId }) => gongRequestId === node.gongRequestId);
    expect(calls.map(({ msg }) => msg)).toEqual(['called Gong']);
  }
});

test('pages keep their place while requests arrive, and filters find what they say', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const ids: string[] = [];
  for (const number of [1, 2, 3, 4, 5]) ids.unshift(await upload(harness, `a${number}`));
  const page = async (after: string | null) => {
    const filter = { objectType: 'ACCOUNT', kind: 'LIST' } as const;
    const { requests } = await harness.execute(RequestsDocument, { first: 2, after, filter });
    return { ...requests.pageInfo, ids: requests.edges.map(({ node }) => node.clientRequestId) };
  };
  const first = await page(null);
  expect(first).toMatchObject({ ids: ids.slice(0, 2), hasNextPage: true, hasPreviousPage: false });
  await upload(harness, 'newer');
  const second = await page(first.endCursor);
  expect(second).toMatchObject({ ids: ids.slice(2, 4), hasNextPage: true, hasPreviousPage: true });
  const third = await page(second.endCursor);
  expect(third).toMatchObject({ ids: ids.slice(4), hasNextPage: false });

  const count = async (filter: WrittenRequestsFilter) => (await written(harness, filter)).length;
  expect(await count({})).toBe(9);
  expect(await count({ state: 'PENDING' })).toBe(6);
  expect(await count({ kind: 'REGISTRATION' })).toBe(1);
  expect(await count({ caller: 'anonymous' })).toBe(9);
  expect(await count({ caller: 'somebody' })).toBe(0);
  expect(await count({ since: '2024-01-01T00:00:00Z' })).toBe(9);
  expect(await count({ since: '2999-01-01T00:00:00Z' })).toBe(0);
  expect(await count({ since: '9999-01-01T00:00:00Z' })).toBe(0);
});

test.each([
  ['first: 101', 'first', 'OUT_OF_RANGE'],
  ['first: 0', 'first', 'OUT_OF_RANGE'],
  ['after: "../../x"', 'after', 'INVALID_VALUE'],
  ['filter: { since: "yesterday" }', 'filter', 'BAD_FORMAT'],
])('requests(%s) is refused', async (args, argument, code) => {
  await using harness = await startHarness();
  const { errors } = await harness.query(`{ requests(${args}) { edges { cursor } } }`);
  expect(errors).toMatchObject([
    {
      extensions: { code: 'BAD_USER_INPUT', problems: [{ path: expect.arrayContaining([argument]), code }] },
    },
  ]);
});

describe('what became of a request', () => {
  test('is learned from whoever asks, where the journal does not follow by itself', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    const id = await upload(harness, 'a1');
    const before = harness.callsOf('requestStatus').length;
    expect(await stateOf(harness, id)).toBe('PENDING');
    expect(harness.callsOf('requestStatus')).toHaveLength(before);
    await follow(harness, id);
    await until('the state in the journal', async () => (await stateOf(harness, id)) === 'DONE');
    const { request } = await harness.execute(RequestDocument, { clientRequestId: id });
    expect(request).toMatchObject({ isFinal: true, totalErrorCount: 0, totalSuccessCount: 1 });
    expect(Date.parse(request.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(request.sentAt));
  });

  test('is followed to the end by itself, with Gong’s errors and their objects', async () => {
    await using harness = await startHarness({ gateway: { journal: FOLLOWING } });
    await registerAcme(harness);
    const { uploadDeals } = await harness.execute(UploadDealsDocument, {
      deals: [deal('d1', 'nobody'), deal('d2', 'nobody')],
    });
    if (uploadDeals.__typename !== 'UploadAccepted') throw new Error('needed an accepted upload');
    const { clientRequestId } = uploadDeals;
    await until(
      'an end',
      async () => !['PENDING', 'IN_PROGRESS'].includes(String(await stateOf(harness, clientRequestId))),
    );
    const { request } = await harness.execute(RequestDocument, { clientRequestId });
    const { requestStatus } = await harness.execute(RequestStatusDocument, { clientRequestId });
    expect(request.state).toBe(requestStatus.status);
    expect(request.errors).toEqual(requestStatus.errors);
    expect(request.totalErrorCount).toBe(requestStatus.totalErrorCount);
  });

  test('is followed by the next process', async () => {
    const store = createMemoryStore();
    await using first = await startHarness({
      gateway: { store, journal: { ...FOLLOWING, followMinMs: 60_000 } },
    });
    const integrationId = await registerAcme(first);
    const id = await upload(first, 'a1');
    expect(await stateOf(first, id)).toBe('PENDING');
    await using second = await startHarness({
      gateway: { store, journal: FOLLOWING },
      gong: { baseUrl: first.emulatorUrl },
    });
    await until('an end', async () => (await stateOf(second, id, integrationId)) === 'DONE');
  });

  test('is found out for a request whose answer was lost: whether Gong has it or not', async () => {
    let emulatorUrl = '';
    let isArriving = true;
    await using gong = await startProxy(
      () => emulatorUrl,
      async ({ method, url, body, headers }) => {
        if (method !== 'POST' || !url.includes('/entities?')) return undefined;
        if (isArriving) {
          await fetch(`${emulatorUrl}${url}`, {
            method,
            body,
            headers: {
              authorization: headers.authorization ?? '',
              'content-type': headers['content-type'] ?? '',
            },
          });
        }
        return { status: 201, body: 'this is no JSON' };
      },
    );
    await using harness = await startHarness({
      gateway: { journal: FOLLOWING },
      gong: { baseUrl: gong.url },
    });
    emulatorUrl = harness.emulatorUrl;
    const { registerIntegration } = await harness.execute(RegisterIntegrationDocument, {
      input: { name: 'Acme', ownerEmail: 'a@acme.com' },
    });
    for (const [arrives, state] of [
      [true, 'DONE'],
      [false, 'LOST'],
    ] as const) {
      isArriving = arrives;
      const clientRequestId = `arrives-${arrives}`;
      const { errors } = await harness.query(
        'mutation ($accounts: [AccountInput!]!, $id: ID) { uploadAccounts(accounts: $accounts, clientRequestId: $id) { __typename } }',
        { accounts: [account(clientRequestId)], id: clientRequestId },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } }]);
      await until(state, async () => (await stateOf(harness, clientRequestId)) === state);
    }
    const [lost, found] = await written(harness, { kind: 'LIST' });
    expect(found).toMatchObject({ state: 'DONE', message: null, totalSuccessCount: 1 });
    expect(lost).toMatchObject({ state: 'LOST', message: 'Gong does not know the request.' });
    expect(registerIntegration.id).toBe(lost?.integrationId);
  });

  test('is not asked about when nothing was sent', async () => {
    await using harness = await startHarness({ gateway: { journal: FOLLOWING } });
    await registerAcme(harness);
    const { errors } = await harness.query(
      'mutation { uploadAccounts(accounts: [{objectId: "a", modifiedDate: "no date", name: "A", domains: []}]) { __typename } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await written(harness, { objectType: 'ACCOUNT' })).toEqual([]);
  });
});

describe('without a store', () => {
  /** A store whose commits of the journal can be made to fail, or never to end. */
  function breakable() {
    const store = createMemoryStore();
    let fault: 'fails' | 'hangs' | undefined;
    const wrapped: Store = {
      ...store,
      commit(commit, options) {
        const isOurs = [...commit.written.keys()].some((key) => key.startsWith('journal/'));
        if (!isOurs || fault === undefined) return store.commit(commit, options);
        return fault === 'fails'
          ? Promise.reject(new StoreError(new Error('full')))
          : new Promise(() => undefined);
      },
    };
    return {
      store: wrapped,
      be(next: typeof fault) {
        fault = next;
      },
    };
  }

  test.each(['fails', 'hangs'] as const)(
    'that %s, writes go on, and what is missing is logged and counted',
    async (fault) => {
      const lines: string[] = [];
      const { store, be } = breakable();
      await using harness = await startHarness({
        log: { write: (line) => void lines.push(line) },
        gateway: { store },
      });
      await registerAcme(harness);
      be(fault);
      const id = await upload(harness, 'a1');
      be(undefined);
      expect(await stateOf(harness, id)).toBeUndefined();
      if (fault === 'hangs') return;
      expect(
        lines.filter((line) => line.includes('a request that was sent is missing in the journal')),
      ).toHaveLength(1);
      expect(await metric(harness, 'gateway_journal_failures_total')).toBe(1);
    },
  );
});

test('the oldest entries expire, with all that belongs to them', async () => {
  const store = createMemoryStore();
  const journal = { ...FOLLOWING, follow: 'off', maxEntries: 100 } as const;
  await using harness = await startHarness({ gateway: { store, journal } });
  await registerAcme(harness);
  for (let number = 0; number < 150; number += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => upload(harness, `a${number + index}`)));
  }
  const all = await store.list({ ...keysUnder('journal/'), limit: 1_000 });
  const count = (prefix: string) => all.filter(([key]) => key.startsWith(`journal/${prefix}/`)).length;
  expect(count('gateway/entry')).toBeGreaterThanOrEqual(100);
  expect(count('gateway/entry')).toBeLessThanOrEqual(115);
  expect(count('all')).toBe(count('gateway/entry'));
  // A registration has no name.
  expect(count('gateway/name')).toBe(count('gateway/entry'));
});

test('the budget of calls is shown without a call', async () => {
  await using harness = await startHarness({ gong: { callsPerSecond: 3, callsPerDay: 1_000 } });
  const before = await harness.execute(CallBudgetDocument, {});
  expect(before.callBudget).toEqual({
    __typename: 'CallBudget',
    callsPerSecond: 3,
    callsPerDay: 1_000,
    leftThisSecond: 3,
    leftToday: 1_000,
    resetsAt: null,
    pausedUntil: null,
    used: { __typename: 'UsedCalls', read: 0, write: 0, poll: 0 },
    queued: { __typename: 'QueuedCalls', read: 0, write: 0, poll: 0 },
    isShared: true,
  });
  expect(harness.calls).toHaveLength(0);
  await harness.query('{ integrations { id } }');
  const { callBudget } = await harness.execute(CallBudgetDocument, {});
  expect(callBudget.leftToday).toBe(999);
  expect(callBudget.used).toMatchObject({ read: 1, write: 0, poll: 0 });
  expect(Date.parse(callBudget.resetsAt ?? '')).toBeGreaterThan(Date.now());
  await using unlimited = await startHarness();
  expect((await unlimited.execute(CallBudgetDocument, {})).callBudget).toMatchObject({
    callsPerSecond: null,
    leftThisSecond: null,
    leftToday: null,
    resetsAt: null,
  });
});
