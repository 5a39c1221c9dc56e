import { createClient } from 'graphql-sse';
import { describe, expect, test } from 'vitest';
import {
  AccountDocument,
  PushSchemaDocument,
  type SchemaFieldInput,
} from '../../../client/src/generated/graphql.js';
import { deal, loadAccounts, registerAcme, account as typedAccount } from '../../support/acme.js';
import { follow } from '../../support/follow.js';
import { type Harness, startHarness } from '../../support/harness.js';
import { metric } from '../../telemetry/metrics-text.js';
import { startRecorded } from './recorder.js';
import {
  acceptedUploads,
  accounts,
  DOORS,
  file,
  line,
  plainDoor,
  spoolIsEmpty,
  startWithCrm,
} from './support.js';

/* Files that are sent again, and what errors of Gong are about. */

const field = (type: SchemaFieldInput['type']): SchemaFieldInput => ({
  uniqueName: 'size',
  label: 'Size',
  type,
});

async function push(harness: Harness, ...fields: SchemaFieldInput[]) {
  await harness.execute(PushSchemaDocument, {
    input: { objectType: 'ACCOUNT', fields, allowDataLoss: true },
  });
}

describe.each(DOORS)('through $name', (door) => {
  test('skipped lines are sent once a schema push has made them valid, and are never reported as sent before', async () => {
    await using harness = await startWithCrm();
    await push(harness, field('NUMBER'));
    const content = file(line('a1'), line('a2', { size: 'large' }));
    const skipping = { validation: 'SKIP_INVALID', clientRequestId: 'monday' };
    const some = await door.upload(harness, content, skipping);
    expect(some).toMatchObject({ kind: 'accepted', report: { validObjects: 1 } });
    await push(harness, field('STRING'));
    for (const options of [{ clientRequestId: 'monday' }, skipping]) {
      const outcome = await door.upload(harness, content, options);
      expect(outcome).toMatchObject({ kind: 'refused', code: 'CONFLICT' });
    }
    const all = await door.upload(harness, content);
    expect(all).toMatchObject({ kind: 'accepted', alreadySubmitted: false, report: { validObjects: 2 } });
    await follow(harness, all.clientRequestId ?? '');
    const { account } = await harness.execute(AccountDocument, { id: 'a2' });
    expect(account?.fields).toMatchObject({ size: 'large' });
    await spoolIsEmpty(harness);
  });

  test('the same bytes sent unchanged and sent sorted are different content', async () => {
    await using recorded = await startRecorded();
    const { harness, uploads } = recorded;
    const content = file(line('b', { modifiedDate: '2030-01-01T00:00:00Z' }), line('a'));
    const names = new Set<string | undefined>();
    for (const validation of ['OFF', 'ENFORCE', 'SKIP_INVALID']) {
      const { clientRequestId } = await door.upload(harness, content, { validation });
      names.add(clientRequestId);
    }
    // Nothing had to be skipped, so the last two have sent the same.
    expect(names.size).toBe(2);
    expect(uploads).toHaveLength(2);
  });

  test('a file that Gong failed is sent again without an ID; with one the response is no success', async () => {
    await using harness = await startHarness();
    await registerAcme(harness);
    await loadAccounts(harness, [typedAccount('a1')]);
    const content = file(JSON.stringify(deal('d1', 'a1', { stage: 'late' })));
    const upload = (clientRequestId?: string, uploadId?: string) =>
      door.upload(harness, content, {
        objectType: 'DEAL',
        ...(clientRequestId && { clientRequestId }),
        ...(uploadId && { uploadId }),
      });
    const first = await upload('monday');
    expect(await follow(harness, first.clientRequestId ?? '')).toMatchObject({ status: 'FAILED' });
    const follower = createClient({ url: `${harness.url}/graphql/stream` });
    const repeat = await upload('monday', 'mine');
    const query = 'subscription { uploadProgress(uploadId: "mine") { phase } }';
    const phases: unknown[] = [];
    for await (const { data } of follower.iterate({ query })) phases.push(data?.uploadProgress);
    expect(phases).toEqual([{ phase: 'FAILED' }]);
    follower.dispose();
    expect(repeat).toMatchObject({ alreadySubmitted: true, submittedStatus: 'FAILED' });
    expect(repeat.note).toContain('another clientRequestId');
    // For those who look at nothing but the code.
    if (door === plainDoor) expect(repeat.status).toBe(409);
    const before = acceptedUploads(harness);
    expect(await upload()).toMatchObject({ alreadySubmitted: false });
    expect(acceptedUploads(harness)).toBe(before + 1);
  });

  test('IDs like those of parts and repeats are refused, and a file named like an old part is a separate file', async () => {
    const content = accounts(100);
    const uploads = { maxPartBytes: Buffer.byteLength(content) - 1, maxLineBytes: 1024 };
    await using harness = await startWithCrm({ uploads });
    for (const clientRequestId of ['nightly--p2', 'nightly--r2', 'n'.repeat(121)]) {
      const outcome = await door.upload(harness, content, { clientRequestId });
      expect(outcome, clientRequestId).toMatchObject({ kind: 'refused', code: 'BAD_USER_INPUT' });
      expect(outcome.message).toContain('clientRequestId');
    }
    expect(acceptedUploads(harness)).toBe(0);
    const parts = await door.upload(harness, content, { clientRequestId: 'nightly' });
    const other = await door.upload(harness, accounts(1, 'other'), { clientRequestId: 'nightly-2' });
    expect(parts.requests?.map(({ clientRequestId }) => clientRequestId)).toEqual([
      'nightly--p1',
      'nightly--p2',
    ]);
    expect(other).toMatchObject({ kind: 'accepted', alreadySubmitted: false, clientRequestId: 'nightly-2' });
    const longest = await door.upload(harness, content, { clientRequestId: 'n'.repeat(120) });
    expect(longest.requests?.map(({ clientRequestId }) => clientRequestId.length)).toEqual([124, 124]);
  });
});

