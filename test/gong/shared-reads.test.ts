import { afterEach, describe, expect, test } from 'vitest';
import {
  PushSchemaDocument,
  RegisterIntegrationDocument,
  SchemaFieldsDocument,
} from '../../client/src/generated/graphql.js';
import { createRedisInvalidations } from '../../src/requests/invalidations.js';
import { account, registerAcme } from '../support/acme.js';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.js';
import { startProxy } from '../support/proxy.js';
import { connect, type PrivateRedis, redisMissing, startRedis, until } from '../support/redis.js';
import { KEY, WRITER } from '../tenants/passing.js';

const HOUR_MS = 3_600_000;
const UPLOAD =
  'mutation ($accounts: [AccountInput!]!) { uploadAccounts(accounts: $accounts) { ... on UploadAccepted { warnings { field } } } }';

async function push(harness: Harness, uniqueName: string): Promise<void> {
  const fields = [{ uniqueName, label: uniqueName, type: 'STRING' as const }];
  const { pushSchema } = await harness.execute(PushSchemaDocument, {
    input: { objectType: 'ACCOUNT', fields },
  });
  expect(pushSchema.pushed).toBe(true);
}

async function customFields(harness: Harness): Promise<string[]> {
  const { schemaFields } = await harness.execute(SchemaFieldsDocument, { objectType: 'ACCOUNT' });
  return schemaFields.flatMap(({ fields }) =>
    fields.flatMap((one) => (one?.isCustom ? [one.uniqueName] : [])),
  );
}

