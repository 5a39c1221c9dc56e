import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../../src/emulator/settings.js';
import { createRedisBackend } from '../../../src/requests/redis-backend.js';
import { startGatewayProgram, urlIn } from '../../start/program.js';
import { account, registerAcme } from '../../support/acme.js';
import { startHarness } from '../../support/harness.js';
import { redisMissing, startRedis, until } from '../../support/redis.js';
import { connectStore } from '../../support/stores.js';
import { SECRET, startReceiver } from '../../webhooks/receiver.js';
import { registered } from '../lists/support.js';

const UPLOAD =
  'mutation ($accounts: [AccountInput!]!) { uploadAccounts(accounts: $accounts, clientRequestId: "mine") { __typename } }';

test('what a killed gateway has sent is followed by the next one, which tells of its end', async () => {
  await using receiver = await startReceiver();
  const emulator = await startEmulator({ ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, processingMs: 5 });
  const folder = await mkdtemp(join(tmpdir(), 'gateway-journal-'));
  const start = (minIntervalMs: number) =>
    startGatewayProgram(emulator.url, {
      DATA_DIR: folder,
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET: SECRET,
      WEBHOOK_PRIVATE_ADDRESSES: 'allow',
      JOURNAL_FOLLOW_MIN_INTERVAL_MS: String(minIntervalMs),
    });
  try {
    await registered(emulator.url);
    {
      await using killed = start(3_600_000);
      const response = await fetch(`${urlIn(await killed.plainLine)}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: UPLOAD, variables: { accounts: [account('a1')] } }),
      });
      expect(await response.json()).toEqual({ data: { uploadAccounts: { __typename: 'UploadAccepted' } } });
      killed.kill('SIGKILL');
      await killed.ended;
    }
    await using next = start(10);
    await next.plainLine;
    await until('a webhook', () => receiver.received.length === 1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      type: 'request.done',
      data: { clientRequestId: 'mine', state: 'DONE' },
    });
  } finally {
    await emulator.close();
    await rm(folder, { recursive: true });
  }
});

describe.skipIf(redisMissing() !== undefined)('replicas that share Redis', () => {
  test('have one journal, and tell of an end once', async () => {
    await using server = await startRedis();
    await using receiver = await startReceiver();
    const start = async (gongUrl?: string) => {
      const connection = await connectStore(server.url);
      const { redis, store } = connection;
      const harness = await startHarness({
        ...(gongUrl === undefined ? {} : { gong: { baseUrl: gongUrl } }),
        gateway: {
          ...{ redis, store, watchBackend: createRedisBackend({ redis, leaseMs: 6_000 }) },
          journal: { maxEntries: 1_000, maxAgeDays: 90, follow: 'on', followMinMs: 10 },
          webhooks: { url: receiver.url, secrets: [SECRET], notifyHosts: null, privateAddresses: 'allow' },
        },
      });
      return {
        harness,
        async [Symbol.asyncDispose]() {
          await harness[Symbol.asyncDispose]();
          await connection[Symbol.asyncDispose]();
        },
      };
    };
    await using one = await start();
    await using two = await start(one.harness.emulatorUrl);
    const integrationId = await registerAcme(one.harness);
    await one.harness.query(UPLOAD, { accounts: [account('a1')] });
    const state = async () => {
      const query = `{ request(clientRequestId: "mine", integrationId: "${integrationId}") { state } }`;
      return (await two.harness.query<{ request: { state: string } | null }>(query)).data?.request?.state;
    };
    await until('the end', async () => (await state()) === 'DONE');
    await until('webhooks', () => receiver.received.length === 4);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(4);
  });
});
