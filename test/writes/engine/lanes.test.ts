import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PreparedUpload } from '../../../src/writes/engine/types.js';
import { account, field, inChunks, JOB, lines, partTexts, rejection, startEngine } from './harness.js';

const SMALL = lines(account('a'), account('b'));
/** More than is waited for before a file is checked while it arrives. */
const LARGE = lines(...Array.from({ length: 30_000 }, (_, index) => account(`id-${index}`)));

/** A file that is sent in two pieces, the second when the test says so. */
function slowFile(content: string | Buffer) {
  const bytes = Buffer.from(content);
  const source = new PassThrough();
  source.write(bytes.subarray(0, -1000));
  return { source, finish: () => source.end(bytes.subarray(-1000)) };
}

describe('a file that is still arriving', () => {
  test.each([
    ['plain', LARGE],
    ['with a byte order mark', `\ufeff${LARGE}`],
  ])('yields its lane to a complete file and is later checked in full, %s', async (_how, content) => {
    await using shared = await startEngine({ maxConcurrent: 1 });
    const slow = slowFile(content);
    const checked = new Promise<void>((resolve) => {
      const onProgress = ({ linesChecked }: { readonly linesChecked: number }) => {
        if (linesChecked > 10_000) resolve();
      };
      slowResult = shared.engine.prepare(slow.source, { ...JOB, onProgress });
    });
    await checked;
    await using other = await shared.engine.prepare(inChunks(SMALL), JOB);
    expect(other.report).toMatchObject({ validObjects: 2 });
    slow.finish();
    await using upload = await slowResult;
    expect(upload.report).toMatchObject({
      lines: 30_000,
      validObjects: 30_000,
      bytes: Buffer.byteLength(content),
      sorted: true,
      errorCount: 0,
    });
    expect(upload.sha256).toBe(createHash('sha256').update(`${JOB.hashPrefix}${content}`).digest('hex'));
    expect(partTexts(upload).join('')).toBe(LARGE);
  });
  let slowResult: Promise<PreparedUpload>;

  test('holds no lane before its first megabyte has arrived, so slow senders keep nobody waiting', async () => {
    await using shared = await startEngine({ maxConcurrent: 1 });
    const slow = Array.from({ length: 20 }, () => slowFile(SMALL));
    const all = slow.map(({ source }) => shared.engine.check(source, JOB));
    expect(await shared.engine.check(inChunks(LARGE), JOB)).toMatchObject({ validObjects: 30_000 });
    for (const { finish } of slow) finish();
    expect((await Promise.all(all)).map(({ validObjects }) => validObjects)).toEqual(slow.map(() => 2));
    expect(shared.left()).toEqual([]);
  });

  test('is forwarded before a lane is free', async () => {
    await using shared = await startEngine({ maxConcurrent: 1 });
    const blocking = shared.engine.check(inChunks(LARGE.repeat(5)), JOB);
    const slow = slowFile(SMALL.repeat(100));
    const arriving = new Promise<Uint8Array>((resolve) => {
      const declaredBytes = SMALL.length * 100;
      passedOn = shared.engine.prepare(slow.source, {
        ...JOB,
        validation: 'OFF',
        declaredBytes,
        async onArriving(file) {
          for await (const bytes of file.stream()) return resolve(bytes);
        },
      });
    });
    expect((await arriving).length).toBeGreaterThan(0);
    slow.finish();
    await (await passedOn).dispose();
    await blocking;
  });
  let passedOn: Promise<PreparedUpload>;
});

test('no more files are forwarded at once than are checked at once: each holds a connection to Gong', async () => {
  await using shared = await startEngine({ maxConcurrent: 1 });
  const content = SMALL.repeat(100);
  const passed: number[] = [];
  const prepare = (source: AsyncIterable<Uint8Array>, id: number) =>
    shared.engine.prepare(source, {
      ...JOB,
      validation: 'OFF',
      declaredBytes: content.length,
      onArriving: () => void passed.push(id),
    });
  const slow = slowFile(content);
  const first = prepare(slow.source, 1);
  await expect.poll(() => passed).toEqual([1]);
  await using second = await prepare(inChunks(content), 2);
  expect(second.parts).toHaveLength(1);
  expect(passed).toEqual([1]);
  slow.finish();
  await (await first).dispose();
  await (await prepare(inChunks(content), 3)).dispose();
  expect(passed).toEqual([1, 3]);
});

