import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sweepSpool } from '../../../src/writes/engine/spool.js';
import { account, inChunks, JOB, lines, partIds, rejection, startEngine } from './harness.js';

const GOOD = lines(account('a'), account('b'));
const spoolError = (kind: string) => expect.objectContaining({ name: 'SpoolError', kind });

describe('limits', () => {
  test('a file of exactly maxBytes passes; one byte more is refused and nothing is left', async () => {
    await using exact = await startEngine({ maxBytes: GOOD.length });
    await using upload = await exact.engine.prepare(inChunks(GOOD, 7), JOB);
    expect(upload.parts).toHaveLength(1);
    await using less = await startEngine({ maxBytes: GOOD.length - 1 });
    expect(await rejection(less.engine.prepare(inChunks(GOOD, 7), JOB))).toEqual(spoolError('TOO_LARGE'));
    expect(less.left()).toEqual([]);
  });

  test('a gzip bomb is stopped at the inflated limit and leaves nothing', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 10));
    expect(bomb.length).toBeLessThan(100_000);
    await using small = await startEngine({ maxInflatedBytes: 1_000_000 });
    expect(await rejection(small.engine.prepare(inChunks(bomb), JOB))).toEqual(
      spoolError('INFLATED_TOO_LARGE'),
    );
    expect(small.left()).toEqual([]);
  });

  test('a line of 150 MB is one error, its neighbours are checked, and memory stays flat', async () => {
    await using shared = await startEngine();
    async function* source() {
      yield Buffer.from(lines(account('a')));
      for (let sent = 0; sent < 150_000_000; sent += 65_536) yield Buffer.alloc(65_536, 'x');
      yield Buffer.from(`\n${lines(account('b', { name: 3 }))}`);
    }
    await shared.engine.check(inChunks(GOOD), JOB);
    const before = process.memoryUsage();
    const report = await shared.engine.check(source(), JOB);
    const after = process.memoryUsage();
    expect(report.countsByCode).toEqual({ LINE_TOO_LONG: 1, WRONG_TYPE: 1 });
    expect(report.problems.map((problem) => problem.line)).toEqual([2, 3]);
    expect(report.lines).toBe(3);
    // Its bytes alone would be 150 MB more.
    expect(after.rss - before.rss).toBeLessThan(100_000_000);
  });
});

describe('gzip', () => {
  const deflated = gzipSync(lines(...Array.from({ length: 5000 }, (_, index) => account(`id-${index}`))));

  test.each([
    ['truncated', deflated.subarray(0, deflated.length / 2)],
    ['ending in its header', deflated.subarray(0, 5)],
    [
      'damaged in the middle',
      Buffer.concat([deflated.subarray(0, 2000), Buffer.alloc(50), deflated.subarray(2050)]),
    ],
    ['followed by rubbish', Buffer.concat([deflated, Buffer.from('rubbish')])],
  ])('%s is refused, and nothing is left', async (_name, bytes) => {
    await using shared = await startEngine();
    expect(await rejection(shared.engine.prepare(inChunks(bytes, 1000), JOB))).toEqual(
      spoolError('BAD_GZIP'),
    );
    expect(shared.left()).toEqual([]);
  });

  test('with two members is one file', async () => {
    await using shared = await startEngine();
    const members = Buffer.concat([gzipSync(lines(account('a'))), gzipSync(lines(account('b')))]);
    await using upload = await shared.engine.prepare(inChunks(members), JOB);
    expect(partIds(upload)).toEqual([['a', 'b']]);
  });
});

