import { type AccountInput, UploadAccountsDocument } from '../../../client/src/generated/graphql.js';
import { makeApiKey } from '../../../src/auth/api-keys.js';
import { SCOPES } from '../../../src/auth/scopes.js';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { createWriteMemory, type WriteMemory } from '../../../src/writes/memory.js';
import { gate } from '../../support/gate.js';
import { type GraphqlError, type Harness, type HarnessOptions, startHarness } from '../../support/harness.js';
import { type FaultyAnswer, startProxy } from '../../support/proxy.js';
import { until } from '../../support/redis.js';
import { KEY } from '../../tenants/passing.js';

const KEYS = ['ann', 'bob', 'cid'].map((name) => makeApiKey(name, [...SCOPES]));

/** A call to Gong. */
export interface SeenCall {
  readonly isUpload: boolean;
  readonly clientRequestId: string;
  readonly objectType: string;
  /** The IDs of an upload's objects, in the order of its lines. */
  readonly ids: readonly string[];
}

export type Fault = (call: SeenCall) => FaultyAnswer | undefined | Promise<FaultyAnswer | undefined>;

export interface UploadOutcome {
  readonly clientRequestId?: string;
  readonly objectCount?: number;
  readonly alreadySubmitted?: boolean;
  readonly warnings?: readonly { readonly objectId: string }[];
  readonly errors: readonly GraphqlError[];
}

export interface Shared extends AsyncDisposable {
  readonly harness: Harness;
  readonly ann: Harness;
  readonly bob: Harness;
  readonly cid: Harness;
  /** What was sent to Gong, in order. */
  readonly uploads: readonly SeenCall[];
  readonly integrationId: string;
  /** Holds up all uploads of lists from now on: no turn comes. Returns a function that ends this. */
  keepBusy(): () => void;
  /** Uploads accounts, and waits until they wait for their turn. */
  wait(
    caller: Harness,
    accounts: readonly AccountInput[],
  ): Promise<{ readonly outcome: Promise<UploadOutcome> }>;
  /** Resolves once this many lists have waited for their turn, or still do. */
  haveBegun(count: number): Promise<void>;
  upload(
    caller: Harness,
    accounts: readonly AccountInput[],
    clientRequestId?: string,
  ): Promise<UploadOutcome>;
}

/** A gateway with three callers, whose budget can be kept busy, before an emulator with a registered CRM. */
export async function startShared(
  options: HarnessOptions = {},
  fault: Fault = () => undefined,
): Promise<Shared> {
  const uploads: SeenCall[] = [];
  let emulatorUrl = options.gong?.baseUrl ?? '';
  const proxy = await startProxy(
    () => emulatorUrl,
    ({ method, url, body }) => {
      const query = new URLSearchParams(url.split('?')[1]);
      const call: SeenCall = {
        isUpload: method === 'POST' && url.includes('/entities?'),
        clientRequestId: query.get('clientRequestId') ?? '',
        objectType: query.get('objectType') ?? '',
        ids: [...body.matchAll(/^\{"objectId":"([^"]*)"/gm)].map(([, id]) => id ?? ''),
      };
      if (call.isUpload) uploads.push(call);
      return fault(call);
    },
  );
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const memory = options.gateway?.writeMemory ?? createWriteMemory(createMemoryStore());
  const writeMemory: WriteMemory = {
    ...memory,
    failedLists: {
      ...memory.failedLists,
      async has(...list) {
        const isKnown = await memory.failedLists.has(...list);
        // From here a list waits for nothing but its turn.
        waiting += 1;
        return isKnown;
      },
    },
  };
  const harness = await startHarness({
    ...options,
    client: (gong) => ({
      ...gong,
      async reserve(call = {}) {
        if (call.priority === 'upload') await turn;
        return gong.reserve(call);
      },
    }),
    gong: { ...options.gong, baseUrl: proxy.url },
    gateway: {
      auth: { mode: 'api-key', keys: KEYS.map(({ kept }) => kept) },
      ...options.gateway,
      writeMemory,
    },
  });
  if (emulatorUrl === '') emulatorUrl = harness.emulatorUrl;
  const [ann, bob, cid] = KEYS.map(({ key }) => harness.as({ authorization: `Bearer ${key}` }));
  if (ann === undefined || bob === undefined || cid === undefined) throw new Error('needed three callers');
  const integrationId = await registered(emulatorUrl);

  async function upload(caller: Harness, accounts: readonly AccountInput[], clientRequestId?: string) {
    const { data, errors } = await caller.query<{ uploadAccounts: Omit<UploadOutcome, 'errors'> | null }>(
      UploadAccountsDocument.toString(),
      { accounts, integrationId, clientRequestId },
    );
    return { ...data?.uploadAccounts, errors };
  }
  const haveBegun = (count: number) => until(`${count} lists to wait`, () => waiting >= count);

  return {
    ...{ harness, ann, bob, cid, uploads, integrationId, upload, haveBegun },
    keepBusy() {
      const free = gate();
      turn = free.opened;
      return () => {
        turn = Promise.resolve();
        free.open();
      };
    },
    async wait(caller, accounts) {
      const before = waiting;
      const outcome = upload(caller, accounts);
      await haveBegun(before + 1);
      return { outcome };
    },
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** Registers a CRM, or finds the one that is, without a call of the gateway's. */
export async function registered(emulatorUrl: string): Promise<string> {
  const headers = { authorization: KEY, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'Acme', ownerEmail: 'owner@acme.com' });
  const url = `${emulatorUrl}/v2/crm/integrations`;
  const first = await (await fetch(url, { method: 'PUT', headers, body })).text();
  const answer = first.includes('integrationId') ? first : await (await fetch(url, { headers })).text();
  return /"integrationId":([0-9]+)/.exec(answer)?.[1] ?? '';
}
