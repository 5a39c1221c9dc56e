import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { UploadFileDocument } from '../../../client/src/generated/graphql.js';
import {
  acceptedUploads,
  accounts,
  BOUNDARY,
  multipartBody,
  nothingHappened,
  plainDoor,
  spoolIsEmpty,
  startWithCrm,
} from './support.js';

const CONTENT = accounts(5_000);

async function multipart(): Promise<Buffer> {
  const variables = { input: { objectType: 'ACCOUNT', file: null } };
  return buffer(
    multipartBody([
      { name: 'operations', value: JSON.stringify({ query: UploadFileDocument.toString(), variables }) },
      { name: 'map', value: '{"file":["variables.input.file"]}' },
      { name: 'file', fileName: 'a.ldjson', value: CONTENT },
    ]),
  );
}

const DOORS = [
  {
    door: 'POST /upload',
    head: 'POST /upload/ACCOUNT HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n',
    body: async () => Buffer.from(CONTENT),
  },
  {
    door: 'uploadFile',
    head: `POST /graphql HTTP/1.1\r\nhost: x\r\napollo-require-preflight: true\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\n`,
    body: multipart,
  },
];

const WAYS = [
  { way: 'a reset', leave: 'resetAndDestroy' },
  { way: 'an early end', leave: 'end' },
] as const;

describe.each(DOORS)('through $door', ({ head, body }) => {
  describe.each(WAYS)('a caller who disconnects with $way', ({ leave }) => {
    test('in the middle of the file leaves nothing sent, on disk or open', async () => {
      await using harness = await startWithCrm();
      // Threads and connections that stay open are made beforehand.
      await plainDoor.upload(harness, accounts(1, 'before'));
      const accepted = acceptedUploads(harness);
      const openBefore = await openFiles();
      const bytes = await body();

      for (let round = 0; round < 3; round += 1) {
        const socket = connect(Number(new URL(harness.url).port), '127.0.0.1');
        socket.on('error', () => {});
        socket.write(`${head}content-length: ${bytes.length}\r\n\r\n`);
        socket.write(bytes.subarray(0, bytes.length / 2));
        await expect.poll(() => readdir(harness.spoolDir), { timeout: 10_000 }).toHaveLength(1);
        socket[leave]();
        await spoolIsEmpty(harness);
        socket.destroy();
      }

      await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThanOrEqual(openBefore + 1);
      expect(acceptedUploads(harness)).toBe(accepted);
      expect(await plainDoor.upload(harness, accounts(1, 'after'))).toMatchObject({ kind: 'accepted' });
    });
  });

  test('a caller who disconnects while queued leaves the queue', async () => {
    await using harness = await startWithCrm({ uploads: { maxConcurrent: 1 } });
    const bytes = await body();
    const sockets = [0, 1].map(() => connect(Number(new URL(harness.url).port), '127.0.0.1'));
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.write(`${head}content-length: ${bytes.length}\r\n\r\n`);
      socket.write(bytes.subarray(0, bytes.length / 2));
    }
    await expect.poll(() => readdir(harness.spoolDir), { timeout: 10_000 }).toHaveLength(2);
    for (const socket of sockets.reverse()) socket.resetAndDestroy();
    await nothingHappened(harness);
    expect(await plainDoor.upload(harness, CONTENT)).toMatchObject({ kind: 'accepted' });
  });
});

/** How many descriptors this process has open; the gateway under test is in it. */
async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}
