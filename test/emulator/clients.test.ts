import { expect, it } from 'vitest';
import {
  account,
  BASIC,
  type CallOptions,
  deal,
  legacyDeal,
  type Reply,
  stage,
  start,
  user,
} from './helper.js';

/**
 * The requests of published clients as they were seen on the wire. Two are as documented instead: the Ruby client drops
 * the body of a GET before it is sent, and the Rust client has no upload, so that its file goes as its HTTP library would
 * send it. Nango's actions put ids, joined by commas, where Gong does not look for them; only one at a time is found here.
 */
interface PublishedClient {
  /** Sent with every request, even without a body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly operations: Readonly<Record<Operation, readonly [method: string, path: string]>>;
  readonly ids: (ids: readonly string[]) => { readonly query?: Query; readonly options?: CallOptions };
  /** Default: all of them. */
  readonly idsAtATime?: number;
  readonly file: (content: string) => CallOptions;
  readonly deal: (objectId: string) => { readonly objectId: string };
  /** Of a deletion. */
  readonly deletionOptions?: CallOptions;
  /** How it uploads what deals need besides their account. */
  readonly loadStageAndUser: (client: Walk) => Promise<void>;
}

type Operation = 'list' | 'register' | 'delete' | 'listSchema' | 'pushSchema' | 'getObjects' | 'upload';
type Query = readonly (readonly [string, string])[];

interface Walk {
  call(endpoint: readonly [string, string], query?: Query, options?: CallOptions): Promise<Reply>;
  /** Follows a request to its end. */
  settled(clientRequestId: string): Promise<Reply>;
  upload(objectType: string, clientRequestId: string, object: object): Promise<Reply>;
  file(content: string): CallOptions;
  readonly integrationId: string;
}