describe('one gateway', () => {
  test('60 uploads of one object at once cost a call for the schema, one for the integration, and one for each upload at most', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    await push(harness, 'tier');
    const before = harness.calls.length;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        harness.query(UPLOAD, { accounts: [account(`a${index}`, { customFields: { tier: 'gold' } })] }),
      ),
    );
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    const operations = harness.calls.slice(before).map(({ operation }) => operation ?? '');
    // Lists that come while another waits for its turn share its upload.
    expect(operations.filter((name) => name === 'uploadObjects').length).toBeLessThanOrEqual(60);
    expect(operations.filter((name) => name !== 'uploadObjects').sort()).toEqual([
      'listIntegrations',
      'listSchema',
    ]);
  });

  test('lists, files, checks, queries and references share one read of the schema; a push reads it anew', async () => {
    await using harness = await startHarness();
    const integrationId = await registerAcme(harness);
    await push(harness, 'tier');
    const before = harness.callsOf('listSchema').length;
    await harness.query(UPLOAD, { accounts: [account('a1', { customFields: { tier: 'gold' } })] });
    for (const door of ['upload', 'validate']) {
      await fetch(`${harness.url}/${door}/ACCOUNT`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: `${JSON.stringify(account('a2'))}\n`,
      });
    }
    await customFields(harness);
    await harness.query('{ account(id: "a1") { reference(field: "tier") { objectId } } }');
    expect(harness.callsOf('listSchema')).toHaveLength(before + 1);

    // Another program adds a field.
    const headers = { authorization: KEY, 'content-type': 'application/json' };
    await fetch(
      `${harness.emulatorUrl}/v2/crm/entity-schema?integrationId=${integrationId}&objectType=ACCOUNT`,
      {
        method: 'POST',
        headers,
        body: JSON.stringify(
          ['tier', 'foreign'].map((uniqueName) => ({ uniqueName, label: 'l', type: 'STRING' })),
        ),
      },
    );
    expect(await customFields(harness)).toEqual(['tier']);
    await push(harness, 'size');
    expect((await customFields(harness)).toSorted()).toEqual(['foreign', 'size', 'tier']);
  });

  test('identical reads at once are one call; integrations and states of requests are never cached', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    const before = harness.calls.length;
    const text = `{
      a: integrations { id } b: integrations { id } c: integration { id }
      d: requestStatus(clientRequestId: "x") { status } e: requestStatus(clientRequestId: "x") { status }
      f: requestStatus(clientRequestId: "y") { status }
      g: schemaFields { objectType } h: schemaFields { objectType }
    }`;
    const operations = () => harness.calls.slice(before).map(({ operation }) => operation);
    await harness.query(text);
    const once = ['listIntegrations', 'listSchema', 'requestStatus', 'requestStatus'];
    expect(operations().toSorted()).toEqual(once);
    await harness.query(text);
    const again = once.filter((operation) => operation !== 'listSchema');
    expect(operations().toSorted()).toEqual([...once, ...again].toSorted());
  });

  test('an empty list of integrations is not cached: one that another program registers is found at once', async () => {
    await using harness = await startHarness();
    const ask = async () => (await harness.query('{ account(id: "a1") { objectId } }')).errors;
    expect(await ask()).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    await fetch(`${harness.emulatorUrl}/v2/crm/integrations`, {
      method: 'PUT',
      headers: { authorization: KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Acme CRM', ownerEmail: 'owner@acme.com' }),
    });
    expect(await ask()).toEqual([]);
  });

  test('with GONG_CACHE_TTL_MS=0 every read asks Gong', async () => {
    await using harness = await startHarness({ gateway: { cacheTtlMs: 0 } });
    await registerAcme(harness);
    const before = harness.calls.length;
    for (const _ of [1, 2]) await customFields(harness);
    expect(harness.calls).toHaveLength(before + 4);
  });

  test('a write that failed, but may have reached Gong, is followed by a fresh read', async () => {
    let emulatorUrl = '';
    await using proxy = await startProxy(
      () => emulatorUrl,
      async ({ method, url, body, headers }) => {
        if (method !== 'POST' || !url.includes('entity-schema')) return undefined;
        // Gong carries it out, and its answer is lost.
        const { authorization = '', 'content-type': type = '' } = headers;
        await fetch(emulatorUrl + url, { method, headers: { authorization, 'content-type': type }, body });
        return { status: 500 };
      },
    );
    await using harness = await startHarness({ gong: { baseUrl: proxy.url } });
    emulatorUrl = harness.emulatorUrl;
    await registerAcme(harness);
    expect(await customFields(harness)).toEqual([]);
    const fields = [{ uniqueName: 'tier', label: 'T', type: 'STRING' }];
    const { errors } = await harness.query(
      'mutation ($input: PushSchemaInput!) { pushSchema(input: $input) { pushed } }',
      { input: { objectType: 'ACCOUNT', fields } },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    expect(await customFields(harness)).toEqual(['tier']);
  });

  test('a read that began before a write is not cached after it', async () => {
    let emulatorUrl = '';
    let release: (() => void) | undefined;
    let isHeld = false;
    await using proxy = await startProxy(
      () => emulatorUrl,
      async ({ method, url, headers: { authorization = '' } }) => {
        if (!isHeld || method !== 'GET' || !url.includes('entity-schema')) return undefined;
        isHeld = false;
        const answer = await fetch(emulatorUrl + url, { headers: { authorization } });
        const body = await answer.text();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return { status: answer.status, body };
      },
    );
    await using harness = await startHarness({ gong: { baseUrl: proxy.url } });
    emulatorUrl = harness.emulatorUrl;
    await registerAcme(harness);
    isHeld = true;
    const old = customFields(harness);
    await until('a read under way', () => release !== undefined);
    await push(harness, 'tier');
    release?.();
    expect(await old).toEqual([]);
    expect(await customFields(harness)).toEqual(['tier']);
  });
});

