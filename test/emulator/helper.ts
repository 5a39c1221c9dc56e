import type { Readable } from 'node:stream';
import { Agent, FormData, request } from 'undici';
import type { ApiDialect } from '../../src/crm/dialects.js';
import { type Emulator, type EmulatorCall, startEmulator } from '../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS, type EmulatorSettings } from '../../src/emulator/settings.js';

export const BASIC = `Basic ${Buffer.from('emulator:emulator').toString('base64')}`;
export const MODIFIED = '2024-03-01T08:00:00Z';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The raw text, because JavaScript cannot hold all of its numbers. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any response
  readonly body: any;
}

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>> | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: string | null;
  readonly json?: unknown;
  readonly body?: string | Buffer | FormData | Readable;
}

export interface Client {
  readonly url: string;
  readonly calls: EmulatorCall[];
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
}

export interface TestEmulator extends Emulator, Client {}

/** An emulator without rate limits that processes requests immediately. */
export async function start(settings: Partial<EmulatorSettings> = {}): Promise<TestEmulator> {
  const calls: EmulatorCall[] = [];
  const emulator = await startEmulator(
    { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, callsPerDay: 0, processingMs: 1, ...settings },
    { onCall: (call) => calls.push(call) },
  );
  return {
    ...emulator,
    calls,
    call: (method, path, options = {}) => call(emulator.url, method, path, options),
  };
}

/**
 * Not the process's own: where a test has used Node's fetch, that is of Node's version of undici, which waits for ever
 * for the end of a FormData of ours.
 */
const dispatcher = new Agent();

