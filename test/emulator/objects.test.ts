import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { account, field, loader, start } from './helper.js';

const PATHS = ['/v2/crm/entities', '/v2/crm/object/list'];
const IDS = JSON.stringify(['a1', 'nobody']);

describe.each(PATHS)('GET %s', (path) => {
  const WAYS: readonly [string, Parameters<Awaited<ReturnType<typeof start>>['call']>[2]][] = [
    ['in a JSON body', { headers: { 'content-type': 'application/json' }, body: IDS }],
    ['in a body of type */*', { headers: { 'content-type': '*/*' }, body: IDS }],
    ['in a body of type text/plain', { headers: { 'content-type': 'text/plain' }, body: IDS }],
    ['in a body without a type', { body: IDS }],
    ['in a chunked body', { body: Readable.from([IDS.slice(0, 3), IDS.slice(3)]) }],
  ];

  it.each(WAYS)('finds objects whose ids are %s', async (_way, options) => {
    await using emulator = await start();
    const crm = await loader(emulator);
    await crm.load('ACCOUNT', [account('a1')]);
    const query = { integrationId: crm.integrationId, objectType: 'ACCOUNT' };
    const reply = await emulator.call('GET', path, { query, ...options });
    expect(reply.status).toBe(200);
    expect(reply.body.crmObjectsMap).toEqual({ a1: account('a1'), nobody: null });
    expect(emulator.calls.at(-1)).toMatchObject({ operation: 'getObjects', objectIds: ['a1', 'nobody'] });
  });

  it('finds objects whose IDs are repeated parameters; IDs in the body take precedence', async () => {
    await using emulator = await start();
    const crm = await loader(emulator);
    await crm.load('ACCOUNT', [account('a1'), account('a,2')]);
    const query = new URLSearchParams({ integrationId: crm.integrationId, objectType: 'ACCOUNT' });
    query.append('objectsCrmIds', 'a1');
    query.append('objectsCrmIds', 'a,2');
    const byQuery = await emulator.call('GET', path, { query });
    expect(byQuery.body.crmObjectsMap).toEqual({ a1: account('a1'), 'a,2': account('a,2') });
    const byBoth = await emulator.call('GET', path, { query, json: ['x'] });
    expect(byBoth.body.crmObjectsMap).toEqual({ x: null });
    const byEmptyBody = await emulator.call('GET', path, { query, json: [] });
    expect(byEmptyBody.body.crmObjectsMap).toEqual(byQuery.body.crmObjectsMap);
  });
});

it('returns the first 100 of 150 IDs and ignores the others', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const ids = Array.from({ length: 150 }, (_, index) => `a${index}`);
  await crm.load(
    'ACCOUNT',
    ids.map((id) => account(id)),
  );
  const { body } = await crm.get('ACCOUNT', ids);
  expect(Object.keys(body.crmObjectsMap)).toEqual(ids.slice(0, 100));
  expect(body.crmObjectsMap.a99).toEqual(account('a99'));
  expect(emulator.calls.at(-1)?.objectIds).toHaveLength(150);
});

it('returns values as they were written, digit by digit', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  await crm.push('ACCOUNT', [
    field('big', { type: 'NUMBER' }),
    field('exact', { type: 'NUMBER' }),
    field('text'),
    field('gone', { type: 'DATE' }),
  ]);
  const line =
    '{ "objectId" : "a1", "modifiedDate":"2024-03-01T08:00:00Z","name":"é \\" } \\u2028 漢字","domains":[ "x.com" , "y,]"],' +
    '"big":5517027188234206123,"exact" : 1.10 ,"text":"old","text":"{[\\\\","gone":null,"other":{"deep":[{}]}}';
  expect((await crm.load('ACCOUNT', line)).body.status).toBe('DONE');
  const { text } = await crm.get('ACCOUNT', ['a1']);
  expect(text).toContain('"big":5517027188234206123,"exact":1.10,"text":"{[\\\\","gone":null}');
  expect(JSON.parse(text).crmObjectsMap.a1).toMatchObject({
    name: 'é " } \u2028 漢字',
    domains: ['x.com', 'y,]'],
  });
  expect(text).not.toContain('deep');
});

