import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PushSchemaDocument,
  SchemaFieldsDocument,
  UploadAccountsDocument,
  UploadDealsDocument,
} from '../../../client/src/generated/graphql.js';
import { createRedisBackend } from '../../../src/requests/redis-backend.js';
import { keysUnder } from '../../../src/store/store.js';
import { createWriteMemory } from '../../../src/writes/memory.js';
import { account, deal, loadAccounts, registerAcme, settled } from '../../support/acme.js';
import { follow } from '../../support/follow.js';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.js';
import { type PrivateRedis, redisMissing, startRedis } from '../../support/redis.js';
import { type ConnectedStore, connectStore } from '../../support/stores.js';
import { KEY, STRANGER, startPassing, WRITER } from '../../tenants/passing.js';
import { acceptedUploads, accounts, plainDoor } from '../files/support.js';

let server: PrivateRedis;
beforeAll(async () => {
  if (redisMissing() === undefined) server = await startRedis();
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** What a gateway needs to share with others. */
async function share(): Promise<
  ConnectedStore & { readonly gateway: NonNullable<HarnessOptions['gateway']> }
> {
  const connection = await connectStore(server.url);
  const { redis, store } = connection;
  return {
    ...connection,
    gateway: {
      redis,
      watchBackend: createRedisBackend({ redis, leaseMs: 6_000 }),
      store,
      writeMemory: createWriteMemory(store, redis),
    },
  };
}

/** Two gateways with one Redis before one emulator, which is the first one's. */
async function startTwo(options: HarnessOptions = {}) {
  const shares = [await share(), await share()] as const;
  await shares[0].redis.flushall();
  const one = await startHarness({ ...options, gateway: shares[0].gateway });
  const two = await startHarness({
    ...options,
    gateway: shares[1].gateway,
    gong: { baseUrl: one.emulatorUrl },
  });
  await registerAcme(one);
  return {
    ...{ one, two, redis: shares[0].redis },
    async [Symbol.asyncDispose]() {
      await two[Symbol.asyncDispose]();
      await one[Symbol.asyncDispose]();
      for (const connection of shares) await connection[Symbol.asyncDispose]();
    },
  };
}

async function uploadAccount(harness: Harness, objectId: string, clientRequestId?: string) {
  const { uploadAccounts } = await harness.execute(UploadAccountsDocument, {
    accounts: [account(objectId)],
    ...(clientRequestId && { clientRequestId }),
  });
  if (uploadAccounts.__typename !== 'UploadAccepted') throw new Error(JSON.stringify(uploadAccounts));
  return uploadAccounts;
}

describe.skipIf(redisMissing() !== undefined)('gateways that share a Redis', () => {
  test('know what the others have sent: a repeat is recognised until something else is written', async () => {
    await using replicas = await startTwo();
    const { one, two } = replicas;
    const first = await uploadAccount(one, 'a1');
    await settled(two, first);
    expect(await uploadAccount(two, 'a1')).toMatchObject({
      alreadySubmitted: true,
      status: 'DONE',
      clientRequestId: first.clientRequestId,
    });
    const tier = { uniqueName: 'tier', label: 'Tier', type: 'STRING' as const };
    await two.execute(PushSchemaDocument, { input: { objectType: 'ACCOUNT', fields: [tier] } });
    expect(await uploadAccount(one, 'a1')).toMatchObject({
      alreadySubmitted: false,
      clientRequestId: `${first.clientRequestId}--r2`,
    });
  });

  test('refuse other content under an ID that another has used, and recognise the same', async () => {
    await using replicas = await startTwo();
    const { one, two } = replicas;
    await settled(one, await uploadAccount(one, 'a1', 'monday'));
    const sent = one.callsOf('uploadObjects').length;
    const { errors } = await two.query(UploadAccountsDocument.toString(), {
      accounts: [account('a2')],
      clientRequestId: 'monday',
    });
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT', clientRequestId: 'monday' } }]);
    expect(errors[0]?.message).toContain('other content was sent');
    expect(await uploadAccount(two, 'a1', 'monday')).toMatchObject({
      alreadySubmitted: true,
      status: 'DONE',
    });
    expect(one.callsOf('uploadObjects')).toHaveLength(sent);
  });

  test('remember it after all of them have restarted', async () => {
    await using replicas = await startTwo();
    const { one } = replicas;
    const first = await uploadAccount(one, 'a1', 'monday');
    await settled(one, first);
    await using again = await share();
    await using after = await startHarness({ gateway: again.gateway, gong: { baseUrl: one.emulatorUrl } });
    expect(await uploadAccount(after, 'a1')).toMatchObject({
      alreadySubmitted: true,
      clientRequestId: 'monday',
    });
    expect(await uploadAccount(after, 'a1', 'monday')).toMatchObject({ alreadySubmitted: true });
  });

  test('send a file once that both receive 25 times at the same moment', async () => {
    await using replicas = await startTwo();
    const { one, two } = replicas;
    const before = acceptedUploads(one);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => plainDoor.upload(index % 2 === 0 ? one : two, accounts(20))),
    );
    expect(new Set(outcomes.map(({ kind, clientRequestId }) => `${kind} ${clientRequestId}`)).size).toBe(1);
    expect(outcomes.filter(({ alreadySubmitted }) => alreadySubmitted === false)).toHaveLength(1);
    expect(acceptedUploads(one)).toBe(before + 1);
    expect(one.callsOf('uploadObjects').filter(({ status }) => status === 409)).toEqual([]);
  });

  test('serialise pushes to one schema, so that each adds its field to those of the others', async () => {
    await using replicas = await startTwo();
    const { one, two } = replicas;
    const names = Array.from({ length: 6 }, (_, index) => `field${index}`);
    const pushes = await Promise.all(
      names.map((uniqueName, index) =>
        (index % 2 === 0 ? one : two).execute(PushSchemaDocument, {
          input: { objectType: 'DEAL', fields: [{ uniqueName, label: uniqueName, type: 'STRING' }] },
        }),
      ),
    );
    expect(pushes.map(({ pushSchema }) => pushSchema.pushed)).toEqual(Array(6).fill(true));
    const { schemaFields } = await one.execute(SchemaFieldsDocument, { objectType: 'DEAL' });
    const custom = schemaFields[0]?.fields
      .filter((field) => field?.isCustom === true)
      .map((field) => field?.uniqueName);
    expect(custom?.sort()).toEqual(names);
    expect(one.callsOf('pushSchema').map(({ status }) => status)).not.toContain(400);
  });

  test('name the object of a line that Gong refused, whichever replica sent it, in queries and subscriptions', async () => {
    await using replicas = await startTwo();
    const { one, two } = replicas;
    await loadAccounts(one, [account('a1')]);
    const { uploadDeals } = await one.execute(UploadDealsDocument, {
      // Sent in the order of their dates: the one at fault is first in the list, and last in what is sent.
      deals: [
        deal('bad', 'a1', { stage: 'nowhere', modifiedDate: '2024-03-02T00:00:00Z' }),
        deal('good', 'a1', { modifiedDate: '2024-03-01T00:00:00Z' }),
      ],
      clientRequestId: 'deals',
    });
    expect(uploadDeals.__typename).toBe('UploadAccepted');
    const errors = [
      { line: 2, objectId: 'bad', objectType: 'DEAL', description: expect.stringContaining('nowhere') },
    ];
    expect(await follow(two, 'deals')).toMatchObject({ status: 'FAILED', errors });
    const client = createClient({ url: `${two.url}/graphql/stream` });
    const query = (field: string) =>
      `subscription { ${field} { status errors { line objectId objectType description } } }`;
    for (const field of [
      'requestStatusChanged(clientRequestId: "deals")',
      'requestStatusesChanged(clientRequestIds: ["deals"])',
    ]) {
      const events: unknown[] = [];
      for await (const { data } of client.iterate({ query: query(field) }))
        events.push(Object.values(data ?? {})[0]);
      expect(events, field).toMatchObject([{ status: 'FAILED', errors }]);
    }
    client.dispose();
  });

  test('write nothing to Redis for credentials that Gong has not accepted, and keep those of others apart', async () => {
    await using shared = await share();
    await shared.redis.flushall();
    await using passing = await startPassing({ gateway: shared.gateway, redis: shared.redis });
    const { harness } = passing;
    const written = async () =>
      (await shared.redis.keys('*')).filter((key) => /:(turn|sent):/.test(key)).length +
      (await shared.store.count(keysUnder('')));
    const upload = (authorization: string, clientRequestId: string, objectId: string) =>
      harness.as({ authorization }).query(UploadAccountsDocument.toString(), {
        accounts: [account(objectId)],
        clientRequestId,
        integrationId,
      });
    const registered = await harness
      .as({ authorization: KEY })
      .query<{ registerIntegration: { id: string } }>(
        'mutation { registerIntegration(input: {name: "Acme", ownerEmail: "o@acme.com"}) { id } }',
      );
    const integrationId = registered.data?.registerIntegration.id ?? '';
    const before = await written();
    const push = `mutation { pushSchema(input: {integrationId: "${integrationId}", objectType: ACCOUNT, fields: [{uniqueName: "x", isDeleted: true}]}) { pushed } }`;
    for (const refused of [
      await upload(STRANGER, 'mine', 'a1'),
      await harness.as({ authorization: STRANGER }).query(push),
    ]) {
      expect(refused.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAUTHENTICATED' } }]);
    }
    expect(await written()).toBe(before);

    expect((await upload(KEY, 'mine', 'a1')).errors).toEqual([]);
    expect(await written()).toBeGreaterThan(before);
    // Gong knows the name; what is in it is known to the other alone.
    expect((await upload(WRITER, 'mine', 'a1')).errors).toMatchObject([
      { extensions: { code: 'CONFLICT', clientRequestId: 'mine' } },
    ]);
    expect((await upload(KEY, 'mine', 'a1')).data).toMatchObject({
      uploadAccounts: { alreadySubmitted: true },
    });
  });
});
