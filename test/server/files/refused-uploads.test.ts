import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  UploadFileDocument,
  UploadProgressDocument,
  type UploadProgressSubscription,
} from '../../../client/src/generated/graphql.js';
import { makeApiKey } from '../../../src/auth/api-keys.js';
import {
  createProgressBoard,
  type FileProgress,
  NO_PROGRESS,
} from '../../../src/writes/files/progress-board.js';
import { socketUrl } from '../../clients/clients.js';
import { type Harness, startHarness } from '../../support/harness.js';
import {
  accounts,
  BOUNDARY,
  multipartBody,
  type Part,
  plainDoor,
  postMultipart,
  startWithCrm,
} from '../../writes/files/support.js';

/* Followers of an upload are told when it is refused before it begins, too. */

let harness: Harness;
let count = 0;
beforeAll(async () => {
  harness = await startWithCrm();
});
afterAll(() => harness[Symbol.asyncDispose]());

/** All phases that a follower of this upload is told. */
async function phasesOf(uploadId: string, onFirst = () => {}): Promise<string[]> {
  const client = createClient({ url: socketUrl(harness.url), webSocketImpl: WebSocket });
  const phases: string[] = [];
  const query = UploadProgressDocument.toString();
  for await (const { data } of client.iterate<UploadProgressSubscription>({
    query,
    variables: { uploadId },
  })) {
    phases.push(data?.uploadProgress.phase ?? 'none');
    onFirst();
  }
  await client.dispose();
  return phases;
}