describe.skipIf(redisMissing() !== undefined)('two gateways with one Redis', () => {
  const stack: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of stack.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  });
  const owned = <T extends AsyncDisposable>(one: T): T => {
    stack.push(one);
    return one;
  };

  /** By default their caches outlast the test, so that only an announcement ends them. */
  async function startTwo(options: HarnessOptions & { cacheTtlMs?: number } = {}) {
    const server: PrivateRedis = owned(await startRedis());
    const start = async (more: HarnessOptions) => {
      const { redis } = owned(connect(server.url));
      await until('a connection', () => redis.status === 'ready');
      const invalidations = createRedisInvalidations(redis);
      const cacheTtlMs = options.cacheTtlMs ?? HOUR_MS;
      return owned(
        await startHarness({ ...options, ...more, gateway: { redis, invalidations, cacheTtlMs } }),
      );
    };
    const one = await start({});
    const two = await start({ gong: { baseUrl: one.emulatorUrl } });
    return { server, one, two };
  }

  test('a push through one of them is seen by the other at once', async () => {
    const { one, two } = await startTwo();
    await registerAcme(one);
    expect([await customFields(one), await customFields(two)]).toEqual([[], []]);
    await push(one, 'tier');
    await until('the other to know', async () => (await customFields(two)).includes('tier'));
    // And it is cached again.
    await until('a cached schema', async () => {
      const before = one.callsOf('listSchema').length;
      await customFields(two);
      return one.callsOf('listSchema').length === before;
    });
    await push(two, 'size');
    await until('the first to know', async () => (await customFields(one)).includes('size'));
  });

  test('registrations and deletions are seen by the other at once', async () => {
    const { one, two } = await startTwo();
    const register = async (harness: Harness, name: string) => {
      const input = { name, ownerEmail: 'owner@acme.com' };
      return (await harness.execute(RegisterIntegrationDocument, { input })).registerIntegration.id;
    };
    const meant = async (harness: Harness) => {
      const { data, errors } = await harness.query<{ pushSchema: { integrationId: string } }>(
        `mutation { pushSchema(input: {objectType: LEAD, dryRun: true, fields: [{uniqueName: "x", label: "x", type: STRING}]}) {
          integrationId } }`,
      );
      return data?.pushSchema?.integrationId ?? errors[0]?.extensions.code;
    };
    const first = await register(one, 'First');
    expect([await meant(one), await meant(two)]).toEqual([first, first]);
    await two.query('mutation ($id: ID!) { deleteIntegration(integrationId: $id) { clientRequestId } }', {
      id: first,
    });
    await until('the deletion', async () => {
      const { data } = await two.query<{ integrations: unknown[] }>('{ integrations { id } }');
      return data?.integrations.length === 0;
    });
    const second = await register(two, 'Second');
    expect(second).not.toBe(first);
    expect(await meant(two)).toBe(second);
    await until('the first to know', async () => (await meant(one)) === second);
  });

  test('a replica that cannot be told is outdated no longer than the cache lasts', async () => {
    const { server, one, two } = await startTwo({ cacheTtlMs: 400 });
    await registerAcme(one);
    await customFields(two);
    await server.kill();
    await push(one, 'tier');
    await until('the other to know', async () => (await customFields(two)).includes('tier'));
  });

  test('everything is read anew when Redis is back, since announcements may have been missed', async () => {
    const { server, one, two } = await startTwo();
    await registerAcme(one);
    await customFields(two);
    await server.kill();
    await push(one, 'tier');
    expect(await customFields(two)).toEqual([]);
    await server.start();
    await until('the other to know', async () => (await customFields(two)).includes('tier'));
    await push(two, 'size');
    await until('the first to know', async () => (await customFields(one)).includes('size'));
  });

  test('where callers bring their own credentials, a write invalidates the cache of its own caller only', async () => {
    const { one, two } = await startTwo({ passthrough: {}, emulator: { tokens: new Map() } });
    const [oneAs, twoAs] = [one.as({ authorization: KEY }), two.as({ authorization: KEY })];
    await registerAcme(oneAs);
    expect(await customFields(twoAs)).toEqual([]);
    const before = one.callsOf('listSchema').length;
    await customFields(twoAs);
    expect(one.callsOf('listSchema')).toHaveLength(before);
    const register = 'mutation { registerIntegration(input: {name: "x", ownerEmail: "x@x.com"}) { id } }';
    await one.as({ authorization: WRITER }).query(register);
    await customFields(twoAs);
    expect(one.callsOf('listSchema')).toHaveLength(before);
    await push(oneAs, 'tier');
    await until('the other to know', async () => (await customFields(twoAs)).includes('tier'));
  });
});
