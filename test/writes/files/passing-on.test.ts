import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { follow } from '../../support/follow.js';
import type { Harness } from '../../support/harness.js';
import { startRecorded } from './recorder.js';
import {
  acceptedUploads,
  accounts,
  graphqlDoor,
  plainDoor,
  spoolIsEmpty,
  withFaultyGong,
} from './support.js';

// A file that is sent as it is, under a name and with a length known beforehand, goes on to Gong while it arrives.

const CONTENT = Buffer.from(accounts(30_000));
const HALF = CONTENT.length / 2;
const FIRST = CONTENT.subarray(0, HALF);
const SECOND = CONTENT.subarray(HALF);
const OFF = { validation: 'OFF', clientRequestId: 'as-it-is' } as const;

interface SlowUpload {
  write(bytes: Buffer): void;
  /** Goes away. */
  leave(): void;
  answer(): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }>;
}

/** An upload of known length whose bytes the test sends when it likes. */
function beginUpload(harness: Harness, options: Readonly<Record<string, string>> = OFF): SlowUpload {
  const request = httpRequest(`${harness.url}/upload/ACCOUNT?${new URLSearchParams(options)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'content-length': CONTENT.length },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
  });
  answered.catch(() => {});
  return {
    write: (bytes) => request.write(bytes),
    leave: () => request.destroy(),
    async answer() {
      const response = await answered;
      return { status: response.statusCode ?? 0, body: JSON.parse(await text(response)) };
    },
  };
}

test('Gong has the first half before the second is sent, and finally all of it, byte for byte', async () => {
  await withFaultyGong({ times: 0 }, async (harness, gong) => {
    const upload = beginUpload(harness);
    upload.write(FIRST);
    await gong.hasReceived(HALF - 1_000_000);
    upload.write(SECOND);
    expect(await upload.answer()).toMatchObject({
      status: 202,
      body: { clientRequestId: 'as-it-is', alreadySubmitted: false, linesKept: true },
    });
    expect(await follow(harness, 'as-it-is')).toMatchObject({ status: 'DONE', totalSuccessCount: 30_000 });
    expect(acceptedUploads(harness)).toBe(1);
  });
});

test('a caller who disconnects half-way leaves nothing at Gong, and the name stays free for any content', async () => {
  await withFaultyGong({ times: 0 }, async (harness, gong) => {
    const upload = beginUpload(harness);
    upload.write(FIRST);
    await gong.hasReceived(HALF - 1_000_000);
    upload.leave();
    await spoolIsEmpty(harness);
    expect(acceptedUploads(harness)).toBe(0);
    expect(harness.callsOf('requestStatus')).toEqual([]);
    expect(await plainDoor.upload(harness, accounts(3), OFF)).toMatchObject({
      kind: 'accepted',
      alreadySubmitted: false,
    });
    expect(acceptedUploads(harness)).toBe(1);
  });
});

describe('if Gong does not accept the first half', () => {
  const busy = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
  test.each([
    { what: 'resets the connection', fault: { resetAfterBytes: 100_000, times: 3 } },
    { what: 'answers 503', fault: { resetAfterBytes: 100_000, earlyAnswer: busy, times: 3 } },
  ])('because it $what repeatedly, the file is sent from disk once it is complete', async ({ fault }) => {
    await withFaultyGong(fault, async (harness, gong) => {
      const upload = beginUpload(harness);
      upload.write(FIRST);
      await expect.poll(() => gong.strikes, { timeout: 10_000 }).toBe(3);
      upload.write(SECOND);
      expect(await upload.answer()).toMatchObject({ status: 202, body: { alreadySubmitted: false } });
      expect(await follow(harness, 'as-it-is')).toMatchObject({ status: 'DONE', totalSuccessCount: 30_000 });
      expect(acceptedUploads(harness)).toBe(1);
    });
  });

  test('because it does not know the integration, the caller receives the error before sending the rest', async () => {
    await withFaultyGong({ times: 0 }, async (harness) => {
      const upload = beginUpload(harness, { ...OFF, integrationId: '5517027188234206123' });
      upload.write(FIRST);
      expect(await upload.answer()).toMatchObject({
        status: 404,
        body: { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
      });
      expect(acceptedUploads(harness)).toBe(0);
    });
  });

  test('because it already has the name, the error says so and gives the other file’s status', async () => {
    await withFaultyGong({ times: 0 }, async (harness) => {
      // Through Gong's own door, so that the gateway knows nothing of it.
      const [integrationId] = await integrationIds(harness);
      const form = new FormData();
      form.append('dataFile', new Blob([accounts(1)]), 'a.ldjson');
      await fetch(
        `${harness.emulatorUrl}/v2/crm/entities?integrationId=${integrationId}&objectType=ACCOUNT&clientRequestId=as-it-is`,
        { method: 'POST', headers: { authorization: `Basic ${btoa('emulator:emulator')}` }, body: form },
      );
      const upload = beginUpload(harness);
      upload.write(CONTENT);
      expect(await upload.answer()).toMatchObject({
        status: 409,
        body: { errors: [{ extensions: { code: 'CONFLICT', clientRequestId: 'as-it-is', status: 'DONE' } }] },
      });
      expect(acceptedUploads(harness)).toBe(1);
    });
  });
});

describe('of two concurrent files with one name', () => {
  test('the same file is sent once, and both responses name that request', async () => {
    await withFaultyGong({ times: 0 }, async (harness, gong) => {
      const first = beginUpload(harness);
      first.write(FIRST);
      await gong.hasReceived(HALF - 1_000_000);
      const second = beginUpload(harness);
      second.write(CONTENT);
      first.write(SECOND);
      expect(await first.answer()).toMatchObject({ status: 202, body: { alreadySubmitted: false } });
      expect(await second.answer()).toMatchObject({ status: 202, body: { alreadySubmitted: true } });
      expect(harness.callsOf('uploadObjects')).toHaveLength(1);
    });
  });

  test('another file is a CONFLICT', async () => {
    await withFaultyGong({ times: 0 }, async (harness, gong) => {
      const first = beginUpload(harness);
      first.write(FIRST);
      await gong.hasReceived(HALF - 1_000_000);
      const second = plainDoor.upload(harness, accounts(3), OFF);
      first.write(SECOND);
      expect(await first.answer()).toMatchObject({ status: 202 });
      expect(await second).toMatchObject({ kind: 'refused', code: 'CONFLICT' });
      expect(acceptedUploads(harness)).toBe(1);
    });
  });

  test('the second is sent if the first breaks off', async () => {
    await withFaultyGong({ times: 0 }, async (harness, gong) => {
      const first = beginUpload(harness);
      first.write(FIRST);
      await gong.hasReceived(HALF - 1_000_000);
      const second = plainDoor.upload(harness, accounts(3), OFF);
      first.leave();
      expect(await second).toMatchObject({ kind: 'accepted', alreadySubmitted: false });
      expect(acceptedUploads(harness)).toBe(1);
    });
  });
});

test.each([
  {
    what: 'of unknown length',
    body: async function* () {
      yield CONTENT;
    },
  },
  { what: 'that is gzip, whose length in the end nobody knows', body: () => gzipSync(CONTENT) },
])('a file $what is sent once it is complete', async ({ body }) => {
  await using recorded = await startRecorded();
  expect(await plainDoor.upload(recorded.harness, body(), OFF)).toMatchObject({ kind: 'accepted' });
  expect(recorded.uploads.map(({ content }) => content.length)).toEqual([CONTENT.length]);
});

test('a file in a multipart request, which does not declare its length, is sent once it is complete', async () => {
  await using recorded = await startRecorded();
  expect(await graphqlDoor.upload(recorded.harness, CONTENT, OFF)).toMatchObject({ kind: 'accepted' });
  expect(recorded.uploads.map(({ content }) => content.length)).toEqual([CONTENT.length]);
});

async function integrationIds(harness: Harness): Promise<readonly string[]> {
  const { data } = await harness.query<{ integrations: { id: string }[] }>('{ integrations { id } }');
  return data?.integrations.map(({ id }) => id) ?? [];
}