describe('a source that fails', () => {
  test.each([
    ['plain', Buffer.from(GOOD)],
    ['gzip', gzipSync(GOOD)],
  ])('rejects with the source’s own error, %s, and leaves nothing', async (_name, bytes) => {
    await using shared = await startEngine();
    async function* source() {
      yield bytes.subarray(0, bytes.length / 2);
      throw new Error('client went away');
    }
    expect(await rejection(shared.engine.prepare(source(), JOB))).toEqual(new Error('client went away'));
    expect(shared.left()).toEqual([]);
    await using upload = await shared.engine.prepare(inChunks(GOOD), JOB);
    expect(upload.parts).toHaveLength(1);
  });

  test('a stream that is destroyed half-way rejects and leaves nothing', async () => {
    await using shared = await startEngine();
    const stream = new Readable({ read() {} });
    stream.push(GOOD);
    const failed = rejection(shared.engine.prepare(stream, JOB));
    stream.destroy(new Error('socket hang up'));
    expect(await failed).toEqual(new Error('socket hang up'));
    expect(shared.left()).toEqual([]);
  });

  test('a stream that fails while its upload is queued rejects it at once', async () => {
    await using shared = await startEngine({ maxConcurrent: 1 });
    const first = new Readable({ read() {} });
    const running = shared.engine.prepare(first, JOB);
    const second = new Readable({ read() {} });
    const waiting = rejection(shared.engine.prepare(second, JOB));
    second.destroy(new Error('socket hang up'));
    expect(await waiting).toEqual(new Error('socket hang up'));
    first.push(null);
    await (await running).dispose();
    expect(shared.left()).toEqual([]);
  });

  test('a refused stream is not destroyed, so that its sender can still receive a response', async () => {
    await using shared = await startEngine({ maxBytes: 10 });
    const stream = new Readable({ read() {} });
    stream.push(GOOD);
    expect(await rejection(shared.engine.prepare(stream, JOB))).toEqual(spoolError('TOO_LARGE'));
    expect(stream.destroyed).toBe(false);
    stream.destroy();
  });

  test.each([
    ['plain', Buffer.from(GOOD)],
    ['gzip', gzipSync(GOOD)],
  ])('a hanging source, %s, is ended by the signal and leaves nothing', async (_name, bytes) => {
    await using shared = await startEngine();
    const controller = new AbortController();
    const stream = new Readable({ read() {} });
    stream.push(bytes.subarray(0, -3));
    const onProgress = () => controller.abort(new Error('deadline'));
    const failed = rejection(
      shared.engine.prepare(stream, { ...JOB, signal: controller.signal, onProgress }),
    );
    setImmediate(() => controller.abort(new Error('deadline')));
    const error = await failed;
    expect(error).toEqual(spoolError('ABORTED'));
    expect(error).toHaveProperty('cause', new Error('deadline'));
    expect(shared.left()).toEqual([]);
    stream.destroy();
  });

  test('a signal aborted before the start or in the queue rejects the upload as well', async () => {
    await using shared = await startEngine({ maxConcurrent: 1 });
    const first = new Readable({ read() {} });
    const running = shared.engine.prepare(first, JOB);
    const controller = new AbortController();
    const waiting = rejection(shared.engine.prepare(inChunks(GOOD), { ...JOB, signal: controller.signal }));
    controller.abort();
    expect(await waiting).toEqual(spoolError('ABORTED'));
    const late = shared.engine.prepare(inChunks(GOOD), { ...JOB, signal: controller.signal });
    expect(await rejection(late)).toEqual(spoolError('ABORTED'));
    const next = shared.engine.prepare(inChunks(GOOD), JOB);
    first.push(GOOD);
    first.push(null);
    await (await running).dispose();
    await (await next).dispose();
    expect(shared.left()).toEqual([]);
  });

  test('closing the engine aborts uploads in progress', async () => {
    const shared = await startEngine();
    const stream = new Readable({ read() {} });
    stream.push(GOOD);
    const failed = rejection(shared.engine.prepare(stream, JOB));
    await shared.engine.close();
    expect(await failed).toEqual(spoolError('ABORTED'));
    expect(shared.left()).toEqual([]);
    stream.destroy();
    await shared[Symbol.asyncDispose]();
  });

  test('sorting can be aborted', async () => {
    await using shared = await startEngine();
    const controller = new AbortController();
    const job = { ...JOB, signal: controller.signal };
    const content = lines(
      ...Array.from({ length: 60_000 }, (_, index) =>
        account(`id-${index}`, { modifiedDate: `20${10 + (index % 7)}-01-01T00:00:00Z` }),
      ),
    );
    async function* source() {
      yield* inChunks(content);
      // After the last byte: the check of what is under way, then the sort, are still to come.
      setImmediate(() => controller.abort());
    }
    expect(await rejection(shared.engine.prepare(source(), job))).toEqual(spoolError('ABORTED'));
    expect(shared.left()).toEqual([]);
    await using again = await shared.engine.prepare(inChunks(GOOD), JOB);
    expect(again.parts).toHaveLength(1);
  });
});

