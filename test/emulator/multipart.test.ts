import { once } from 'node:events';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { FormData } from 'undici';
import { expect, it } from 'vitest';
import { account, BASIC, loader, start } from './helper.js';

const LINE = JSON.stringify(account('a1'));
const FILE_PART = `--b\r\nContent-Disposition: form-data; name="dataFile"; filename="x"\r\n\r\n${LINE}\r\n`;

const FIELD_PART = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n';

const WITHOUT_FILE: readonly [string, string | undefined, string | undefined][] = [
  ['nothing', undefined, undefined],
  ['no content type', undefined, `${FILE_PART}--b--\r\n`],
  ['another content type', 'application/json', LINE],
  ['an urlencoded form', 'application/x-www-form-urlencoded', 'dataFile=x'],
  ['no boundary', 'multipart/form-data', `${FILE_PART}--b--\r\n`],
  ['an empty boundary', 'multipart/form-data; boundary=', `${FILE_PART}--b--\r\n`],
  ['another boundary', 'multipart/form-data; boundary=other', `${FILE_PART}--b--\r\n`],
  ['an empty body', 'multipart/form-data; boundary=b', ''],
  ['half a header', 'multipart/form-data; boundary=b', FILE_PART.slice(0, 30)],
  ['a part without a name', 'multipart/form-data; boundary=b', `--b\r\n\r\n${LINE}\r\n--b--\r\n`],
  ['a bad part header', 'multipart/form-data; boundary=b', `--b\r\n: :\r\n\r\n${LINE}\r\n--b--\r\n`],
  ['no parts', 'multipart/form-data; boundary=b', '--b--\r\n'],
  [
    'a part of another name',
    'multipart/form-data; boundary=b',
    `${FILE_PART.replace('dataFile', 'file')}--b--\r\n`,
  ],
  ['a field of another name', 'multipart/form-data; boundary=b', `${FIELD_PART}--b--\r\n`],
];

it.each(WITHOUT_FILE)(
  'answers 400 "dataFile part is missing" to an upload with %s',
  async (_what, type, body) => {
    await using emulator = await start();
    const { integrationId } = await loader(emulator);
    const upload = (path: string, integration: string) =>
      emulator.call('POST', path, {
        query: { integrationId: integration, objectType: 'ACCOUNT', clientRequestId: 'bad' },
        ...(body === undefined ? {} : { body }),
        ...(type === undefined ? {} : { headers: { 'content-type': type } }),
      });
    for (const path of ['/v2/crm/entities', '/v2/crm/object/entities', '/v2/crm/map/users']) {
      const { status, body } = await upload(path, integrationId);
      expect([status, body.errors]).toEqual([400, ['dataFile part is missing']]);
    }
    // The current path looks the integration up only when the file arrives.
    expect((await upload('/v2/crm/entities', '12345')).body.errors).toEqual(['dataFile part is missing']);
    expect((await upload('/v2/crm/object/entities', '12345')).status).toBe(404);
  },
);

it('answers 404 to an unknown integration when the file begins', async () => {
  await using emulator = await start();
  const query = new URLSearchParams({ integrationId: '12345', objectType: 'ACCOUNT', clientRequestId: 'x' });
  const head = `POST /v2/crm/entities?${query} HTTP/1.1\r\nhost: x\r\nauthorization: ${BASIC}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 1000000\r\n\r\n`;
  expect(await converse(emulator.url, [`${head}${FILE_PART}`])).toMatch(/^HTTP\/1.1 404 /);
});

const BAD_BODIES: readonly [string, string][] = [
  ['no end', FILE_PART],
  ['half a part', FILE_PART.slice(0, -20)],
  ['two files', `${FILE_PART}${FILE_PART}--b--\r\n`],
  ['a field after the file', `${FILE_PART}${FIELD_PART}--b--\r\n`],
  ['a field before the file', `${FIELD_PART}${FILE_PART}--b--\r\n`],
  ['many fields', `${FIELD_PART.repeat(50)}--b--\r\n`],
];

it.each(BAD_BODIES)('answers 400 to an upload with %s', async (_what, body) => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const query = { integrationId: crm.integrationId, objectType: 'ACCOUNT', clientRequestId: 'bad' };
  const reply = await emulator.call('POST', '/v2/crm/entities', {
    query,
    body,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });
  expect(reply.status).toBe(400);
  expect(reply.body.errors).toHaveLength(1);
  expect((await crm.upload('ACCOUNT', LINE, 'bad')).status).toBe(201);
});

