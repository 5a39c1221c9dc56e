import { describe, expect, it } from 'vitest';
import { API_DIALECTS, type ApiDialect } from '../../src/crm/dialects.js';
import { type EmulatorCall, startEmulator } from '../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS, type EmulatorSettings } from '../../src/emulator/settings.js';
import type { GongClient } from '../../src/gong/types.js';
import { INTEGRATION, startClient } from './upstream.js';

const MODIFIED = '2021-05-19T08:11:34Z';
const ldjson = (...objects: object[]) => new Blob(objects.map((object) => `${JSON.stringify(object)}\n`));

async function startBoth(dialect: ApiDialect, settings: Partial<EmulatorSettings> = {}, callsPerSecond = 0) {
  const emulatorCalls: EmulatorCall[] = [];
  const emulator = await startEmulator(
    { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond, processingMs: 0, ...settings },
    { onCall: (call) => emulatorCalls.push(call) },
  );
  const gong = startClient(emulator.url, {
    dialect,
    callsPerSecond,
    credentials: { kind: 'basic', accessKey: 'emulator', accessKeySecret: 'emulator' },
  });
  return {
    ...gong,
    emulatorCalls,
    async [Symbol.asyncDispose]() {
      await gong.client.close();
      await emulator.close();
    },
  };
}

async function finished(client: GongClient, integrationId: string, clientRequestId: string) {
  for (;;) {
    const status = await client.requestStatus(integrationId, clientRequestId);
    if (status.state === 'DONE' || status.state === 'FAILED') return status;
  }
}

