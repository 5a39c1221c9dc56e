import { expect, test } from 'vitest';
import { RequestsDocument, UploadAccountsDocument } from '../../../client/src/generated/graphql.js';
import { account } from '../../support/acme.js';
import { until } from '../../support/redis.js';
import { SECRET, startReceiver } from '../../webhooks/receiver.js';
import { startShared } from '../lists/support.js';

const FAILED = {
  status: 200,
  body: JSON.stringify({
    ...{ requestId: 'r', clientRequestId: 'x', status: 'FAILED', totalErrorCount: 1, totalSuccessCount: 2 },
    errors: [{ line: 2, description: 'no' }],
  }),
};

test('a request that callers share is one entry with all its writers, and webhooks tell no caller of another’s objects', async () => {
  await using operator = await startReceiver();
  await using ofCid = await startReceiver();
  await using shared = await startShared(
    {
      gateway: {
        journal: { maxEntries: 1_000, maxAgeDays: 90, follow: 'on', followMinMs: 10 },
        webhooks: {
          ...{ url: operator.url, secrets: [SECRET], notifyHosts: [ofCid.host], privateAddresses: 'allow' },
        },
      },
    },
    ({ isUpload, clientRequestId }) => (!isUpload && clientRequestId !== '' ? FAILED : undefined),
  );
  const { ann, bob, cid, integrationId } = shared;
  const free = shared.keepBusy();
  const lists = [
    await shared.wait(ann, [account('a1'), account('a2')]),
    await shared.wait(bob, [account('b1')]),
  ];
  const third = cid.execute(UploadAccountsDocument, {
    ...{ accounts: [account('c1')], integrationId, notify: ofCid.url },
  });
  await shared.haveBegun(3);
  free();
  await Promise.all([third, ...lists.map(({ outcome }) => outcome)]);

  const { requests } = await ann.execute(RequestsDocument, { filter: { caller: 'bob' } });
  const [entry, ...more] = requests.edges.map(({ node }) => node);
  expect(more).toEqual([]);
  expect(entry).toMatchObject({
    objectCount: 4,
    writers: [
      { caller: 'ann', objectCount: 2 },
      { caller: 'bob', objectCount: 1 },
      { caller: 'cid', objectCount: 1 },
    ],
  });
  expect(new Set(entry?.writers.map(({ operationId }) => operationId)).size).toBe(3);

  await until('webhooks', () => operator.received.length + ofCid.received.length === 2);
  const [told, toldCid] = [operator, ofCid].map(({ received }) => JSON.parse(received[0]?.body ?? '{}'));
  expect(told.data).toMatchObject({
    state: 'FAILED',
    errors: [{ line: 2, objectId: 'a2', description: 'no' }],
  });
  expect(toldCid.data).toEqual({ ...told.data, errors: null });
});