test('slow senders of gzip do not keep other files from being inflated', async () => {
  await using shared = await startEngine({ maxConcurrent: 1 });
  const deflated = gzipSync(LARGE);
  const slow = Array.from({ length: 5 }, () => slowFile(deflated));
  const all = slow.map(({ source }) => shared.engine.check(source, JOB));
  expect(await shared.engine.check(inChunks(deflated), JOB)).toMatchObject({ validObjects: 30_000 });
  for (const { finish } of slow) finish();
  expect((await Promise.all(all)).map(({ validObjects }) => validObjects)).toEqual(slow.map(() => 30_000));
});

test('callers get lanes in turn, however many files one of them uploads', async () => {
  await using shared = await startEngine({ maxConcurrent: 1 });
  const ended: string[] = [];
  const check = async (caller: string, content: string) => {
    await shared.engine.check(inChunks(content), { ...JOB, caller });
    ended.push(caller);
  };
  const greedy = Array.from({ length: 6 }, () => check('greedy', LARGE));
  await Promise.all([...greedy, check('modest', LARGE)]);
  expect(ended.indexOf('modest')).toBeLessThan(3);
});

describe('the disk space', () => {
  test('is shared: a file that needs more than is left fails, and succeeds once the others have ended', async () => {
    await using shared = await startEngine({ maxSpoolBytes: LARGE.length * 1.5 });
    const slow = slowFile(LARGE);
    const received = new Promise<void>((resolve) => {
      const onProgress = ({ bytesReceived }: { readonly bytesReceived: number }) => {
        if (bytesReceived > LARGE.length / 2) resolve();
      };
      first = shared.engine.prepare(slow.source, { ...JOB, onProgress });
    });
    await received;
    const second = await rejection(shared.engine.prepare(inChunks(LARGE), JOB));
    expect(second).toMatchObject({ name: 'SpoolError', kind: 'SPOOL_FULL' });
    slow.finish();
    await (await first).dispose();
    await (await shared.engine.prepare(inChunks(LARGE), JOB)).dispose();
    expect(shared.left()).toEqual([]);
  });

  let first: Promise<PreparedUpload>;

  test('is never used up by one caller', async () => {
    await using shared = await startEngine({ maxSpoolBytes: LARGE.length * 3 });
    const prepare = (caller: string) => shared.engine.prepare(inChunks(LARGE), { ...JOB, caller });
    await using first = await prepare('greedy');
    expect(await rejection(prepare('greedy'))).toMatchObject({ kind: 'SPOOL_FULL' });
    await using other = await prepare('modest');
    expect([first, other].map(({ parts }) => parts.length)).toEqual([1, 1]);
  });
});

test('a stuck thread is terminated, only its file fails, and the next file gets a new thread', async () => {
  await using shared = await startEngine({ maxConcurrent: 1, checkTimeoutMs: 1_500 });
  // Each list is made into a set, which takes milliseconds: all of them take a minute.
  const values = Array.from({ length: 100_000 }, (_, index) => `value-${index}`);
  const schema = Array.from({ length: 10_000 }, (_, index) => field(`f${index}__c`, 'PICKLIST', values));
  const stuck = rejection(shared.engine.prepare(inChunks(SMALL), { ...JOB, schema }));
  const waiting = shared.engine.prepare(inChunks(SMALL), JOB);
  expect(await stuck).toMatchObject({
    name: 'SpoolError',
    kind: 'TIMEOUT',
    message: expect.stringContaining('1500 ms'),
  });
  await (await waiting).dispose();
  expect(shared.left()).toEqual([]);
});
