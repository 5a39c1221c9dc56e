import { buffer } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { collectObjectIds } from '../../../src/writes/files/object-ids.js';
import {
  createSentObjects,
  SENT_OBJECTS_LIMITS,
  type SentObjects,
} from '../../../src/writes/lists/sent-objects.js';
import { connect, redisMissing, startRedis, until } from '../../support/redis.js';

const INTEGRATION = '5517027188234206123';

/** Incompressible, so that sizes can be told. */
const ids = (count: number, seed: string) =>
  Array.from({ length: count }, (_, index) =>
    Buffer.from(`${seed}${Math.sin(index + seed.length)}`).toString('base64'),
  );

const first = async (sent: SentObjects, clientRequestId: string, line = 1) =>
  (await sent.name(INTEGRATION, clientRequestId, [{ line, description: 'bad' }]))[0];

async function idsOf(text: string, pieces = 1): Promise<readonly (string | null)[] | null> {
  const bytes = Buffer.from(text);
  const size = Math.ceil(bytes.length / pieces);
  const file = collectObjectIds({
    size: bytes.length,
    async *stream() {
      for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
    },
  });
  for await (const _ of file.body.stream());
  return file.ids();
}

describe('the IDs in a file', () => {
  test('are found anywhere in their lines, however the file is chunked', async () => {
    const text =
      '{"objectId":"one","a":1}\n' +
      '{"a":{"objectId":"inner"},"objectId":"two"}\r\n' +
      '\n' +
      '{"objectId":"quo\\"te"}\n' +
      '{"objectId": "spaced"}\n' +
      '{"objectId":7}\n' +
      '["objectId"]\n' +
      'nonsense\n' +
      '{"objectId":"größe"}';
    const expected = ['one', 'two', null, 'quo"te', 'spaced', null, null, null, 'größe'];
    for (const pieces of [1, 2, 7, text.length])
      expect(await idsOf(text, pieces), `${pieces}`).toEqual(expected);
  });

  test('are not collected from what is too large, nor from a file that broke off', async () => {
    expect(await idsOf('{}\n'.repeat(SENT_OBJECTS_LIMITS.maxLines + 1))).toEqual([]);
    const late = `{"a":"${'x'.repeat(900_000)}","objectId":"late"}\n`;
    expect(await idsOf(late.repeat(4))).toEqual(['late', 'late', null, null]);
    expect(
      collectObjectIds({
        size: SENT_OBJECTS_LIMITS.maxFileBytes + 1,
        stream: () => (async function* () {})(),
      }).ids(),
    ).toEqual([]);
    const broken = collectObjectIds({
      size: 100,
      async *stream() {
        yield Buffer.from('{"objectId":"one"}\n');
        throw new Error('broken');
      },
    });
    await expect(buffer(broken.body.stream())).rejects.toThrow('broken');
    expect(broken.ids()).toBeNull();
  });
});

const LIMITS = { ...SENT_OBJECTS_LIMITS, maxIdsChars: 40_000, maxBytes: 50_000, maxRedisBytes: 50_000 };

test('a process forgets the oldest lists when there are too many, and keeps only the type of one that is too large', async () => {
  const sent = createSentObjects(undefined, undefined, LIMITS);
  await sent.remember(INTEGRATION, 'large', { objectType: 'DEAL', ids: ids(2_000, 'large') });
  expect(await first(sent, 'large')).toMatchObject({ objectId: null, objectType: 'DEAL' });
  const list = ids(1_000, 'small');
  await sent.remember(INTEGRATION, 'first', { objectType: 'LEAD', ids: list });
  expect(await first(sent, 'first', 3)).toEqual({
    ...{ line: 3, description: 'bad', objectId: list[2], objectType: 'LEAD' },
  });
  expect(await first(sent, 'first', 0)).toMatchObject({ objectId: null, objectType: 'LEAD' });
  expect(await first(sent, 'nobody')).toMatchObject({ objectId: null, objectType: null });
  for (let index = 0; index < 10; index += 1) {
    await sent.remember(INTEGRATION, `other-${index}`, { objectType: 'LEAD', ids: list });
  }
  // Asked for by another line: what was answered once may be kept.
  expect(await first(sent, 'first', 4)).toMatchObject({ objectId: null, objectType: null });
  expect(await first(sent, 'other-9', 4)).toMatchObject({ objectId: list[3] });
});

