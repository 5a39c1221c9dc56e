import { describe, expect, test } from 'vitest';
import { deal, loadAccounts, registerAcme, account as typedAccount } from '../../support/acme.js';
import { follow } from '../../support/follow.js';
import { startHarness } from '../../support/harness.js';
import { startFaultyGong } from './faulty-gong.js';
import { startRecorded } from './recorder.js';
import {
  acceptedUploads,
  accounts,
  DOORS,
  file,
  plainDoor,
  registerCrm,
  spoolIsEmpty,
  withFaultyGong,
} from './support.js';

describe.each(DOORS)('through $name', (door) => {
  test('after a 429 half-way the gateway waits and sends the file again from disk', async () => {
    await using recorded = await startRecorded({}, (upload) =>
      upload === 1
        ? { status: 429, headers: { 'retry-after': '1' }, body: '{"requestId":"g","errors":[]}' }
        : undefined,
    );
    const content = accounts(1_000);
    expect(await door.upload(recorded.harness, content)).toMatchObject({
      kind: 'accepted',
      alreadySubmitted: false,
    });
    expect(recorded.uploads.map((upload) => upload.content)).toEqual([content, content]);
    await spoolIsEmpty(recorded.harness);
  });

  test('after a connection reset half-way the file is sent again from disk and loaded once', async () => {
    await withFaultyGong({ resetAfterBytes: 100_000, times: 1 }, async (harness, gong) => {
      const outcome = await door.upload(harness, accounts(5_000));
      expect(outcome).toMatchObject({ kind: 'accepted' });
      expect(await follow(harness, outcome.clientRequestId ?? '')).toMatchObject({
        status: 'DONE',
        totalSuccessCount: 5_000,
      });
      expect(gong.strikes).toBe(1);
      expect(acceptedUploads(harness)).toBe(1);
      await spoolIsEmpty(harness);
    });
  });

  test('after a lost response the gateway asks for the status, and the file is loaded once', async () => {
    await withFaultyGong({ loseAnswer: true, times: 1 }, async (harness, gong) => {
      const outcome = await door.upload(harness, accounts(10));
      expect(outcome).toMatchObject({ kind: 'accepted' });
      expect(gong.strikes).toBe(1);
      expect(harness.callsOf('uploadObjects').map(({ status }) => status)).toEqual([201]);
      await spoolIsEmpty(harness);
    });
  });

  test('if Gong is down the error says so, nothing stays on disk, and the same file can be sent later', async () => {
    let emulatorUrl = '';
    await using gong = await startFaultyGong(() => emulatorUrl, { times: 0 });
    await using harness = await startHarness({ gong: { baseUrl: gong.url } });
    emulatorUrl = harness.emulatorUrl;
    await registerCrm(harness);
    emulatorUrl = 'http://127.0.0.1:1';
    gong.hangUp();
    const outcome = await door.upload(harness, accounts(3));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'UPSTREAM_UNAVAILABLE', retryable: true });
    await spoolIsEmpty(harness);
    emulatorUrl = harness.emulatorUrl;
    expect(await door.upload(harness, accounts(3))).toMatchObject({
      kind: 'accepted',
      alreadySubmitted: false,
    });
  });
});

test('after a failed second part the name accepts the same file only, which sends what is missing', async () => {
  const content = accounts(100);
  const uploads = { maxPartBytes: Buffer.byteLength(content) - 1, maxLineBytes: 1024 };
  let isBroken = true;
  await using recorded = await startRecorded({ uploads }, (upload) =>
    isBroken && upload === 2 ? { status: 400, body: '{"requestId":"g","errors":["no"]}' } : undefined,
  );
  const { harness } = recorded;
  const options = { clientRequestId: 'two-parts' };
  expect(await plainDoor.upload(harness, content, options)).toMatchObject({ kind: 'refused' });
  isBroken = false;
  expect(await plainDoor.upload(harness, accounts(100, 'other'), options)).toMatchObject({
    code: 'CONFLICT',
  });
  expect(await plainDoor.upload(harness, content, options)).toMatchObject({
    kind: 'accepted',
    alreadySubmitted: false,
    requests: [
      { clientRequestId: 'two-parts--p1', alreadySubmitted: true },
      { clientRequestId: 'two-parts--p2', alreadySubmitted: false },
    ],
  });
  expect(acceptedUploads(harness)).toBe(2);
  // What Gong has is not sent a second time.
  expect(recorded.uploads.map(({ clientRequestId }) => clientRequestId)).toEqual([
    'two-parts--p1',
    'two-parts--p2',
    'two-parts--p2',
  ]);
  await spoolIsEmpty(harness);
});

test('line 7, which only Gong finds invalid, is reported as line 7 if the lines kept their positions', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [typedAccount('a1')]);
  const deals = Array.from({ length: 10 }, (_, index) =>
    JSON.stringify(
      deal(`d${index + 1}`, 'a1', {
        modifiedDate: `2024-03-${10 + index}T00:00:00Z`,
        ...(index === 6 ? { stage: 'nowhere' } : {}),
      }),
    ),
  );
  const inOrder = await plainDoor.upload(harness, file(...deals), { objectType: 'DEAL' });
  const reversed = await plainDoor.upload(harness, file(...deals.toReversed()), { objectType: 'DEAL' });
  expect(inOrder.linesKept).toBe(true);
  expect(reversed.linesKept).toBe(false);
  for (const { clientRequestId } of [inOrder, reversed]) {
    expect(await follow(harness, clientRequestId ?? '')).toMatchObject({
      status: 'FAILED',
      totalErrorCount: 1,
      totalSuccessCount: 9,
      errors: [{ line: 7, description: expect.stringContaining('nowhere') }],
    });
  }
});

test('later versions are not sent if Gong fails an earlier one, and the error says how many parts were', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  await loadAccounts(harness, [typedAccount('a1')]);
  const version = (stage: string, day: number) =>
    JSON.stringify(deal('d1', 'a1', { stage, modifiedDate: `2024-03-1${day}T00:00:00Z` }));
  const outcome = await plainDoor.upload(harness, file(version('nowhere', 1), version('discovery', 2)), {
    objectType: 'DEAL',
    clientRequestId: 'versions',
  });
  expect(outcome).toMatchObject({ kind: 'refused', code: 'UPSTREAM_ERROR' });
  expect(outcome.message).toContain('versions--p1');
  expect(outcome.message).toContain('1 of 2 parts');
  await spoolIsEmpty(harness);
});
