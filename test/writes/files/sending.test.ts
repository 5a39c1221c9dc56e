import { describe, expect, test } from 'vitest';
import { AccountDocument, DealDocument } from '../../../client/src/generated/graphql.js';
import { deal, loadAccounts, registerAcme, account as typedAccount } from '../../support/acme.js';
import { follow } from '../../support/follow.js';
import { startHarness } from '../../support/harness.js';
import { startRecorded } from './recorder.js';
import {
  acceptedUploads,
  accounts,
  DOORS,
  file,
  line,
  plainDoor,
  registerCrm,
  spoolIsEmpty,
  startWithCrm,
} from './support.js';

describe.each(DOORS)('through $name', (door) => {
  test('an unsorted file is sent sorted by instant, otherwise unchanged, and can be read back', async () => {
    await using recorded = await startRecorded();
    const { harness, uploads } = recorded;
    const third = line('third', { modifiedDate: '2024-03-01T12:00:00Z' });
    const first = line('first', { modifiedDate: '2024-03-01T12:30:00+02:00' });
    const second = line('second', { modifiedDate: '2024-03-01T11:00:00Z' });

    const outcome = await door.upload(harness, file(third, first, second));

    expect(outcome).toMatchObject({
      kind: 'accepted',
      alreadySubmitted: false,
      linesKept: false,
      report: { lines: 3, validObjects: 3, sorted: false },
      warnings: [{ line: 2, code: 'OUT_OF_ORDER' }],
    });
    expect(uploads.map(({ content }) => content)).toEqual([file(first, second, third)]);
    expect(await follow(harness, outcome.clientRequestId ?? '')).toMatchObject({
      status: 'DONE',
      totalSuccessCount: 3,
    });
    expect((await harness.execute(AccountDocument, { id: 'second' })).account).toMatchObject({
      name: 'second',
    });
    await spoolIsEmpty(harness);
  });

  test('with one invalid line of three nothing is sent, and the response names line, object and field', async () => {
    await using harness = await startWithCrm();
    const outcome = await door.upload(
      harness,
      file(line('a1'), line('a2', { modifiedDate: null }), line('a3')),
    );
    expect(outcome).toMatchObject({
      kind: 'rejected',
      errorCount: 1,
      errors: [{ line: 2, objectId: 'a2', field: 'modifiedDate', code: 'MISSING_FIELD' }],
    });
    expect(acceptedUploads(harness)).toBe(0);
    await spoolIsEmpty(harness);
  });

  test('SKIP_INVALID sends the valid lines and returns the others', async () => {
    await using recorded = await startRecorded();
    const { harness, uploads } = recorded;
    const content = file(line('a1'), 'no JSON', line('a3'));
    const outcome = await door.upload(harness, content, { validation: 'SKIP_INVALID' });
    expect(outcome).toMatchObject({
      kind: 'accepted',
      linesKept: false,
      report: { validObjects: 2, countsByCode: [{ code: 'INVALID_JSON', count: 1 }] },
    });
    expect(uploads.map((upload) => upload.content)).toEqual([file(line('a1'), line('a3'))]);
  });

  test('OFF sends the bytes unchanged, with errors, blank lines and unsorted', async () => {
    await using recorded = await startRecorded();
    const { harness, uploads } = recorded;
    const content = `\ufeff${line('b', { modifiedDate: '2030-01-01T00:00:00Z' })}\r\n\n{"broken"\n  ${line('a')}  `;
    const outcome = await door.upload(harness, content, { validation: 'OFF' });
    expect(outcome).toMatchObject({ kind: 'accepted', linesKept: true });
    expect(uploads.map((upload) => upload.content)).toEqual([content]);
  });

  test('the same file 50 times at once is one upload at Gong, and every response names it', async () => {
    await using harness = await startWithCrm();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => door.upload(harness, accounts(20))));
    expect(new Set(outcomes.map(({ kind, clientRequestId }) => `${kind} ${clientRequestId}`)).size).toBe(1);
    expect(outcomes.filter(({ alreadySubmitted }) => alreadySubmitted === false)).toHaveLength(1);
    expect(harness.callsOf('uploadObjects').map(({ status }) => status)).toEqual([201]);
    await spoolIsEmpty(harness);
  });

  test('the same file sent again is not loaded again, and other content under its ID is a conflict', async () => {
    await using harness = await startWithCrm();
    const options = { clientRequestId: 'monday' };
    const first = await door.upload(harness, accounts(2), options);
    const again = await door.upload(harness, accounts(2), options);
    const other = await door.upload(harness, accounts(3), options);
    expect(first).toMatchObject({ kind: 'accepted', clientRequestId: 'monday', alreadySubmitted: false });
    expect(again).toMatchObject({ kind: 'accepted', clientRequestId: 'monday', alreadySubmitted: true });
    expect(other).toMatchObject({ kind: 'refused', code: 'CONFLICT' });
    expect(other.message).toContain('monday');
    expect(acceptedUploads(harness)).toBe(1);
    await spoolIsEmpty(harness);
  });
});