test('of a request that callers share, each sees its own lines, whatever else is known', async () => {
  const sent = createSentObjects(undefined, undefined, { ...LIMITS, maxLines: 2 });
  const errors = [0, 1, 2, 3, 4].map((line) => ({ line, description: `line ${line}` }));
  const seenBy = async (clientRequestId: string, caller?: string) =>
    (await sent.name(INTEGRATION, clientRequestId, errors, caller)).map(({ line, objectId }) => [
      line,
      objectId,
    ]);
  const owners = [['ann'], ['bob', 'ann'], ['bob']];
  await sent.remember(INTEGRATION, 'two', {
    objectType: 'DEAL',
    ids: ['a', 'b'],
    owners: owners.slice(0, 2),
  });
  expect(await seenBy('two', 'ann')).toEqual([
    [0, null],
    [1, 'a'],
    [2, 'b'],
  ]);
  expect(await seenBy('two', 'bob')).toEqual([
    [0, null],
    [2, 'b'],
  ]);
  expect(await seenBy('two', 'cid')).toEqual([[0, null]]);
  expect((await seenBy('two')).map(([line]) => line)).toEqual([0, 1, 2, 3, 4]);
  // Too many to remember the IDs of, but whose they are is known.
  await sent.remember(INTEGRATION, 'three', { objectType: 'DEAL', ids: ['a', 'b', 'c'], owners });
  expect(await seenBy('three', 'bob')).toEqual([
    [0, null],
    [2, null],
    [3, null],
  ]);
});

test.skipIf(redisMissing() !== undefined)(
  'so does Redis, for each integration, and everything there expires',
  async () => {
    await using server = await startRedis();
    await using here = connect(server.url);
    await using there = connect(server.url);
    for (const { redis } of [here, there]) await until('a connection', () => redis.status === 'ready');
    const sent = createSentObjects(here.redis, undefined, LIMITS);
    const list = ids(1_000, 'small');
    for (let index = 0; index < 10; index += 1) {
      await sent.remember(INTEGRATION, `r${index}`, { objectType: 'LEAD', ids: list });
    }
    const other = createSentObjects(there.redis);
    expect(await first(other, 'r9', 2)).toMatchObject({ objectId: list[1], objectType: 'LEAD' });
    expect(await first(other, 'r0', 2)).toMatchObject({ objectId: null, objectType: null });
    const bytes = Number(await here.redis.get(`sent:{${INTEGRATION}}-bytes`));
    expect(bytes).toBeLessThanOrEqual(LIMITS.maxRedisBytes);
    expect(bytes).toBeGreaterThan(LIMITS.maxRedisBytes / 2);
    for (const key of await here.redis.keys('*')) {
      expect(await here.redis.pttl(key.replace(/^test:/, '')), key).toBeGreaterThan(0);
    }
    // Whatever is found there is read with care.
    await here.redis.set(`sent:{${INTEGRATION}}:bad`, 'no deflated JSON');
    expect(await first(other, 'bad')).toMatchObject({ objectId: null, objectType: null });
    const odd = { objectType: 'LEAD', ids: [{}], callers: [7, null], owners: [[0, -1, 'x', 9], 'y'] };
    const errors = [1, 2].map((line) => ({ line, description: 'bad' }));
    await here.redis.set(`sent:{${INTEGRATION}}:odd`, deflateRawSync(JSON.stringify(odd)));
    expect(await other.name(INTEGRATION, 'odd', errors, 'ann')).toEqual([]);
  },
);
