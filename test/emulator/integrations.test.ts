import { describe, expect, it } from 'vitest';
import { account, loader, register, start } from './helper.js';

const DIALECTS = [
  {
    dialect: 'current',
    list: '/v2/crm/integrations',
    register: '/v2/crm/integrations',
    delete: '/v2/crm/integrations',
  },
  {
    dialect: 'legacy',
    list: '/v2/crm/integration/list',
    register: '/v2/crm/integration/new',
    delete: '/v2/crm/integration/delete',
  },
];
const STATUS = '/v2/crm/request-status';
const json = { name: 'CRM', ownerEmail: 'owner@acme.com' };

describe.each(DIALECTS)('integrations in the $dialect dialect', (paths) => {
  it('are registered, listed, and deleted asynchronously with all their data', async () => {
    await using emulator = await start();
    expect((await emulator.call('GET', paths.list)).body.integrations).toEqual([]);

    const registered = await emulator.call('PUT', paths.register, { json });
    expect(registered.status).toBe(200);
    expect(registered.text).toMatch(/^\{"requestId":"[0-9a-z]{19}","integrationId":[0-9]{19}\}$/);
    const integrationId = /"integrationId":([0-9]+)/.exec(registered.text)?.[1] ?? '';
    expect((await emulator.call('GET', paths.list)).text).toContain(
      `"integrations":[{"integrationId":${integrationId},"name":"CRM","ownerEmail":"owner@acme.com"}]`,
    );

    const query = { integrationId, clientRequestId: 'bye' };
    const deleted = await emulator.call('DELETE', paths.delete, { query });
    expect(deleted).toMatchObject({ status: 201, body: { clientRequestId: 'bye' } });
    const status = () => emulator.call('GET', STATUS, { query });
    while ((await status()).body.status !== 'DONE');
    expect((await emulator.call('GET', paths.list)).body.integrations).toEqual([]);
    expect((await emulator.call('DELETE', paths.delete, { query })).status).toBe(404);
    expect((await emulator.call('PUT', paths.register, { json })).status).toBe(200);
    expect((await status()).body).toMatchObject({ status: 'DONE', errors: [], totalErrorCount: 0 });
  });
});

it('have IDs that a double cannot hold', async () => {
  await using emulator = await start();
  const id = await register(emulator);
  expect(BigInt(id)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
  expect(BigInt(id)).toBeLessThan(2n ** 63n);
  expect(BigInt(Number(id))).not.toBe(BigInt(id));
});

it('answers 409 to a second registration until the deletion of the first is done', async () => {
  await using emulator = await start({ processingMs: 60 });
  const crm = await loader(emulator);
  const again = () => emulator.call('PUT', '/v2/crm/integrations', { json });
  const refused = await again();
  expect([refused.status, refused.body.errors]).toEqual([
    409,
    [
      'Your organization already has an active GENERIC CRM integration. Only 1 active integration is supported. Please disconnect the existing GENERIC CRM integration before creating a new Generic CRM integration',
    ],
  ]);
  await crm.load('ACCOUNT', [account('a1')]);
  const query = { integrationId: crm.integrationId, clientRequestId: 'bye' };
  await emulator.call('DELETE', '/v2/crm/integrations', { query });
  expect((await again()).status).toBe(409);
  expect(await crm.object('ACCOUNT', 'a1')).toEqual(account('a1'));
  expect((await crm.settled('bye')).body.status).toBe('DONE');
  expect((await again()).status).toBe(200);
});

it('answers 404 to every call for a deleted integration except the status of its requests', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const accepted = await crm.upload('ACCOUNT', [account('a1')]);
  await crm.settled(accepted.body.clientRequestId);
  const { integrationId } = crm;
  await emulator.call('DELETE', '/v2/crm/integrations', { query: { integrationId, clientRequestId: 'bye' } });
  await crm.settled('bye');
  const replies = await Promise.all([
    crm.get('ACCOUNT', ['a1']),
    crm.push('ACCOUNT', []),
    crm.upload('ACCOUNT', [account('a1')]),
    emulator.call('GET', '/v2/crm/entity-schema', { query: { integrationId } }),
    emulator.call('POST', '/v2/crm/stages', { query: { integrationId }, json: [] }),
    crm.status('never-sent'),
  ]);
  expect(replies.map((reply) => reply.status)).toEqual([404, 404, 404, 404, 404, 404]);
  expect((await crm.status(accepted.body.clientRequestId)).body.status).toBe('DONE');
});