const BOUNDARY = '------------------------0f827fbc89d5d22f';
const part = (type: string, content: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="dataFile"; filename="x.ldjson"\r\n${type}\r\n${content}\r\n--${BOUNDARY}--\r\n`;
const form = (body: string): CallOptions => ({
  headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  body,
});
const CURRENT_PATHS: PublishedClient['operations'] = {
  list: ['GET', '/v2/crm/integrations'],
  register: ['PUT', '/v2/crm/integrations'],
  delete: ['DELETE', '/v2/crm/integrations'],
  listSchema: ['GET', '/v2/crm/entity-schema'],
  pushSchema: ['POST', '/v2/crm/entity-schema'],
  getObjects: ['GET', '/v2/crm/entities'],
  upload: ['POST', '/v2/crm/entities'],
};
const uploadStageAndUser: PublishedClient['loadStageAndUser'] = async ({ upload }) => {
  expect((await upload('STAGE', 'stages', stage('discovery'))).body.status).toBe('DONE');
  expect((await upload('BUSINESS_USER', 'users', user('u1', 'john.doe@acme.com'))).body.status).toBe('DONE');
};

const CLIENTS: Readonly<Record<string, PublishedClient>> = {
  'gong_api (Ruby, legacy paths)': {
    headers: {
      'user-agent': 'Swagger-Codegen/1.1.1/ruby',
      'content-type': 'application/json',
      accept: 'application/json',
    },
    operations: {
      list: ['GET', '/v2/crm/integration/list'],
      register: ['PUT', '/v2/crm/integration/new'],
      delete: ['DELETE', '/v2/crm/integration/delete'],
      listSchema: ['GET', '/v2/crm/object/schema/list'],
      pushSchema: ['POST', '/v2/crm/object/schema'],
      getObjects: ['GET', '/v2/crm/object/list'],
      upload: ['POST', '/v2/crm/object/entities'],
    },
    ids: (ids) => ({ options: { headers: { 'content-type': '*/*' }, body: JSON.stringify(ids) } }),
    file: (content) => form(part('Content-Type: application/octet-stream\r\n', content)),
    deal: legacyDeal,
    loadStageAndUser: async ({ call, settled, file, integrationId }) => {
      const id = ['integrationId', integrationId] as const;
      const discovery = { internalName: 'discovery', name: 'Discovery', isActive: true, sortOrder: 1 };
      const stages = await call(['POST', '/v2/crm/stages'], [id], { body: JSON.stringify([discovery]) });
      expect(stages.status).toBe(200);
      const mapped = await call(
        ['POST', '/v2/crm/map/users'],
        [['clientRequestId', 'users'], id],
        file('{"crmUserId": "u1", "emailAddress": "john.doe@acme.com"}\n'),
      );
      expect(mapped.body).toMatchObject({ clientRequestId: 'users' });
      expect((await settled('users')).body.status).toBe('DONE');
    },
  },
  'gong-rs (Rust, current paths)': {
    headers: { 'user-agent': 'OpenAPI-Generator/V2/rust', accept: '*/*' },
    operations: CURRENT_PATHS,
    ids: (ids) => ({ query: ids.map((id) => ['objectsCrmIds', id]) }),
    file: (content) => form(part('', content)),
    deal,
    loadStageAndUser: uploadStageAndUser,
  },
  'gong-cli (TypeScript, current paths)': {
    headers: {
      'user-agent': 'gong-cli/0.3.0',
      accept: '*/*',
      'accept-language': '*',
      'sec-fetch-mode': 'cors',
      'accept-encoding': 'gzip, deflate',
    },
    operations: CURRENT_PATHS,
    ids: (ids) => ({
      options: { headers: { 'content-type': 'application/json' }, body: JSON.stringify(ids) },
    }),
    file: (content) => form(part('Content-Type: application/octet-stream\r\n', content)),
    deal,
    loadStageAndUser: uploadStageAndUser,
  },
  'Nango’s actions (TypeScript, current paths)': {
    headers: {
      'user-agent': 'axios/1.21.1',
      accept: 'application/json, text/plain, */*',
      'accept-encoding': 'gzip, compress, deflate, br',
    },
    operations: CURRENT_PATHS,
    ids: (ids) => ({ query: [['objectsCrmIds', ids.join(',')]] }),
    idsAtATime: 1,
    file: (content) => form(part('Content-Type: application/x-ndjson\r\n', content.trimEnd())),
    deal,
    deletionOptions: { headers: { 'content-type': 'application/json' }, body: '{}' },
    loadStageAndUser: uploadStageAndUser,
  },
};

it.each(Object.entries(CLIENTS))('serves every operation of %s', async (_name, client) => {
  await using emulator = await start();
  const { list, register, listSchema, pushSchema, getObjects, upload } = client.operations;

  const call: Walk['call'] = ([method, path], query = [], { headers, ...options } = {}) =>
    emulator.call(method, path, {
      ...options,
      query: new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])),
      headers: { ...client.headers, ...headers, authorization: BASIC },
      authorization: null,
    });
  const json = (value: unknown): CallOptions => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });

  expect((await call(list)).body).toEqual({ requestId: expect.any(String), integrations: [] });
  const registration = { ownerEmail: 'owner@acme.com', name: 'My CRM' };
  const registered = await call(register, [], json(registration));
  // Both read a JSON number: the one into an i64, the other into an Integer.
  const integrationId = /"integrationId":([0-9]{19})[,}]/.exec(registered.text)?.[1] ?? '';
  expect(registered.status).toBe(200);
  expect((await call(register, [], json(registration))).status).toBe(409);
  expect((await call(list)).text).toContain(`"integrationId":${integrationId},"name":"My CRM"`);

  const id = ['integrationId', integrationId] as const;
  const walk: Walk = {
    call,
    integrationId,
    file: client.file,
    upload: async (objectType, clientRequestId, object) => {
      const query: Query = [['clientRequestId', clientRequestId], id, ['objectType', objectType]];
      const accepted = await call(upload, query, client.file(`${JSON.stringify(object)}\n`));
      expect(accepted.status).toBe(201);
      expect(accepted.body).toEqual({ requestId: expect.any(String), clientRequestId });
      return walk.settled(clientRequestId);
    },
    settled: async (clientRequestId) => {
      for (let attempt = 0; attempt < 2_000; attempt += 1) {
        const query: Query = [['clientRequestId', clientRequestId], id];
        const reply = await call(['GET', '/v2/crm/request-status'], query);
        if (!['PENDING', 'IN_PROGRESS'].includes(reply.body.status)) return reply;
      }
      throw new Error(`request ${clientRequestId} never ended`);
    },
  };

  const ofAccounts: Query = [id, ['objectType', 'ACCOUNT']];
  const lastModified = '2020-11-11T08:11:34+01:00';
  const parent = { uniqueName: 'parentAccount', label: 'Main Account', type: 'REFERENCE' };
  const pushed = await call(
    pushSchema,
    ofAccounts,
    json([{ ...parent, referenceTo: 'ACCOUNT', lastModified }]),
  );
  expect([pushed.status, Object.keys(pushed.body)]).toEqual([200, ['requestId']]);
  const listed = await call(listSchema, ofAccounts);
  expect(listed.body.objectTypeToSelectedFields.ACCOUNT.at(-1)).toEqual({
    ...parent,
    name: 'parentAccount',
    referenceTo: 'ACCOUNT',
    lastModified,
    isDeleted: false,
    orderedValueList: null,
  });

  await client.loadStageAndUser(walk);
  const done = { status: 'DONE', errors: [], totalErrorCount: 0, totalSuccessCount: 1 };
  const a1 = account('a1', { parentAccount: '48b009drax' });
  expect((await walk.upload('ACCOUNT', 'accounts', a1)).body).toMatchObject(done);
  const d1 = client.deal('d1');
  expect((await walk.upload('DEAL', 'deals', d1)).body).toMatchObject(done);
  for (const [type, object] of [['ACCOUNT', a1] as const, ['DEAL', d1] as const]) {
    const expected = [[object.objectId, object] as const, ['none', null] as const].slice(
      0,
      client.idsAtATime,
    );
    const { query = [], options } = client.ids(expected.map(([objectId]) => objectId));
    const { body } = await call(getObjects, [id, ['objectType', type], ...query], options);
    expect(body.crmObjectsMap).toEqual(Object.fromEntries(expected));
  }

  const byeBye: Query = [['clientRequestId', 'bye'], id];
  const deleted = await call(client.operations.delete, byeBye, client.deletionOptions);
  expect([deleted.status, deleted.body.clientRequestId]).toEqual([201, 'bye']);
  expect((await walk.settled('bye')).body.status).toBe('DONE');
  expect((await call(list)).body.integrations).toEqual([]);
});