async function call(url: string, method: string, path: string, options: CallOptions): Promise<Reply> {
  const query = options.query === undefined ? '' : `?${new URLSearchParams(options.query)}`;
  const authorization = options.authorization === undefined ? BASIC : options.authorization;
  const response = await request(`${url}${path}${query}`, {
    dispatcher,
    method: method as 'GET',
    headers: {
      ...(authorization === null ? {} : { authorization }),
      ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    body: options.json === undefined ? (options.body ?? null) : JSON.stringify(options.json),
    reset: false,
  });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** Registers an integration and returns its ID. */
export async function register(client: Client): Promise<string> {
  const json = { name: 'Test CRM', ownerEmail: 'owner@acme.com' };
  const { text } = await client.call('PUT', '/v2/crm/integrations', { json });
  return /"integrationId":([0-9]+)/.exec(text)?.[1] ?? '';
}

export function file(content: string | Buffer): FormData {
  const form = new FormData();
  form.append(
    'dataFile',
    new Blob([typeof content === 'string' ? content : new Uint8Array(content)]),
    'objects.ldjson',
  );
  return form;
}

export const ldjson = (objects: readonly object[]) =>
  objects.map((object) => JSON.stringify(object)).join('\n');

/** A client of one integration. */
export interface Loader {
  readonly integrationId: string;
  /** The same integration on the other paths. */
  as(dialect: ApiDialect): Loader;
  upload(
    objectType: string,
    content: readonly object[] | string | Buffer,
    clientRequestId?: string,
  ): Promise<Reply>;
  mapUsers(content: readonly object[] | string): Promise<Reply>;
  status(clientRequestId: string): Promise<Reply>;
  settled(clientRequestId: string): Promise<Reply>;
  /** Uploads objects and returns the final status of the request. */
  load(objectType: string, content: readonly object[] | string | Buffer): Promise<Reply>;
  push(objectType: string, fields: unknown): Promise<Reply>;
  fieldNames(objectType: string): Promise<string[]>;
  get(objectType: string, ids: readonly string[]): Promise<Reply>;
  /** One object as the main database shows it. */
  object(objectType: string, id: string): Promise<Record<string, unknown> | null>;
}

const PATHS = {
  current: {
    entities: '/v2/crm/entities',
    objects: '/v2/crm/entities',
    schema: '/v2/crm/entity-schema',
    fields: '/v2/crm/entity-schema',
  },
  legacy: {
    entities: '/v2/crm/object/entities',
    objects: '/v2/crm/object/list',
    schema: '/v2/crm/object/schema',
    fields: '/v2/crm/object/schema/list',
  },
};

export async function loader(client: Client, dialect: ApiDialect = 'current'): Promise<Loader> {
  const integrationId = await register(client);
  let requests = 0;
  return loaderOf(client, integrationId, dialect, () => {
    requests += 1;
    return `request-${requests}`;
  });
}

function loaderOf(client: Client, integrationId: string, dialect: ApiDialect, nextId: () => string): Loader {
  const paths = PATHS[dialect];
  const contentOf = (content: readonly object[] | string | Buffer) =>
    typeof content === 'string' || Buffer.isBuffer(content) ? content : ldjson(content);

  const self: Loader = {
    integrationId,
    as: (other) => loaderOf(client, integrationId, other, nextId),
    upload: (objectType, content, clientRequestId = nextId()) =>
      client.call('POST', paths.entities, {
        query: { integrationId, objectType, clientRequestId },
        body: file(contentOf(content)),
      }),
    mapUsers: async (content) => {
      const accepted = await client.call('POST', '/v2/crm/map/users', {
        query: { integrationId, clientRequestId: nextId() },
        body: file(contentOf(content)),
      });
      return self.settled(accepted.body.clientRequestId);
    },
    status: (clientRequestId) =>
      client.call('GET', '/v2/crm/request-status', { query: { integrationId, clientRequestId } }),
    settled: async (clientRequestId) => {
      for (let attempt = 0; attempt < 2_000; attempt += 1) {
        const reply = await self.status(clientRequestId);
        if (!['PENDING', 'IN_PROGRESS'].includes(reply.body.status)) return reply;
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      throw new Error(`request ${clientRequestId} never ended`);
    },
    load: async (objectType, content) => {
      const accepted = await self.upload(objectType, content);
      if (accepted.status !== 201) throw new Error(`upload refused: ${accepted.text}`);
      return self.settled(accepted.body.clientRequestId);
    },
    push: (objectType, fields) =>
      client.call('POST', paths.schema, { query: { integrationId, objectType }, json: fields }),
    fieldNames: async (objectType) => {
      const { body } = await client.call('GET', paths.fields, {
        query: { integrationId, objectType },
      });
      return body.objectTypeToSelectedFields[objectType].map(
        (field: { uniqueName: string }) => field.uniqueName,
      );
    },
    get: (objectType, ids) =>
      client.call('GET', paths.objects, { query: { integrationId, objectType }, json: ids }),
    object: async (objectType, id) => {
      const { body } = await self.get(objectType, [id]);
      return body.crmObjectsMap[id];
    },
  };
  return self;
}

export const account = (objectId: string, more: object = {}) => ({
  objectId,
  modifiedDate: MODIFIED,
  name: `Account ${objectId}`,
  domains: [`${objectId}.com`],
  ...more,
});

export const contact = (objectId: string, more: object = {}) => ({
  objectId,
  modifiedDate: MODIFIED,
  accountId: 'a1',
  emailAddress: `${objectId}@acme.com`,
  firstName: 'Ann',
  lastName: 'Lee',
  ...more,
});

export const lead = (objectId: string, more: object = {}) => ({
  objectId,
  modifiedDate: MODIFIED,
  emailAddress: `${objectId}@acme.com`,
  firstName: 'Bob',
  lastName: 'Ray',
  ...more,
});

const dealOf = (objectId: string) => ({
  objectId,
  modifiedDate: MODIFIED,
  accountId: 'a1',
  ownerId: 'u1',
  name: `Deal ${objectId}`,
  createdDate: MODIFIED,
  closeDate: '2024-09-04',
  stage: 'discovery',
  amount: 7000,
});

export const deal = (objectId: string, more: object = {}) => ({
  ...dealOf(objectId),
  status: 'OPEN',
  ...more,
});

export const legacyDeal = (objectId: string, more: object = {}) => ({
  ...dealOf(objectId),
  isOpen: true,
  isWon: false,
  ...more,
});

export const user = (objectId: string, emailAddress: string, more: object = {}) => ({
  objectId,
  modifiedDate: MODIFIED,
  emailAddress,
  ...more,
});

export const stage = (objectId: string, more: object = {}) => ({
  objectId,
  modifiedDate: MODIFIED,
  name: objectId,
  isActive: true,
  sortOrder: 1,
  ...more,
});

export const legacyStage = (internalName: string, more: object = {}) => ({
  ...stage(internalName),
  internalName,
  ...more,
});

export const field = (uniqueName: string, more: object = {}) => ({
  uniqueName,
  label: uniqueName,
  type: 'STRING',
  ...more,
});

/** Both dialects' views of one integration with a stage, a mapped user and an account. */
export async function bothDialects() {
  const emulator = await start();
  const current = await loader(emulator);
  await current.load('STAGE', [stage('discovery')]);
  await current.load('BUSINESS_USER', [user('u1', 'u1@acme.com')]);
  await current.load('ACCOUNT', [account('a1')]);
  return { emulator, current, legacy: current.as('legacy'), [Symbol.asyncDispose]: emulator.close };
}