it('ends a second deletion as DONE', async () => {
  await using emulator = await start({ processingMs: 50 });
  const crm = await loader(emulator);
  for (const clientRequestId of ['bye', 'bye-again']) {
    const query = { integrationId: crm.integrationId, clientRequestId };
    expect((await emulator.call('DELETE', '/v2/crm/integrations', { query })).status).toBe(201);
  }
  expect((await crm.settled('bye-again')).body).toMatchObject({ status: 'DONE', errors: [] });
  expect((await crm.status('bye')).body.status).toBe('DONE');
});

it('fails uploads that are processed after a deletion', async () => {
  await using emulator = await start({ processingMs: 50 });
  const crm = await loader(emulator);
  const query = { integrationId: crm.integrationId, clientRequestId: 'bye' };
  await emulator.call('DELETE', '/v2/crm/integrations', { query });
  const accepted = await crm.upload('ACCOUNT', [account('a1')]);
  expect(accepted.status).toBe(201);
  expect((await crm.settled(accepted.body.clientRequestId)).body).toMatchObject({
    status: 'FAILED',
    errors: [{ line: 0, description: expect.stringContaining('deleted') }],
  });
});

const BAD_REGISTRATIONS: readonly [string, string | undefined, string][] = [
  ['no body', undefined, 'application/json'],
  ['broken JSON', '{"name":', 'application/json'],
  ['an array', '[]', 'application/json'],
  ['no name', '{"ownerEmail":"a@b.c"}', 'application/json'],
  ['a blank name', '{"name":"  ","ownerEmail":"a@b.c"}', 'application/json'],
  ['a number for a name', '{"name":5,"ownerEmail":"a@b.c"}', 'application/json'],
  ['no owner', '{"name":"CRM"}', 'application/json'],
  ['an owner without @', '{"name":"CRM","ownerEmail":"acme.com"}', 'application/json'],
  ['null for an owner', '{"name":"CRM","ownerEmail":null}', 'application/json'],
  ['another content type', '{"name":"CRM","ownerEmail":"a@b.c"}', 'text/plain'],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), 'application/json'],
];

it.each(BAD_REGISTRATIONS)('answers 400 to a registration with %s', async (_what, body, type) => {
  await using emulator = await start();
  const reply = await emulator.call('PUT', '/v2/crm/integrations', {
    headers: { 'content-type': type },
    ...(body === undefined ? {} : { body: Buffer.from(body, 'latin1') }),
  });
  expect(reply.status).toBe(400);
  expect(reply.body.requestId).toMatch(/^[0-9a-z]{19}$/);
  expect(reply.body.errors.length).toBeGreaterThan(0);
  expect(emulator.calls).toMatchObject([{ operation: 'registerIntegration', status: 400 }]);
});

const BAD_PARAMETERS: readonly Record<string, string>[] = [
  { clientRequestId: 'ok' },
  { integrationId: 'abc', clientRequestId: 'ok' },
  { integrationId: '9223372036854775808', clientRequestId: 'ok' },
  { integrationId: '-1', clientRequestId: 'ok' },
  { integrationId: '1' },
  { integrationId: '1', clientRequestId: '' },
  { integrationId: '1', clientRequestId: 'a b' },
  { integrationId: '1', clientRequestId: 'x'.repeat(129) },
  { integrationId: '1', clientRequestId: '../x' },
  { integrationId: '1', clientRequestId: 'é' },
];

it.each(BAD_PARAMETERS)('answers 400 to a deletion with the parameters %j', async (query) => {
  await using emulator = await start();
  const reply = await emulator.call('DELETE', '/v2/crm/integrations', { query });
  expect(reply.status).toBe(400);
  expect(reply.body.errors).toHaveLength(1);
});

it('answers 404 to a well-formed integrationId that is unknown, and 409 to a clientRequestId used before', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const remove = (integrationId: string, clientRequestId: string) =>
    emulator.call('DELETE', '/v2/crm/integrations', { query: { integrationId, clientRequestId } });
  expect((await remove('1', 'ok')).status).toBe(404);
  await crm.upload('ACCOUNT', [account('a1')], 'used');
  expect((await remove(crm.integrationId, 'used')).status).toBe(409);
});