test('numbers beyond 2^53 reach Gong digit for digit', async () => {
  await using harness = await startHarness();
  const integrationId = await registerCrm(harness);
  await harness.query(
    'mutation { pushSchema(input: { objectType: ACCOUNT, fields: [{ uniqueName: "size", label: "Size", type: NUMBER }, { uniqueName: "ratio", label: "Ratio", type: NUMBER }] }) { pushed } }',
  );
  const text = line('a1').replace('}', ',"size":9007199254740993123,"ratio":0.1000000000000000055511151231}');
  const { clientRequestId } = await plainDoor.upload(harness, file(text));
  expect(await follow(harness, clientRequestId ?? '')).toMatchObject({ status: 'DONE' });
  const answer = await fetch(
    `${harness.emulatorUrl}/v2/crm/entities?integrationId=${integrationId}&objectType=ACCOUNT&objectsCrmIds=a1`,
    { headers: { authorization: `Basic ${Buffer.from('emulator:emulator').toString('base64')}` } },
  );
  const stored = await answer.text();
  expect(stored).toContain('9007199254740993123');
  expect(stored).toContain('0.1000000000000000055511151231');
});

test('an object that occurs three times is sent in three parts, each after the one before is DONE', async () => {
  await using harness = await startWithCrm({ emulator: { processingMs: 50 } });
  const versions = ['old', 'newer', 'newest'].map((name, index) =>
    line('a1', { name, modifiedDate: `2024-03-0${index + 1}T00:00:00Z` }),
  );
  const outcome = await plainDoor.upload(harness, file(...versions, line('a2')), {
    clientRequestId: 'thrice',
  });
  expect(outcome.requests?.map(({ clientRequestId }) => clientRequestId)).toEqual([
    'thrice--p1',
    'thrice--p2',
    'thrice--p3',
  ]);
  const writesAndPolls = harness.calls
    .filter(({ operation }) => operation === 'uploadObjects' || operation === 'requestStatus')
    .map(({ operation, query }) => `${operation} ${query.get('clientRequestId')}`);
  expect(writesAndPolls.indexOf('requestStatus thrice--p1')).toBeLessThan(
    writesAndPolls.indexOf('uploadObjects thrice--p2'),
  );
  expect(writesAndPolls.indexOf('requestStatus thrice--p2')).toBeLessThan(
    writesAndPolls.indexOf('uploadObjects thrice--p3'),
  );
  expect(await follow(harness, 'thrice--p3')).toMatchObject({ status: 'DONE' });
  expect((await harness.execute(AccountDocument, { id: 'a1' })).account).toMatchObject({ name: 'newest' });
});

test('a part of exactly the limit is one request, and one byte more makes two', async () => {
  const content = accounts(100);
  const bytes = Buffer.byteLength(content);
  await using exact = await startRecorded({ uploads: { maxPartBytes: bytes, maxLineBytes: 1024 } });
  await using above = await startRecorded({ uploads: { maxPartBytes: bytes - 1, maxLineBytes: 1024 } });

  const one = await plainDoor.upload(exact.harness, content, { clientRequestId: 'load' });
  const two = await plainDoor.upload(above.harness, content, { clientRequestId: 'load' });

  expect(one.requests?.map(({ clientRequestId }) => clientRequestId)).toEqual(['load']);
  expect(one.linesKept).toBe(true);
  expect(two.requests?.map(({ clientRequestId }) => clientRequestId)).toEqual(['load--p1', 'load--p2']);
  expect(two.linesKept).toBe(false);
  expect(exact.uploads.map((upload) => upload.content)).toEqual([content]);
  expect(above.uploads.map((upload) => upload.content).join('')).toBe(content);
  expect(above.uploads[1]?.content).toBe(file(line('a100')));
});

test('deals are checked, sent and shown with their accounts', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [typedAccount('a1')]);
  const outcome = await plainDoor.upload(harness, file(JSON.stringify(deal('d1', 'a1'))), {
    objectType: 'DEAL',
  });
  expect(await follow(harness, outcome.clientRequestId ?? '')).toMatchObject({ status: 'DONE' });
  expect((await harness.execute(DealDocument, { id: 'd1' })).deal).toMatchObject({ stage: 'discovery' });
});
