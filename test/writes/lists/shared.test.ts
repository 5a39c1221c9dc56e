import { once } from 'node:events';
import { connect as connectTo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { CrmObjectsDocument, UploadDealsDocument } from '../../../client/src/generated/graphql.js';
import { createWriteMemory } from '../../../src/writes/memory.js';
import { account, deal, MODIFIED } from '../../support/acme.js';
import { follow } from '../../support/follow.js';
import type { Harness } from '../../support/harness.js';
import { redisMissing, startRedis } from '../../support/redis.js';
import { connectStore } from '../../support/stores.js';
import { KEY, startPassing, WRITER } from '../../tenants/passing.js';
import { registered, startShared } from './support.js';

const UPLOAD = `mutation ($id: ID!, $ids: [AccountInput!]!) {
  uploadAccounts(integrationId: $id, accounts: $ids) { ... on UploadAccepted { clientRequestId objectCount } }
}`;

async function namesOf(harness: Harness, integrationId: string, ids: readonly string[]) {
  const { crmObjects } = await harness.execute(CrmObjectsDocument, {
    ...{ objectType: 'ACCOUNT', integrationId },
    ids: [...ids],
  });
  return crmObjects.map((object) => object?.fields.name ?? null);
}

describe('lists that come while the gateway is busy', () => {
  test('share one upload, though they are of fifty services, and each gets its own result', async () => {
    await using shared = await startShared();
    const { ann, bob, cid, uploads } = shared;
    const free = shared.keepBusy();
    const sizes = Array.from({ length: 50 }, (_, service) => 1 + (service % 4));
    const outcomes = sizes.map((size, service) =>
      shared.upload(
        [ann, bob, cid][service % 3] ?? ann,
        // An ID with "_" causes a warning.
        Array.from({ length: size }, (_, index) =>
          account(`s${service}${service === 7 ? '_' : '-'}${index}`),
        ),
      ),
    );
    await shared.haveBegun(50);
    free();
    const results = await Promise.all(outcomes);
    expect(uploads).toHaveLength(1);
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    expect(results.map(({ objectCount }) => objectCount)).toEqual(sizes);
    expect(results.map(({ warnings }) => warnings?.length)).toEqual(
      sizes.map((size, service) => (service === 7 ? size : 0)),
    );
    expect(new Set(results.map(({ clientRequestId }) => clientRequestId))).toEqual(
      new Set([uploads[0]?.clientRequestId]),
    );
    const { status, totalSuccessCount } = await follow(ann, uploads[0]?.clientRequestId ?? '');
    expect([status, totalSuccessCount]).toEqual(['DONE', sizes.reduce((sum, size) => sum + size)]);
  });

  test('are sent sorted by date, and an object that several give alike only once', async () => {
    await using shared = await startShared();
    const { ann, bob, uploads } = shared;
    const free = shared.keepBusy();
    const dated = (objectId: string, modifiedDate: string) => account(objectId, { modifiedDate });
    const both = dated('both', '2024-03-03T00:00:00+03:00');
    const first = await shared.wait(ann, [dated('a', '2024-03-04T00:00:00Z'), both]);
    const second = await shared.wait(bob, [both, dated('b', '2024-03-02T20:59:59Z')]);
    free();
    expect(await first.outcome).toMatchObject({ objectCount: 2, errors: [] });
    expect(await second.outcome).toMatchObject({ objectCount: 2, errors: [] });
    expect(uploads.map(({ ids }) => ids)).toEqual([['b', 'both', 'a']]);
  });

  test('that are identical as a whole share one outcome, under the name that one of them would have', async () => {
    await using shared = await startShared();
    const { ann, bob, uploads } = shared;
    const free = shared.keepBusy();
    const lists = [await shared.wait(ann, [account('a')]), await shared.wait(bob, [account('a')])];
    free();
    const [one, other] = await Promise.all(lists.map(({ outcome }) => outcome));
    expect(one).toEqual(other);
    expect(one).toMatchObject({ alreadySubmitted: false });
    expect(await shared.upload(ann, [account('a')])).toMatchObject({
      alreadySubmitted: true,
      clientRequestId: one?.clientRequestId,
    });
    expect(uploads).toHaveLength(1);
  });

  test('are not held up by one with errors, nor by a caller who goes away', async () => {
    await using shared = await startShared();
    const { ann, bob, harness, integrationId } = shared;
    const free = shared.keepBusy();
    const leaving = connectTo(Number(new URL(harness.url).port), '127.0.0.1');
    await once(leaving, 'connect');
    const variables = { id: integrationId, ids: [{ objectId: 'gone', modifiedDate: MODIFIED }] };
    const body = JSON.stringify({ query: UPLOAD, variables });
    leaving.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: ${ann.headers.authorization}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await shared.haveBegun(1);
    const good = await shared.wait(bob, [account('good')]);
    const bad = await shared.upload(ann, [account('a1'), account('a2', { modifiedDate: 'yesterday' })]);
    expect(bad.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    leaving.destroy();
    free();
    expect((await good.outcome).errors).toEqual([]);
    // Like every mutation, that of the one who left runs to its end.
    expect(shared.uploads.map(({ ids }) => ids)).toEqual([['gone', 'good']]);
  });

  test('stay alone with a clientRequestId of their own, and apart from other types and integrations', async () => {
    await using shared = await startShared();
    const { ann, bob, integrationId } = shared;
    const free = shared.keepBusy();
    const lists = [
      shared.upload(ann, [account('a1')]),
      shared.upload(bob, [account('a2')]),
      ann.query(UploadDealsDocument.toString(), { deals: [deal('d1', 'a1')], integrationId }),
      bob.query(UPLOAD, { id: '1', ids: [account('a4')] }),
    ];
    await shared.haveBegun(4);
    await shared.upload(bob, [account('a3')], 'my-own');
    expect(shared.uploads).toMatchObject([{ clientRequestId: 'my-own', ids: ['a3'] }]);
    free();
    await Promise.all(lists);
    const sent = shared.uploads.slice(1).map(({ objectType, ids }) => [objectType, [...ids].sort().join()]);
    expect(sent.sort()).toEqual([
      ['ACCOUNT', 'a1,a2'],
      ['ACCOUNT', 'a4'],
      ['DEAL', 'd1'],
    ]);
  });

  test('bring the versions of an object in the order in which they came, whatever their dates', async () => {
    await using shared = await startShared();
    const { ann, bob, cid, integrationId } = shared;
    const free = shared.keepBusy();
    const outcomes: Promise<{ readonly clientRequestId?: string }>[] = [];
    for (let version = 0; version < 8; version += 1) {
      const modifiedDate = `2024-03-${20 - version}T00:00:00Z`;
      const list = [account('hot', { modifiedDate, name: `Version ${version}` }), account(`own${version}`)];
      outcomes.push((await shared.wait([ann, bob, cid][version % 3] ?? ann, list)).outcome);
    }
    const other = await shared.wait(ann, [account('cold')]);
    free();
    const { clientRequestId = '' } = (await Promise.all([other.outcome, ...outcomes])).at(-1) ?? {};
    const hot = shared.uploads.filter(({ ids }) => ids.includes('hot'));
    expect(hot.map(({ ids }) => ids.find((id) => id.startsWith('own')))).toEqual(
      outcomes.map((_, version) => `own${version}`),
    );
    expect(shared.uploads[0]?.ids).toContain('cold');
    await follow(ann, clientRequestId);
    expect(await namesOf(ann, integrationId, ['hot', 'cold'])).toEqual(['Version 7', 'Account cold']);
  });
});

test('on an idle gateway a list is sent at once and alone', async () => {
  await using shared = await startShared();
  for (const id of ['a1', 'a2', 'a3']) await shared.upload(shared.ann, [account(id)]);
  expect(shared.uploads.map(({ ids }) => ids)).toEqual([['a1'], ['a2'], ['a3']]);
});

test('with credentials of their own, callers share no upload with others', async () => {
  await using passing = await startPassing({ gong: { callsPerSecond: 1 } });
  const { harness, calls } = passing;
  const integrationId = await registered(harness.emulatorUrl);
  const answers = [KEY, WRITER].flatMap((authorization, owner) =>
    // The first takes the one call of a second; the others wait for the next.
    ['first', 'a', 'b', 'c'].map((id) =>
      harness
        .as({ authorization })
        .query(UPLOAD, { id: integrationId, ids: [account(`${owner}-${id}`), account('common')] }),
    ),
  );
  for (const { errors } of await Promise.all(answers)) expect(errors).toEqual([]);
  const uploads = calls.filter(({ what }) => what === 'entities');
  for (const { authorization, body } of uploads) {
    const owners = new Set([...body.matchAll(/"objectId":"(\d)-/g)].map(([, owner]) => owner));
    expect([...owners]).toEqual([authorization === KEY ? '0' : '1']);
  }
  expect(new Set(uploads.map(({ authorization }) => authorization))).toEqual(new Set([KEY, WRITER]));
  expect(uploads.length).toBeLessThan(8);
});

test.skipIf(redisMissing() !== undefined)(
  'two replicas that merge the same lists at the same time send them once',
  async () => {
    await using server = await startRedis();
    await using here = await connectStore(server.url);
    await using there = await connectStore(server.url);
    const gatewayOf = ({ redis, store }: typeof here) => ({
      ...{ redis, store, writeMemory: createWriteMemory(store, redis) },
    });
    await using one = await startShared({ gateway: gatewayOf(here) });
    const { emulatorUrl: baseUrl } = one.harness;
    await using two = await startShared({ gong: { baseUrl }, gateway: gatewayOf(there) });
    const frees = [one.keepBusy(), two.keepBusy()];
    const lists = [];
    for (const replica of [one, two]) {
      lists.push(await replica.wait(replica.ann, [account('a')]));
      lists.push(await replica.wait(replica.bob, [account('b')]));
    }
    for (const free of frees) free();
    const outcomes = await Promise.all(lists.map(({ outcome }) => outcome));
    expect(outcomes.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(outcomes.map(({ clientRequestId }) => clientRequestId)).size).toBe(1);
    expect(outcomes.filter(({ alreadySubmitted }) => alreadySubmitted === false)).toHaveLength(2);
    expect([...one.uploads, ...two.uploads].map(({ ids }) => ids)).toEqual([['a', 'b']]);
  },
);
