import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  UploadProgressDocument,
  type UploadProgressSubscription,
} from '../../../client/src/generated/graphql.js';
import { createRedis } from '../../../src/redis/connection.js';
import {
  createProgressBoard,
  type FileProgress,
  NO_PROGRESS,
} from '../../../src/writes/files/progress-board.js';
import { socketUrl } from '../../clients/clients.js';
import { registerAcme } from '../../support/acme.js';
import { startHarness } from '../../support/harness.js';
import { redisMissing, startRedis } from '../../support/redis.js';

type Step = UploadProgressSubscription['uploadProgress'];

const line = (id: string, more = '') =>
  `{"objectId":"${id}","modifiedDate":"2024-03-01T12:00:00Z","name":"A","domains":[]${more}}\n`;

function post(url: string, query: string, body: string): Promise<Response> {
  const headers = { 'content-type': 'application/x-ndjson' };
  return fetch(`${url}/upload/ACCOUNT?${query}`, { method: 'POST', headers, body });
}

test.each([
  ['ACCEPTED', `${line('a1')}${line('a2')}`, { linesChecked: 2, errors: 0, partsSent: 1, parts: 1 }],
  ['REJECTED', `${line('a1')}{"objectId":"a2"}\n`, { linesChecked: 2, errors: 1, partsSent: 0, parts: null }],
])('a follower of a named file sees every step until it is %s', async (phase, body, end) => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const client = createClient({ url: socketUrl(harness.url), webSocketImpl: WebSocket });
  const steps = client.iterate<{ uploadProgress: Step }>({
    query: UploadProgressDocument.toString(),
    variables: { uploadId: 'mine' },
  });
  const first = steps.next();
  expect((await post(harness.url, 'uploadId=mine', body)).status).toBe(phase === 'ACCEPTED' ? 202 : 422);

  const heard: (Step | undefined)[] = [(await first).value?.data?.uploadProgress];
  for await (const { data } of steps) heard.push(data?.uploadProgress);
  expect(heard.at(-1)).toEqual({
    __typename: 'UploadProgress',
    uploadId: 'mine',
    phase,
    bytesReceived: Buffer.byteLength(body),
    ...end,
  });
  expect(new Set(heard.map((step) => step?.uploadId))).toEqual(new Set(['mine']));
  await client.dispose();
});

test('an upload that breaks off ends as FAILED, and a late follower sees its latest progress', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const headers = { 'content-type': 'application/x-ndjson' };
  const body = new Uint8Array([0x1f, 0x8b, 8, 0, 0]);
  const broken = await fetch(`${harness.url}/upload/ACCOUNT?uploadId=mine`, {
    method: 'POST',
    headers,
    body,
  });
  expect(broken.status).toBe(400);

  const client = createClient({ url: socketUrl(harness.url), webSocketImpl: WebSocket });
  const phases: (string | undefined)[] = [];
  const query = UploadProgressDocument.toString();
  const late = client.iterate<{ uploadProgress: Step }>({ query, variables: { uploadId: 'mine' } });
  for await (const { data } of late) phases.push(data?.uploadProgress.phase);
  expect(phases).toEqual(['FAILED']);
  await client.dispose();
});

test('an invalid name is refused', async () => {
  await using harness = await startHarness();
  expect((await post(harness.url, 'uploadId=a%20b', line('a1'))).status).toBe(400);
});

const missing = redisMissing();
test.skipIf(missing !== undefined)(
  `replicas that share a Redis tell each other${missing === undefined ? '' : `: skipped, ${missing}`}`,
  async () => {
    await using redisServer = await startRedis({ running: true });
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const connect = () => createRedis({ url: redisServer.url, keyPrefix: 'test:' }, silent);
    const connections = [connect(), connect()] as const;
    await Promise.all(connections.map((connection) => once(connection, 'ready')));
    const [here, there] = [createProgressBoard(connections[0]), createProgressBoard(connections[1])];
    const ended: FileProgress = {
      ...NO_PROGRESS,
      phase: 'ACCEPTED',
      bytesReceived: 7,
      partsSent: 1,
      parts: 1,
    };

    const following = there.follow('anonymous/mine');
    const first = following.next();
    // An upload is told of again and again; what is told before the other replica listens is lost.
    const telling = setInterval(() => here.post('anonymous/mine', NO_PROGRESS), 20);
    expect((await first).value).toEqual(NO_PROGRESS);
    clearInterval(telling);
    here.post('anonymous/mine', ended);
    const rest: FileProgress[] = [];
    for await (const step of following) rest.push(step);
    expect(rest.at(-1)).toEqual(ended);

    const refused = { ...NO_PROGRESS, phase: 'FAILED' };
    const waiting = there.follow('anonymous/refused').next();
    // Once it has come, it is the last word, and late followers hear it.
    here.postRefusal('anonymous/refused', null);
    here.postRefusal('anonymous/mine', null);
    expect((await waiting).value).toEqual(refused);
    expect((await here.follow('anonymous/refused').next()).value).toEqual(refused);
    expect((await there.follow('anonymous/mine').next()).value).toEqual(ended);

    await Promise.all([here.close(), there.close()]);
    for (const connection of connections) connection.disconnect();
  },
);

test.each([
  ['another caller’s', 'victim/mine', 'attacker'],
  ['the same caller’s', 'anonymous/mine', 'anybody'],
])('twenty thousand refused files do not evict the progress of %s file', async (_whose, name, refused) => {
  const board = createProgressBoard();
  const progress = { ...NO_PROGRESS, bytesReceived: 7 };
  board.post(name, progress);
  for (let index = 0; index < 20_000; index += 1) board.postRefusal(`${refused}/${index}`, null);
  expect((await board.follow(name).next()).value).toEqual(progress);
  await board.close();
});

test('a caller’s files evict only its own progress, that of ended files first', async () => {
  const board = createProgressBoard();
  const underWay = { ...NO_PROGRESS, bytesReceived: 7 };
  board.post('victim/mine', underWay);
  board.post('greedy/under-way', underWay);
  for (let index = 0; index < 20_000; index += 1)
    board.post(`greedy/${index}`, { ...NO_PROGRESS, phase: 'ACCEPTED' });
  expect((await board.follow('victim/mine').next()).value).toEqual(underWay);
  expect((await board.follow('greedy/under-way').next()).value).toEqual(underWay);
  expect((await board.follow('greedy/19999').next()).value).toMatchObject({ phase: 'ACCEPTED' });
  await board.close();
});