describe('the disk', () => {
  const canMount = () => {
    const folder = mkdtempSync(join(tmpdir(), 'engine-mount-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
    if (mounted) execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
    return mounted;
  };
  const withMount = async (options: string, work: (folder: string) => Promise<void>) => {
    const folder = mkdtempSync(join(tmpdir(), 'engine-mount-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
    try {
      await work(folder);
    } finally {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true });
    }
  };
  const big = lines(...Array.from({ length: 30_000 }, (_, index) => account(`id-${index}`)));

  test.skipIf(!canMount())(
    'full: a clear error, nothing is left, and the next upload works (needs mount)',
    () =>
      withMount('size=1m', async (spoolDir) => {
        await using full = await startEngine({ spoolDir });
        expect(await rejection(full.engine.prepare(inChunks(big), JOB))).toEqual(spoolError('DISK_FULL'));
        expect(full.left()).toEqual([]);
        await using upload = await full.engine.prepare(inChunks(GOOD), JOB);
        expect(upload.parts).toHaveLength(1);
      }),
  );

  test.skipIf(!canMount())('full while sorting: the same (needs mount)', () =>
    withMount('size=7m', async (spoolDir) => {
      const reversed = big.split('\n').reverse().join('\n');
      const dated = reversed.replace('2024', '2025');
      await using full = await startEngine({ spoolDir });
      expect(await rejection(full.engine.prepare(inChunks(dated + dated), JOB))).toEqual(
        spoolError('DISK_FULL'),
      );
      expect(full.left()).toEqual([]);
    }),
  );

  test.skipIf(!canMount())('read-only: a clear error (needs mount)', () =>
    withMount('ro', async (spoolDir) => {
      await using readOnly = await startEngine({ spoolDir });
      const error = await rejection(readOnly.engine.prepare(inChunks(GOOD), JOB));
      expect(error).toEqual(spoolError('DISK_ERROR'));
      expect(String(error)).toContain('EROFS');
    }),
  );

  test('a file where the folder should be: a clear error', async () => {
    await using wrong = await startEngine({ spoolDir: '/dev/null/spool' });
    expect(await rejection(wrong.engine.prepare(inChunks(GOOD), JOB))).toEqual(spoolError('DISK_ERROR'));
  });
});

test('folders of dead processes are swept; those of running processes and unrelated files stay', async () => {
  await using shared = await startEngine();
  await using upload = await shared.engine.prepare(inChunks(GOOD), JOB);
  const dead = spawnSync('true').pid;
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const random = '0123456789abcdef'.repeat(2);
  const orphan = (owner: string) => {
    const name = `gong-upload-${owner}-${random}`;
    mkdirSync(join(shared.spoolDir, name));
    writeFileSync(join(shared.spoolDir, name, 'spool'), 'x');
    return name;
  };
  orphan(`${machine}-${dead}-1700000000000`);
  orphan(`${machine}-${process.pid}-1700000000000`);
  const elsewhere = orphan(`0badcafe-${dead}-1700000000000`);
  const old = orphan(`0badcafe-${dead}-1600000000000`);
  utimesSync(join(shared.spoolDir, old), 1, 1);
  const parent = orphan(`${machine}-${process.ppid}-1700000000000`);
  mkdirSync(join(shared.spoolDir, 'something-else'));
  expect(await sweepSpool(shared.spoolDir)).toBe(3);
  const left = readdirSync(shared.spoolDir);
  expect(left).toHaveLength(4);
  expect(left).toEqual(expect.arrayContaining([elsewhere, parent, 'something-else']));
  expect(upload.parts).toHaveLength(1);
  expect(await sweepSpool(join(shared.spoolDir, 'missing'))).toBe(0);
});

test('many concurrent uploads share the lanes and each gets its own result', async () => {
  await using shared = await startEngine({ maxConcurrent: 2 });
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      shared.engine.prepare(inChunks(lines(account(`only-${index}`)), 16), JOB),
    ),
  );
  expect(all.flatMap(partIds)).toEqual(all.map((_, index) => [`only-${index}`]));
  await Promise.all(all.map((upload) => upload.dispose()));
  expect(shared.left()).toEqual([]);
});

test('idle threads do not keep the process alive', () => {
  const engine = new URL('../../../dist/writes/engine/engine.js', import.meta.url).href;
  const program = `import(${JSON.stringify(engine)}).then(async ({ createUploadEngine }) => {
    const limit = { maxBytes: 1e6, maxInflatedBytes: 1e6, maxLineBytes: 1e5, maxPartBytes: 1e6 };
    const more = { maxListedProblems: 9, maxConcurrent: 1, checkTimeoutMs: 30_000, maxSpoolBytes: 1e6 };
    const spoolDir = ${JSON.stringify(join(tmpdir(), 'engine-test-idle'))};
    const engine = createUploadEngine({ spoolDir, ...limit, ...more });
    const job = { dialect: 'current', objectType: 'ACCOUNT', schema: [], requirePhone: false };
    const report = await engine.check((async function* () { yield Buffer.from('x'); })(), job);
    process.stdout.write(String(report.errorCount));
  })`;
  const { stdout, status } = spawnSync(process.execPath, ['-e', program], { timeout: 20_000 });
  expect(stdout.toString()).toBe('1');
  expect(status).toBe(0);
});