test('Gong’s line errors name their objects, in sorted and in split files', async () => {
  const bad = (id: string, day: number) =>
    JSON.stringify(deal(id, 'a1', { stage: 'nowhere', modifiedDate: `2024-03-${day}T00:00:00Z` }));
  const good = (id: string, day: number) =>
    JSON.stringify(deal(id, 'a1', { modifiedDate: `2024-03-${day}T00:00:00Z` }));
  const content = file(bad('last', 30), good('second', 12), bad('third', 13), good('first', 11));
  const maxPartBytes = Buffer.byteLength(content) - 100;
  await using harness = await startHarness({ uploads: { maxPartBytes, maxLineBytes: 512 } });
  await registerAcme(harness);
  await loadAccounts(harness, [typedAccount('a1')]);
  const upload = { objectType: 'DEAL', clientRequestId: 'load' };
  expect((await plainDoor.upload(harness, content, upload)).requests).toHaveLength(2);
  expect(await follow(harness, 'load--p1')).toMatchObject({
    errors: [{ line: 3, objectId: 'third', objectType: 'DEAL' }],
  });
  expect(await follow(harness, 'load--p2')).toMatchObject({
    errors: [{ line: 1, objectId: 'last', objectType: 'DEAL' }],
  });
});

test('so do those of a file sent unchanged if its lines have IDs; of a large one only the type is known', async () => {
  await using harness = await startWithCrm();
  const broken = `${line('a1')}\n\n{"broken"\n${line('a4', { modifiedDate: 'yesterday' })}`;
  await plainDoor.upload(harness, broken, { validation: 'OFF', clientRequestId: 'broken' });
  expect(await follow(harness, 'broken')).toMatchObject({
    errors: [
      { line: 3, objectId: null, objectType: 'ACCOUNT' },
      { line: 4, objectId: 'a4', objectType: 'ACCOUNT' },
    ],
  });
  const wide = line('wide', { modifiedDate: 'yesterday', name: 'x'.repeat(900_000) });
  await plainDoor.upload(harness, file(...Array<string>(18).fill(wide)), {
    validation: 'OFF',
    clientRequestId: 'large',
  });
  const { errors } = await follow(harness, 'large');
  expect(errors[0]).toMatchObject({ line: 1, objectId: null, objectType: 'ACCOUNT' });
});

test('the error about an earlier version that Gong failed names its object', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [typedAccount('a1')]);
  const version = (stage: string, day: number) =>
    JSON.stringify(deal('d1', 'a1', { stage, modifiedDate: `2024-03-1${day}T00:00:00Z` }));
  const response = await fetch(`${harness.url}/upload/DEAL?clientRequestId=versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: file(version('nowhere', 1), version('discovery', 2)),
  });
  expect(await response.json()).toMatchObject({
    errors: [
      {
        extensions: {
          clientRequestId: 'versions--p1',
          lineErrors: [{ line: 1, objectId: 'd1', objectType: 'DEAL' }],
        },
      },
    ],
  });
});

test('a part waiting for the one before survives transient failures of Gong, and both are polled like all requests', async () => {
  let polls = 0;
  await using recorded = await startRecorded(
    { emulator: { processingMs: 30 } },
    () => undefined,
    ({ url }) => {
      if (!url.includes('/request-status?')) return undefined;
      polls += 1;
      return polls % 2 === 1 ? { status: 501, body: '{"requestId":"g","errors":["not now"]}' } : undefined;
    },
  );
  const { harness } = recorded;
  const versions = ['old', 'new'].map((name, day) =>
    line('a1', { name, modifiedDate: `2024-03-0${day + 1}T00:00:00Z` }),
  );
  expect(await plainDoor.upload(harness, file(...versions))).toMatchObject({ kind: 'accepted' });
  expect(polls).toBeGreaterThan(1);
  expect(recorded.uploads).toHaveLength(2);
  expect(await metric(harness, 'gateway_watched_requests')).toBe(0);
});