describe.each(API_DIALECTS)('every operation against the emulator, in the %s dialect', (dialect) => {
  it('registers, lists and deletes an integration', async () => {
    await using gong = await startBoth(dialect);
    const { client } = gong;
    expect(await client.listIntegrations()).toEqual([]);
    const integrationId = await client.registerIntegration({ name: 'Test', ownerEmail: 'owner@acme.com' });
    expect(BigInt(integrationId)).toBeGreaterThan(2n ** 53n);
    expect(await client.listIntegrations()).toEqual([
      { integrationId, name: 'Test', ownerEmail: 'owner@acme.com' },
    ]);
    await expect(
      client.registerIntegration({ name: 'Other', ownerEmail: 'owner@acme.com' }),
    ).rejects.toMatchObject({ code: 'CONFLICT', extensions: { upstream: { status: 409 } } });
    await client.deleteIntegration(integrationId, 'goodbye');
    // Deletion is asynchronous: the test ends when the integration is gone, or not at all.
    while ((await client.listIntegrations()).length > 0);
  });

  it('lists and pushes schemas', async () => {
    await using gong = await startBoth(dialect);
    const { client } = gong;
    const integrationId = await client.registerIntegration({ name: 'Test', ownerEmail: 'owner@acme.com' });
    const all = await client.listSchema(integrationId);
    expect([...all.keys()]).toEqual(['ACCOUNT', 'CONTACT', 'DEAL', 'LEAD']);
    await client.pushSchema(integrationId, 'DEAL', [
      { uniqueName: 'size', label: 'Size', type: 'PICKLIST', orderedValueList: ['S', 'M'] },
      { uniqueName: 'partner', label: 'Partner', type: 'REFERENCE', referenceTo: 'ACCOUNT' },
    ]);
    const listing = await client.listSchema(integrationId, 'DEAL');
    expect([...listing.keys()]).toEqual(['DEAL']);
    expect(listing.get('DEAL')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ uniqueName: 'size', type: 'PICKLIST', orderedValueList: ['S', 'M'] }),
        expect.objectContaining({ uniqueName: 'partner', type: 'REFERENCE', referenceTo: 'ACCOUNT' }),
      ]),
    );
    await expect(
      client.pushSchema(integrationId, 'DEAL', [{ uniqueName: 'new', label: 'New', type: 'STRING' }]),
    ).rejects.toMatchObject({ code: 'BAD_USER_INPUT', extensions: { upstream: { status: 400 } } });
  });

  it('uploads objects, follows the request and reads them back', async () => {
    await using gong = await startBoth(dialect);
    const { client } = gong;
    const integrationId = await client.registerIntegration({ name: 'Test', ownerEmail: 'owner@acme.com' });
    const file = ldjson(
      { objectId: '__proto__', modifiedDate: MODIFIED, name: 'Odd', domains: ['odd.com'] },
      { objectId: 'a2', modifiedDate: MODIFIED, name: 'Zwölf 🎈', domains: [] },
      { modifiedDate: MODIFIED, name: 'without id', domains: [] },
    );
    const request = { integrationId, clientRequestId: 'load-1', file };
    await client.uploadObjects('ACCOUNT', request);
    expect(await finished(client, integrationId, 'load-1')).toMatchObject({
      state: 'FAILED',
      errors: [{ line: 3 }],
      totalErrorCount: 1,
      totalSuccessCount: 2,
    });
    const found = await client.getObjects(integrationId, 'ACCOUNT', [
      'a2',
      'missing',
      '__proto__',
      'toString',
    ]);
    expect(found).toMatchObject([{ name: 'Zwölf 🎈' }, null, { objectId: '__proto__' }, null]);
    await expect(client.uploadObjects('ACCOUNT', request)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('uploads stages and users under the types that both dialects have', async () => {
    await using gong = await startBoth(dialect);
    const { client } = gong;
    const integrationId = await client.registerIntegration({ name: 'Test', ownerEmail: 'owner@acme.com' });
    const stage = { objectId: 's1', modifiedDate: MODIFIED, internalName: 's', name: 'S', isActive: true };
    const uploads = [
      ['STAGE', ldjson({ ...stage, sortOrder: 1 })],
      ['BUSINESS_USER', ldjson({ objectId: 'u1', modifiedDate: MODIFIED, emailAddress: 'u@acme.com' })],
    ] as const;
    for (const [objectType, file] of uploads) {
      await client.uploadObjects(objectType, { integrationId, clientRequestId: objectType, file });
      expect(await finished(client, integrationId, objectType)).toMatchObject({ state: 'DONE' });
    }
  });

  it('reports integrations and requests that do not exist as NOT_FOUND', async () => {
    await using gong = await startBoth(dialect);
    const { client } = gong;
    await expect(client.listSchema(INTEGRATION, 'DEAL')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const integrationId = await client.registerIntegration({ name: 'Test', ownerEmail: 'owner@acme.com' });
    await expect(client.requestStatus(integrationId, 'never-sent')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('reports that the gateway’s own credentials are refused, or lack a scope', async () => {
    const tokens = new Map([['reader', ['api:crm:integrations:read']]]);
    await using emulator = await startEmulator({ ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, tokens });
    await using wrong = startClient(emulator.url, { dialect });
    await expect(wrong.client.listIntegrations()).rejects.toMatchObject({
      code: 'UPSTREAM_UNAUTHENTICATED',
      extensions: { upstream: { status: 401 } },
    });
    await using reader = startClient(emulator.url, {
      dialect,
      credentials: { kind: 'bearer', token: 'reader' },
    });
    expect(await reader.client.listIntegrations()).toEqual([]);
    await expect(
      reader.client.registerIntegration({ name: 'Test', ownerEmail: 'owner@acme.com' }),
    ).rejects.toMatchObject({
      code: 'UPSTREAM_FORBIDDEN',
      extensions: { scope: 'api:crm:integration:register' },
    });
  });

  it('gets no 429 from the emulator’s limit of three calls in a sliding second', async () => {
    await using gong = await startBoth(dialect, {}, 3);
    await Promise.all(Array.from({ length: 8 }, () => gong.client.listIntegrations()));
    expect(gong.attempts.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(gong.emulatorCalls).toHaveLength(8);
  });
});

describe('the deprecated operations', () => {
  const stages = [{ internalName: 's', name: 'S', isActive: true, sortOrder: 1 }];

  it('maps users and uploads stages in the legacy dialect', async () => {
    await using gong = await startBoth('legacy');
    const { client } = gong;
    const integrationId = await client.registerIntegration({ name: 'Test', ownerEmail: 'owner@acme.com' });
    await client.uploadDealStages(integrationId, stages);
    const file = ldjson({ crmUserId: 'u1', emailAddress: 'u@acme.com' });
    await client.mapUsers({ integrationId, clientRequestId: 'users', file });
    expect(await finished(client, integrationId, 'users')).toMatchObject({ state: 'DONE' });
  });

  it('do not exist in the current dialect', async () => {
    await using gong = await startBoth('current');
    await expect(gong.client.uploadDealStages(INTEGRATION, stages)).rejects.toBeInstanceOf(TypeError);
    await expect(
      gong.client.mapUsers({ integrationId: INTEGRATION, clientRequestId: 'users', file: ldjson() }),
    ).rejects.toBeInstanceOf(TypeError);
    expect(gong.emulatorCalls).toHaveLength(0);
  });
});