it('accepts a file sent as a plain field, or with a strange file name', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  for (const [index, name] of ['', '; filename="../../x"', '; filename="a\\"b.ldjson"'].entries()) {
    const query = { integrationId: crm.integrationId, objectType: 'ACCOUNT', clientRequestId: `n${index}` };
    const body = `${FILE_PART.replace('; filename="x"', name)}--b--\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    expect((await emulator.call('POST', '/v2/crm/entities', { query, headers, body })).status).toBe(201);
    expect((await crm.settled(`n${index}`)).body.status).toBe('DONE');
  }
});

it.each([
  [1000, 201],
  [1001, 413],
])('with a limit of 1000 bytes answers a file of %i bytes with %i', async (bytes, status) => {
  await using emulator = await start({ maxFileBytes: 1000 });
  const crm = await loader(emulator);
  const reply = await crm.upload('ACCOUNT', LINE.padEnd(bytes));
  expect(reply.status).toBe(status);
});

it('answers 413 to a far too large file before and while it is sent, and accepts the next call', async () => {
  await using emulator = await start({ maxFileBytes: 1000 });
  const crm = await loader(emulator);
  const query = { integrationId: crm.integrationId, objectType: 'ACCOUNT', clientRequestId: 'large' };
  expect((await crm.upload('ACCOUNT', 'x'.repeat(3_000_000), 'large')).status).toBe(413);
  const chunked = `POST /v2/crm/entities?${new URLSearchParams(query)} HTTP/1.1\r\nhost: x\r\nauthorization: ${BASIC}\r\ncontent-type: multipart/form-data; boundary=b\r\ntransfer-encoding: chunked\r\n\r\n`;
  const answer = await converse(emulator.url, [
    `${chunked}${chunk(FILE_PART)}`,
    ...new Array(10).fill(chunk('y'.repeat(9_999))),
  ]);
  expect(answer).toMatch(
    /^HTTP\/1.1 413 [\s\S]*"errors":\["The part dataFile must not exceed 1000 bytes"\]\}$/,
  );
  expect((await crm.upload('ACCOUNT', 'x', 'large')).status).toBe(201);
});

it('answers 413 also to a caller who reads the response only after sending 100 MB', async () => {
  await using emulator = await start({ maxFileBytes: 1000 });
  const { integrationId } = await loader(emulator);
  const query = new URLSearchParams({ integrationId, objectType: 'ACCOUNT', clientRequestId: 'large' });
  const length = 100_000_000;
  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1').pause();
  const failed = once(socket, 'error');
  const sent = pipeline(
    function* () {
      yield `POST /v2/crm/entities?${query} HTTP/1.1\r\nhost: x\r\nauthorization: ${BASIC}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: ${length}\r\n\r\n`;
      for (let at = 0; at < length; at += 1_000_000) yield Buffer.alloc(1_000_000);
    },
    socket,
    { end: false },
  );
  await Promise.race([sent, failed.then(([error]) => Promise.reject(error))]);
  const [answer] = await once(socket.setEncoding('utf8').resume(), 'data');
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
  socket.destroy();
});

it('refuses an upload before its body is sent, if the caller waits for 100 Continue', async () => {
  await using emulator = await start();
  const head = (authorization: string, id: string) =>
    `POST /v2/crm/entities?integrationId=${id}&objectType=ACCOUNT&clientRequestId=x HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: ${FILE_PART.length + 7}\r\nexpect: 100-continue\r\n\r\n`;
  expect(await converse(emulator.url, [head('Basic x', '1')])).toMatch(/^HTTP\/1.1 401 /);
  const { integrationId } = await loader(emulator);
  const answer = await converse(emulator.url, [head(BASIC, integrationId), `${FILE_PART}--b--\r\n`]);
  expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 201 /);
});

it('discards an upload whose sender disconnects half-way', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const { port } = new URL(emulator.url);
  const query = new URLSearchParams({
    integrationId: crm.integrationId,
    objectType: 'ACCOUNT',
    clientRequestId: 'half',
  });
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `POST /v2/crm/entities?${query} HTTP/1.1\r\nhost: x\r\nauthorization: ${BASIC}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 5000\r\n\r\n${FILE_PART}`,
    () => socket.resetAndDestroy(),
  );
  await new Promise((resolve) => socket.once('close', resolve));
  expect((await crm.status('half')).status).toBe(404);
  expect((await crm.upload('ACCOUNT', LINE, 'half')).status).toBe(201);
});

it('answers early refusals of large uploads without resetting the connection', async () => {
  await using emulator = await start();
  const form = new FormData();
  form.append('dataFile', new Blob(['x'.repeat(4_000_000)]), 'x');
  const { status, body } = await emulator.call('POST', '/v2/crm/entities', {
    authorization: null,
    body: form,
  });
  expect(status).toBe(401);
  expect(body.errors).toHaveLength(1);
});

it.each(['NOT HTTP AT ALL\r\n\r\n', 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: a\r\n\r\n'])(
  'answers malformed HTTP with the error body: %j',
  async (text) => {
    await using emulator = await start();
    expect(await converse(emulator.url, [text])).toMatch(
      /^HTTP\/1.1 400 [\s\S]*x-traceid: ([0-9a-z]{19})\r\n[\s\S]*"requestId":"\1","errors":\[".+"\]\}$/,
    );
  },
);

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Writes the texts one after another, and returns everything the emulator sends until it closes the connection. */
function converse(url: string, texts: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
      if (/\r\n\r\n\{.*\}$/s.test(answer)) {
        socket.destroy();
        resolve(answer);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
    for (const text of texts) socket.write(text);
  });
}