it('stores objects whose IDs are names of built-in properties', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const ids = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', '\u0000', '\ud800', '💡'];
  const real = ids.filter((id) => id !== '');
  const { body: loaded } = await crm.load(
    'ACCOUNT',
    real.map((id) => account(id)),
  );
  expect(loaded).toMatchObject({ status: 'DONE', totalSuccessCount: real.length });
  const { body } = await crm.get('ACCOUNT', [...ids, 'valueOf']);
  const entries = Object.entries(body.crmObjectsMap);
  expect(entries.map(([id]) => id)).toEqual([...ids, 'valueOf']);
  for (const [id, object] of entries) {
    if (real.includes(id)) expect(object).toMatchObject({ objectId: id });
    else expect(object).toBeNull();
  }
});

it('replaces an object as a whole, and finds it under one type only', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  await crm.load('ACCOUNT', [account('a1', { url: 'https://crm.acme.com/a1' })]);
  await crm.load('ACCOUNT', [account('a1', { name: 'Renamed' })]);
  expect(await crm.object('ACCOUNT', 'a1')).toEqual(account('a1', { name: 'Renamed' }));
  expect(await crm.object('LEAD', 'a1')).toBeNull();
  await crm.load('ACCOUNT', [{ objectId: 'a1', modifiedDate: '2024-03-02T08:00:00Z', isDeleted: true }]);
  expect(await crm.object('ACCOUNT', 'a1')).toBeNull();
});

const BAD_IDS: readonly [string, string][] = [
  ['an empty array', '[]'],
  ['an object', '{}'],
  ['a string', '"a1"'],
  ['a number among strings', '["a1", 5]'],
  ['null among strings', '["a1", null]'],
  ['an array among strings', `["a1", [${'['.repeat(20_000)}${']'.repeat(20_000)}]]`],
  ['broken JSON', '["a1"'],
];

it.each(BAD_IDS)('answers 400 to %s', async (_what, body) => {
  await using emulator = await start();
  const { integrationId } = await loader(emulator);
  const query = { integrationId, objectType: 'ACCOUNT' };
  const reply = await emulator.call('GET', '/v2/crm/entities', { query, body });
  expect(reply.status).toBe(400);
  expect(reply.body.errors).toHaveLength(1);
});

it('answers 415 to a call without a body before checking anything else, and 400 on the legacy path', async () => {
  await using emulator = await start();
  const { integrationId } = await loader(emulator);
  const known = { integrationId, objectType: 'ACCOUNT' };
  const bodies = [{}, { headers: { 'content-type': 'application/json' } }, { body: '' }];
  for (const query of [known, { integrationId: '123', objectType: 'DEAL' }, {}]) {
    for (const options of bodies) {
      const { status, body } = await emulator.call('GET', '/v2/crm/entities', { query, ...options });
      expect([status, body.errors]).toEqual([415, ['Unsupported Media Type']]);
    }
  }
  const chunked = await emulator.call('GET', '/v2/crm/entities', { query: known, body: Readable.from(['']) });
  expect(chunked.status).toBe(415);
  const denied = await emulator.call('GET', '/v2/crm/entities', { authorization: null });
  expect(denied.status).toBe(401);
  expect((await emulator.call('GET', '/v2/crm/object/list', { query: known })).status).toBe(400);
});

it.each(['account', 'STAGE', 'BUSINESS_USER', 'constructor', ''])(
  'answers 400 to the objectType "%s"',
  async (objectType) => {
    await using emulator = await start();
    const crm = await loader(emulator);
    expect((await crm.get(objectType, ['a1'])).status).toBe(400);
  },
);

it('answers 400 to a repeated parameter, and names every invalid parameter', async () => {
  await using emulator = await start();
  const query = new URLSearchParams('integrationId=1&integrationId=1');
  const { status, body } = await emulator.call('GET', '/v2/crm/entities', { query, body: IDS });
  expect(status).toBe(400);
  expect(body.errors).toEqual([
    'Parameter integrationId must be a 64-bit integer, got "1" and "1"',
    'Parameter objectType must be one of ACCOUNT, CONTACT, DEAL, LEAD, got nothing',
  ]);
});
