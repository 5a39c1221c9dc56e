import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RequestStatusDocument, UploadAccountsDocument } from '../../../client/src/generated/graphql.js';
import { type EmulatorCall, startEmulator } from '../../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../../src/emulator/settings.js';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { createWriteMemory } from '../../../src/writes/memory.js';
import { startGatewayProgram, urlIn } from '../../start/program.js';
import { account } from '../../support/acme.js';
import { follow } from '../../support/follow.js';
import { type Harness, startHarness } from '../../support/harness.js';
import { connect, type PrivateRedis, redisMissing, startRedis, until } from '../../support/redis.js';
import { registered, type Shared, startShared } from './support.js';

let server: PrivateRedis;
beforeAll(async () => {
  if (redisMissing() === undefined) server = await startRedis();
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function connected() {
  const connection = connect(server.url);
  await until('a connection', () => connection.redis.status === 'ready');
  return connection;
}

/** Accepted by the gateway's checks of the current paths, and refused by the emulator. */
const FAULTY = 'Gong says no';

/** Gong's status of a request: these errors. */
const failed = (...errors: readonly (readonly [line: number, description: string])[]) => ({
  status: 200,
  body: JSON.stringify({
    ...{ requestId: 'r', status: 'FAILED', totalErrorCount: errors.length, totalSuccessCount: 2 },
    errors: errors.map(([line, description]) => ({ line, description })),
  }),
});

const statusOf = async (caller: Harness, integrationId: string, clientRequestId: string) =>
  (await caller.execute(RequestStatusDocument, { integrationId, clientRequestId })).requestStatus;

async function followedBy({ url, headers }: Harness, integrationId: string, clientRequestId: string) {
  const client = createClient({ url: `${url}/graphql/stream`, headers: { ...headers } });
  const field = `requestStatusChanged(integrationId: "${integrationId}", clientRequestId: "${clientRequestId}")`;
  const query = `subscription { ${field} { status totalErrorCount errors { line objectId } } }`;
  let last: unknown;
  for await (const { data } of client.iterate({ query })) last = Object.values(data ?? {})[0];
  client.dispose();
  return last;
}

/** Sends a list of Ann's and one of Bob's in one upload. Both have `both`, line 2. */
async function sendTwo(shared: Shared): Promise<string> {
  const free = shared.keepBusy();
  const dated = (id: string, day: number) => account(id, { modifiedDate: `2024-03-0${day}T00:00:00Z` });
  const lists = [
    await shared.wait(shared.ann, [dated('ann-1', 1), dated('both', 2)]),
    await shared.wait(shared.bob, [dated('both', 2), dated('bob-1', 3)]),
  ];
  free();
  const [first, second] = await Promise.all(lists.map(({ outcome }) => outcome));
  expect([first?.errors, second?.errors]).toEqual([[], []]);
  expect(shared.uploads.at(-1)?.ids).toEqual(['ann-1', 'both', 'bob-1']);
  return first?.clientRequestId ?? '';
}

describe('errors of an upload that callers share', () => {
  const FAILED = failed([1, 'one'], [2, 'two'], [3, 'three'], [9, 'nine']);
  const common = { line: 2, objectId: 'both', objectType: 'ACCOUNT', description: 'two' };
  const OF_ANN = [{ line: 1, objectId: 'ann-1', objectType: 'ACCOUNT', description: 'one' }, common];
  const OF_BOB = [common, { line: 3, objectId: 'bob-1', objectType: 'ACCOUNT', description: 'three' }];

  test('are shown to the caller whose object it is, in queries and subscriptions; the totals are those of all', async () => {
    await using shared = await startShared({}, ({ isUpload, clientRequestId }) =>
      !isUpload && clientRequestId !== '' ? FAILED : undefined,
    );
    const { ann, bob, cid, integrationId } = shared;
    const id = await sendTwo(shared);
    const totals = { status: 'FAILED', totalErrorCount: 4, totalSuccessCount: 2 };
    expect(await statusOf(ann, integrationId, id)).toMatchObject({ ...totals, errors: OF_ANN });
    expect(await statusOf(bob, integrationId, id)).toMatchObject({ ...totals, errors: OF_BOB });
    expect(await statusOf(cid, integrationId, id)).toMatchObject({ ...totals, errors: [] });
    const [followed, ofNobody] = await Promise.all([
      followedBy(ann, integrationId, id),
      followedBy(cid, integrationId, id),
    ]);
    expect(followed).toMatchObject({
      totalErrorCount: 4,
      errors: [{ objectId: 'ann-1' }, { objectId: 'both' }],
    });
    expect(ofNobody).toMatchObject({ totalErrorCount: 4, errors: [] });
  });

  test('are shown to whoever knows the ID where a single caller has sent it', async () => {
    await using shared = await startShared({}, ({ isUpload, clientRequestId }) =>
      !isUpload && clientRequestId !== '' ? failed([1, 'one']) : undefined,
    );
    const { ann, cid, integrationId } = shared;
    const free = shared.keepBusy();
    const lists = [await shared.wait(ann, [account('a1')]), await shared.wait(ann, [account('a2')])];
    free();
    const { clientRequestId = '' } = (await Promise.all(lists.map(({ outcome }) => outcome)))[0] ?? {};
    expect(await statusOf(cid, integrationId, clientRequestId)).toMatchObject({
      errors: [{ objectId: 'a1' }],
    });
  });

  test.skipIf(redisMissing() !== undefined)('are so on a replica that has not sent it, too', async () => {
    await using here = await connected();
    await using there = await connected();
    await using shared = await startShared({
      gateway: { writeMemory: createWriteMemory(createMemoryStore(), here.redis) },
    });
    await using other = await startShared(
      {
        gong: { baseUrl: shared.harness.emulatorUrl },
        gateway: { writeMemory: createWriteMemory(createMemoryStore(), there.redis) },
      },
      ({ isUpload, clientRequestId }) => (!isUpload && clientRequestId !== '' ? FAILED : undefined),
    );
    const id = await sendTwo(shared);
    expect(await statusOf(other.bob, shared.integrationId, id)).toMatchObject({ errors: OF_BOB });
    expect(await statusOf(other.cid, shared.integrationId, id)).toMatchObject({ errors: [] });
    // Names of callers are not written down.
    for (const key of await here.redis.keys('*sent:*')) expect(key).not.toMatch(/ann|bob/);
  });
});

describe('a bad list in a shared upload', () => {
  test('is the only one that fails if Gong refuses the upload', async () => {
    await using shared = await startShared({}, ({ isUpload, ids }) =>
      isUpload && ids.includes('bad')
        ? { status: 400, body: JSON.stringify({ requestId: 'r', errors: [FAULTY] }) }
        : undefined,
    );
    const { ann, bob, cid } = shared;
    const free = shared.keepBusy();
    const ids = ['a1', 'a2', 'bad', 'a4', 'a5'];
    const lists = ids.map((id, index) => shared.upload([ann, bob, cid][index % 3] ?? ann, [account(id)]));
    await shared.haveBegun(5);
    free();
    const outcomes = await Promise.all(lists);
    expect(outcomes.map(({ errors }) => errors[0]?.extensions.code)).toEqual(
      ids.map((id) => (id === 'bad' ? 'BAD_USER_INPUT' : undefined)),
    );
    expect(outcomes[2]?.errors[0]?.message).toContain(FAULTY);
    const { status } = await follow(ann, outcomes[0]?.clientRequestId ?? '');
    expect(status).toBe('DONE');
  });

  async function sendAgain(shared: Shared, replica: Shared) {
    const id = await sendTwo(shared);
    const whole = { line: 0, objectId: null, description: 'no' };
    expect(await statusOf(shared.bob, shared.integrationId, id)).toMatchObject({ errors: [whole] });
    const before = replica.uploads.length;
    const free = replica.keepBusy();
    const dated = (name: string, day: number) => account(name, { modifiedDate: `2024-03-0${day}T00:00:00Z` });
    const lists = [
      await replica.wait(replica.cid, [account('c1')]),
      await replica.wait(replica.ann, [dated('ann-1', 1), dated('both', 2)]),
      await replica.wait(replica.cid, [account('c2')]),
    ];
    free();
    await Promise.all(lists.map(({ outcome }) => outcome));
    const sent = replica.uploads.slice(before).map(({ ids }) => ids.join());
    expect(sent.sort()).toEqual(['ann-1,both', 'c1,c2']);
  }

  test('shares no other upload once Gong has failed one as a whole, as any of its lists may be the reason', async () => {
    await using shared = await startShared({}, ({ isUpload, clientRequestId }) =>
      !isUpload && clientRequestId !== '' ? failed([0, 'no']) : undefined,
    );
    await sendAgain(shared, shared);
  });

  test.skipIf(redisMissing() !== undefined)('and not on another replica either', async () => {
    await using here = await connected();
    await using there = await connected();
    await using shared = await startShared(
      { gateway: { writeMemory: createWriteMemory(createMemoryStore(), here.redis) } },
      ({ isUpload, clientRequestId }) =>
        !isUpload && clientRequestId !== '' ? failed([0, 'no']) : undefined,
    );
    await using other = await startShared({
      gong: { baseUrl: shared.harness.emulatorUrl },
      gateway: { writeMemory: createWriteMemory(createMemoryStore(), there.redis) },
    });
    await sendAgain(shared, other);
  });
});

test('if the gateway is killed before it has answered, the same lists can be sent through another', async () => {
  const accepted: EmulatorCall[] = [];
  let onAccepted = () => {};
  const settings = { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, callsPerDay: 0, processingMs: 0 };
  await using emulator = await startEmulator(settings, {
    onCall(call) {
      if (call.operation !== 'uploadObjects' || call.status !== 201) return;
      accepted.push(call);
      onAccepted();
    },
  });
  const integrationId = await registered(emulator.url);
  await using victim = startGatewayProgram(emulator.url);
  const url = urlIn(await victim.plainLine, '/graphql');
  onAccepted = () => victim.kill('SIGKILL');
  const lists = ['a1', 'a2', 'a3'].map((id) => ({ accounts: [account(id)], integrationId }));
  const answers = await Promise.allSettled(
    lists.map((variables) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: UploadAccountsDocument.toString(), variables }),
      }).then((answer) => answer.text()),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(lists.map(() => 'rejected'));
  expect((await victim.ended).signal).toBe('SIGKILL');
  onAccepted = () => {};
  await using harness = await startHarness({ gong: { baseUrl: emulator.url } });
  for (const variables of lists) {
    const { uploadAccounts } = await harness.execute(UploadAccountsDocument, variables);
    expect(uploadAccounts).toMatchObject({ alreadySubmitted: false });
    if (uploadAccounts.__typename !== 'UploadAccepted') throw new Error('needed an accepted upload');
    expect(await follow(harness, uploadAccounts.clientRequestId)).toMatchObject({ status: 'DONE' });
  }
  // The victim's one upload, and each list by itself; the same name is never used twice.
  expect(new Set(accepted.map(({ query }) => query.get('clientRequestId'))).size).toBe(accepted.length);
});