describe('POST /upload', () => {
  const plain = { 'content-type': 'application/x-ndjson' };
  test.each([
    ['an unknown object type', 'PERSON', '', plain, 400],
    ['a clientRequestId that Gong would refuse', 'ACCOUNT', '&clientRequestId=a%20b', plain, 400],
    ['a malformed integrationId', 'ACCOUNT', '&integrationId=x', plain, 400],
    ['an unknown option', 'ACCOUNT', '&fast=yes', plain, 400],
    ['an unknown encoding', 'ACCOUNT', '', { ...plain, 'content-encoding': 'br' }, 400],
    ['a form', 'ACCOUNT', '', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a text', 'ACCOUNT', '', { 'content-type': 'text/plain' }, 400],
    ['a multipart form', 'ACCOUNT', '', { 'content-type': 'multipart/form-data; boundary=x' }, 400],
  ])('refuses %s: its followers are told FAILED', async (_what, objectType, query, headers, status) => {
    const uploadId = `plain-${count++}`;
    const following = phasesOf(uploadId);
    const address = `${harness.url}/upload/${objectType}?uploadId=${uploadId}${query}`;
    expect((await fetch(address, { method: 'POST', headers, body: accounts(1) })).status).toBe(status);
    expect(await following).toEqual(['FAILED']);
    expect(await phasesOf(uploadId), 'a late follower').toEqual(['FAILED']);
  });

  test('refuses a Content-Length above the limit: its followers are told FAILED', async () => {
    const following = phasesOf('too-large');
    const socket = connect(Number(new URL(harness.url).port), '127.0.0.1');
    socket.write(
      'POST /upload/ACCOUNT?uploadId=too-large HTTP/1.1\r\nhost: x\r\n' +
        'content-type: application/x-ndjson\r\ncontent-length: 10000000000\r\n\r\n',
    );
    expect(await buffer(socket).then(String)).toContain('PAYLOAD_TOO_LARGE');
    expect(await following).toEqual(['FAILED']);
  });
});

describe('uploadFile', () => {
  const query = UploadFileDocument.toString();
  const map: Part = { name: 'map', value: '{"file":["variables.input.file"]}' };
  const file: Part = { name: 'file', fileName: 'a.ldjson', value: accounts(1) };
  const operations = (uploadId: string, input: object, text = query): Part => ({
    name: 'operations',
    value: JSON.stringify({
      query: text,
      variables: { input: { objectType: 'ACCOUNT', file: null, uploadId, ...input } },
    }),
  });
  const literal =
    'mutation ($file: Upload!, $id: ID) { uploadFile(input: { file: $file, uploadId: $id, objectType: PERSON }) { __typename } }';

  test.each<[string, (uploadId: string) => readonly Part[]]>([
    ['an unknown object type', (id) => [operations(id, { objectType: 'PERSON' }), map, file]],
    [
      'a clientRequestId that Gong would refuse',
      (id) => [operations(id, { clientRequestId: 'a b' }), map, file],
    ],
    ['a malformed integrationId', (id) => [operations(id, { integrationId: 'x' }), map, file]],
    ['an unknown option', (id) => [operations(id, { fast: true }), map, file]],
    [
      'a field that does not exist',
      (id) => [operations(id, {}, query.replace('__typename', 'nothing')), map, file],
    ],
    [
      'an unknown object type in the text',
      (id) => [
        {
          name: 'operations',
          value: JSON.stringify({ query: literal, variables: { file: null, id } }),
        },
        { name: 'map', value: '{"file":["variables.file"]}' },
        file,
      ],
    ],
    ['a map to nowhere', (id) => [operations(id, {}), { ...map, value: '{"file":["variables.x"]}' }, file]],
    ['no file', (id) => [operations(id, {}), map]],
  ])('refuses %s: its followers are told FAILED', async (_what, parts) => {
    const uploadId = `graphql-${count++}`;
    const following = phasesOf(uploadId);
    expect(await postMultipart(harness, parts(uploadId))).toMatchObject({ kind: 'refused' });
    expect(await following).toEqual(['FAILED']);
  });

  test('reports FAILED where the request breaks off before the file', async () => {
    const following = phasesOf('gone');
    const whole = String(await buffer(multipartBody([operations('gone', {}), map, file])));
    const socket = connect(Number(new URL(harness.url).port), '127.0.0.1');
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\napollo-require-preflight: true\r\ncontent-length: ${whole.length}\r\n` +
        `content-type: multipart/form-data; boundary=${BOUNDARY}\r\n\r\n`,
    );
    // The first field has been read, and the next one has begun.
    socket.end(whole.slice(0, whole.indexOf('name="map"')));
    expect(await following).toEqual(['FAILED']);
    socket.destroy();
  });
});

test('a second upload under the same name is refused, and followers of the first are not told', async () => {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  async function* slowly() {
    yield Buffer.from(accounts(1));
    await finished;
  }
  const following = phasesOf('twice', begin);
  const first = plainDoor.upload(harness, slowly(), { uploadId: 'twice' });
  await begun;
  const second = await plainDoor.upload(harness, accounts(1), { uploadId: 'twice', objectType: 'PERSON' });
  expect(second).toMatchObject({ status: 400 });
  finish();
  expect(await first).toMatchObject({ status: 202 });
  const phases = await following;
  expect(phases.at(-1)).toBe('ACCEPTED');
  expect(phases).not.toContain('FAILED');
});

test('a refusal is told to the caller’s own followers only, and callers that Gong has not accepted have none', async () => {
  const limited = makeApiKey('limited', ['api:crm:schema']);
  const progressBoard = createProgressBoard();
  await using own = await startHarness({
    gateway: { auth: { mode: 'api-key', keys: [limited.kept] }, progressBoard },
  });
  const post = (headers: Record<string, string>) =>
    fetch(`${own.url}/upload/ACCOUNT?uploadId=mine`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...headers },
      body: accounts(1),
    });
  const heard: FileProgress[] = [];
  const stranger = progressBoard.follow('/mine').next();
  expect((await post({})).status).toBe(401);
  expect((await post({ 'x-api-key': limited.key })).status).toBe(403);
  for await (const step of progressBoard.follow('limited/mine')) heard.push(step);
  const failure = { code: 'FORBIDDEN', message: expect.stringContaining('api:crm:upload') };
  expect(heard).toEqual([{ ...NO_PROGRESS, phase: 'FAILED', failure }]);
  await progressBoard.close();
  expect(await stranger).toMatchObject({ done: true });
});
