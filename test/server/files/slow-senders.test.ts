import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApiKey } from '../../../src/auth/api-keys.js';
import { createProgressBoard, type FileProgress } from '../../../src/writes/files/progress-board.js';
import { type Harness, startHarness } from '../../support/harness.js';
import {
  accounts,
  BOUNDARY,
  DOORS,
  type Door,
  graphqlDoor,
  nothingHappened,
  plainDoor,
  registerCrm,
  spoolIsEmpty,
} from '../../writes/files/support.js';

/* Files that arrive slowly, and what they must not block. */

const SCOPES = ['api:crm:upload', 'api:crm:integration:register', 'api:crm:integrations:read'] as const;
const slow = makeApiKey('slow', SCOPES);
const fast = makeApiKey('fast', SCOPES);
const auth = { mode: 'api-key', keys: [slow.kept, fast.kept] } as const;

const OPERATIONS = JSON.stringify({
  query: 'mutation($input: UploadFileInput!) { uploadFile(input: $input) { __typename } }',
  variables: { input: { objectType: 'ACCOUNT', file: null, uploadId: 'mine' } },
});
const HEADS: Readonly<Record<string, string>> = {
  [plainDoor.name]: 'POST /upload/ACCOUNT?uploadId=mine HTTP/1.1\r\ncontent-type: application/x-ndjson\r\n',
  [graphqlDoor.name]:
    'POST /graphql HTTP/1.1\r\napollo-require-preflight: true\r\n' +
    `content-type: multipart/form-data; boundary=${BOUNDARY}\r\n`,
};
const BEGINNINGS: Readonly<Record<string, string>> = {
  [plainDoor.name]: '',
  [graphqlDoor.name]:
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${OPERATIONS}\r\n` +
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="map"\r\n\r\n{"file":["variables.input.file"]}\r\n` +
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`,
};

/** A request with a file of one megabyte, of which only these bytes are ever sent. */
function begin(harness: Harness, door: Door, key: string, content: string): Socket {
  const socket = connect(Number(new URL(harness.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `${HEADS[door.name]}host: x\r\nx-api-key: ${key}\r\ncontent-length: 5000000\r\n\r\n${BEGINNINGS[door.name]}${content}`,
  );
  return socket;
}

/** Resolves when this many bytes of the caller's file `mine` have arrived. */
async function received(board: ReturnType<typeof createProgressBoard>, caller: string, bytes: number) {
  for await (const step of board.follow(`${caller}/mine`)) if (step.bytesReceived >= bytes) return;
}

describe.each(DOORS)('through $name', (door) => {
  test('three slow senders do not block the file of another caller', async () => {
    const board = createProgressBoard();
    await using harness = await startHarness({
      gateway: { auth, progressBoard: board },
      uploads: { maxConcurrent: 2 },
    });
    const others = harness.as({ 'x-api-key': fast.key });
    await registerCrm(others);
    // Enough to be checked while they arrive, which took both lanes.
    const sockets = [0, 1, 2].map(() => begin(harness, door, slow.key, accounts(25_000)));
    await received(board, 'slow', 2_000_000);
    const outcomes = await Promise.all([1, 2, 3].map((n) => door.upload(others, accounts(10, `f${n}`))));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    for (const socket of sockets) socket.resetAndDestroy();
    await spoolIsEmpty(harness);
  });

  test('a caller above its limit of files is refused before a byte is read, and other callers are not', async () => {
    await using harness = await startHarness({
      gateway: { auth },
      uploadLimits: { maxPerCaller: 2, maxUnderWay: 3 },
    });
    const others = harness.as({ 'x-api-key': fast.key });
    await registerCrm(others);
    const sockets = [0, 1].map(() => begin(harness, door, slow.key, accounts(1)));
    await expect
      .poll(() => door.upload(harness.as({ 'x-api-key': slow.key }), accounts(1)), { timeout: 10_000 })
      .toMatchObject({
        kind: 'refused',
        status: 429,
        code: 'RATE_LIMITED',
        retryable: true,
        message: expect.stringContaining('2 of yours'),
      });
    expect(await door.upload(others, accounts(1))).toMatchObject({ kind: 'accepted' });
    sockets.push(begin(harness, door, fast.key, accounts(1)));
    await expect
      .poll(() => door.upload(others, accounts(1)), { timeout: 10_000 })
      .toMatchObject({
        code: 'RATE_LIMITED',
        message: expect.stringContaining('3 in all'),
      });
    for (const socket of sockets) socket.resetAndDestroy();
    await expect
      .poll(() => door.upload(others, accounts(1)), { timeout: 10_000 })
      .toMatchObject({
        kind: 'accepted',
      });
    await spoolIsEmpty(harness);
  });

  test('a sender that is too slow is told so, and so are followers', async () => {
    const board = createProgressBoard();
    const slowSenders = { queryMs: 60_000, fileBytesPerSecond: 16_384, fileWindowMs: 300 };
    await using harness = await startHarness({ gateway: { auth, progressBoard: board, slowSenders } });
    await registerCrm(harness.as({ 'x-api-key': fast.key }));
    const steps: FileProgress[] = [];
    const following = (async () => {
      for await (const step of board.follow('slow/mine')) steps.push(step);
    })();
    const socket = begin(harness, door, slow.key, accounts(1));
    const drip = setInterval(() => socket.write('{"objectId":'), 100);
    const answer = await text(socket);
    clearInterval(drip);
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n{'))).errors).toMatchObject([
      {
        message: expect.stringContaining('16384 bytes per second'),
        extensions: { code: 'REQUEST_TIMEOUT', retryable: true },
      },
    ]);
    await following;
    expect(steps.at(-1)).toMatchObject({
      phase: 'FAILED',
      failure: { code: 'REQUEST_TIMEOUT', message: expect.stringContaining('16384 bytes per second') },
    });
    await nothingHappened(harness);
  });
});

test('a query that arrives too slowly gets an error in the usual format', async () => {
  const slowSenders = { queryMs: 200, fileBytesPerSecond: 16_384, fileWindowMs: 10_000 };
  await using harness = await startHarness({ gateway: { slowSenders } });
  const socket = connect(Number(new URL(harness.url).port), '127.0.0.1');
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
  );
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n{'))).errors).toMatchObject([
    { extensions: { code: 'REQUEST_TIMEOUT', retryable: true } },
  ]);
});

describe('/validate', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ gateway: { auth }, uploadLimits: { maxPerCaller: 1 } });
    await registerCrm(harness.as({ 'x-api-key': fast.key }));
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  test('counts towards the limit of files', async () => {
    const socket = connect(Number(new URL(harness.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `POST /validate/ACCOUNT HTTP/1.1\r\nhost: x\r\nx-api-key: ${slow.key}\r\ncontent-type: application/x-ndjson\r\n` +
        'content-length: 99999\r\n\r\n{',
    );
    const own = harness.as({ 'x-api-key': slow.key });
    await expect
      .poll(() => plainDoor.upload(own, accounts(1)), { timeout: 10_000 })
      .toMatchObject({ status: 429 });
    socket.resetAndDestroy();
    await expect
      .poll(() => plainDoor.upload(own, accounts(1)), { timeout: 10_000 })
      .toMatchObject({ status: 202 });
  });
});
