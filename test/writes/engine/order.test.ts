import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUploadEngine } from '../../../src/writes/engine/engine.js';
import {
  account,
  inChunks,
  JOB,
  lines,
  partIds,
  partTexts,
  startEngine,
  type TestEngine,
} from './harness.js';

let shared: TestEngine;
beforeAll(async () => {
  shared = await startEngine();
});
afterAll(() => shared[Symbol.asyncDispose]());

const prepare = (content: string, job: Partial<typeof JOB> = {}) =>
  shared.engine.prepare(inChunks(content), { ...JOB, ...job });
const dated = (id: string, modifiedDate: string) => account(id, { modifiedDate });

describe('sorting', () => {
  test('compares instants across time zones, not texts', async () => {
    await using upload = await prepare(
      lines(
        dated('third', '2024-01-01T12:00:00-05:00'),
        dated('first', '2024-01-01T12:00:00+02:00'),
        dated('second', '2024-01-01T12:00:00Z'),
      ),
    );
    expect(partIds(upload)).toEqual([['first', 'second', 'third']]);
    expect(upload.report).toMatchObject({ sorted: false, countsByCode: { OUT_OF_ORDER: 1 } });
    expect(upload.report.problems[0]).toMatchObject({ line: 2, severity: 'WARNING' });
  });

  test('keeps the order of lines with the same instant', async () => {
    const same = Array.from({ length: 50 }, (_, index) => dated(`s${index}`, '2024-01-01T00:00:00Z'));
    await using upload = await prepare(lines(...same, dated('early', '2023-01-01T00:00:00Z')));
    expect(partIds(upload)[0]).toEqual(['early', ...same.map((_, index) => `s${index}`)]);
  });

  test('reads the deprecated lastModified where modifiedDate is absent', async () => {
    const old = (id: string, lastModified: string) => account(id, { modifiedDate: undefined, lastModified });
    await using upload = await prepare(
      lines(old('b', '2024-01-02T00:00:00Z'), old('a', '2024-01-01T00:00:00Z')),
    );
    expect(partIds(upload)).toEqual([['a', 'b']]);
  });

  test('more lines than fit into memory gives the same result as in memory, line by line', async () => {
    const count = 150_000;
    const padding = 'x'.repeat(120);
    const all = Array.from({ length: count }, (_, index) => {
      const minute = (index * 7919) % 1009;
      const modifiedDate = new Date(1.6e12 + minute * 60_000).toISOString().replace('.000Z', 'Z');
      return { minute, text: account(`id-${index}`, { modifiedDate, tier__c: padding }) };
    });
    const join = (of: typeof all) => of.map(({ text }) => `${text}\n`).join('');
    const content = join(all);
    // Runs have at most 65,536 lines.
    expect(count).toBeGreaterThan(2 * 65_536);
    await using upload = await prepare(content);
    const sorted = [...all].sort((left, right) => left.minute - right.minute);
    expect(partTexts(upload)[0] === join(sorted)).toBe(true);
    expect(upload.parts[0]).toMatchObject({ lines: count, bytes: content.length });
  });

  test('a line longer than what is sorted in memory keeps all of its bytes', async () => {
    const long = dated('long', '2024-01-02T00:00:00Z').replace(
      '"name":"',
      `"name":"${'x'.repeat(20_000_000)}`,
    );
    const all = [dated('last', '2024-01-03T00:00:00Z'), long, dated('first', '2024-01-01T00:00:00Z')];
    await using own = await startEngine({ maxLineBytes: 30_000_000 });
    await using upload = await own.engine.prepare(inChunks(lines(...all)), JOB);
    expect(partTexts(upload)[0] === lines(...all.toReversed())).toBe(true);
  });
});

describe('a repeated object', () => {
  test('goes to successive parts by instant, each waiting for the one before', async () => {
    await using upload = await prepare(
      lines(
        dated('a', '2024-01-03T00:00:00Z'),
        dated('a', '2024-01-01T00:00:00Z'),
        dated('b', '2024-01-02T00:00:00Z'),
        dated('a', '2024-01-02T00:00:00Z'),
        dated('b', '2024-01-04T00:00:00Z'),
      ),
    );
    expect(partIds(upload)).toEqual([['a', 'b'], ['a', 'b'], ['a']]);
    expect(upload.parts.map((part) => part.afterPrevious)).toEqual([false, true, true]);
    const dates = partTexts(upload).map((text) => JSON.parse(text.split('\n')[0] ?? '').modifiedDate);
    expect(dates).toEqual(['2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z', '2024-01-03T00:00:00Z']);
    expect(upload.report.countsByCode.DUPLICATE_OBJECT).toBe(3);
  });

  test('is split off in a sorted file as well', async () => {
    await using upload = await prepare(lines(account('a'), account('b'), account('a')));
    expect(partIds(upload)).toEqual([['a', 'b'], ['a']]);
    expect(upload.report.problems).toMatchObject([
      { line: 3, code: 'DUPLICATE_OBJECT', severity: 'WARNING' },
    ]);
  });

  test('is not counted in lines that are left out', async () => {
    await using upload = await prepare(lines(account('a', { name: 1 }), account('a')), {
      validation: 'SKIP_INVALID',
    });
    expect(partIds(upload)).toEqual([['a']]);
  });

  test('is an error after a hundred times', async () => {
    const repeats = Array.from({ length: 103 }, () => account('a'));
    await using upload = await prepare(lines(...repeats));
    expect(upload.report.countsByCode).toEqual({ DUPLICATE_OBJECT: 99, TOO_MANY_REPEATS: 3 });
    expect(upload.parts).toEqual([]);
    await using skipping = await prepare(lines(...repeats), { validation: 'SKIP_INVALID' });
    expect(skipping.parts).toHaveLength(100);
  });
});

describe('splitting', () => {
  const line = account('a');
  const lineBytes = line.length + 1;
  const content = lines(account('a'), account('b'), account('c'), account('d'));

  test.each([
    ['exactly the limit stays one part', lineBytes * 4, [4]],
    ['one byte over the limit is split at a line end', lineBytes * 4 - 1, [3, 1]],
    ['a part is filled to the last byte', lineBytes * 2, [2, 2]],
    ['a part short of one byte takes a line less', lineBytes * 2 - 1, [1, 1, 1, 1]],
  ])('%s', async (_name, maxPartBytes, expected) => {
    await using small = await startEngine({ maxPartBytes, maxLineBytes: lineBytes - 1 });
    for (const validation of ['ENFORCE', 'OFF'] as const) {
      await using upload = await small.engine.prepare(inChunks(content), { ...JOB, validation });
      expect(upload.parts.map((part) => part.lines)).toEqual(expected);
      expect(partTexts(upload).join('')).toBe(content);
      expect(upload.parts.every((part) => part.bytes <= maxPartBytes)).toBe(true);
      const waits = upload.parts.map((part) => part.afterPrevious);
      expect(waits).toEqual(expected.map((_, index) => validation === 'OFF' && index > 0));
    }
  });

  test('a missing final line end is allowed for', async () => {
    await using small = await startEngine({ maxPartBytes: lineBytes * 4 - 1, maxLineBytes: lineBytes - 1 });
    await using upload = await small.engine.prepare(inChunks(content.slice(0, -1)), JOB);
    expect(partTexts(upload)).toEqual([content.slice(0, -1)]);
  });

  test('each round comes after all parts of the rounds before', async () => {
    await using small = await startEngine({ maxPartBytes: lineBytes, maxLineBytes: lineBytes - 1 });
    const twice = lines(account('a'), account('b'), account('a'), account('b'));
    await using upload = await small.engine.prepare(inChunks(twice), JOB);
    expect(partIds(upload)).toEqual([['a'], ['b'], ['a'], ['b']]);
    expect(upload.parts.map((part) => part.afterPrevious)).toEqual([false, false, true, false]);
  });

  test('a line longer than a part is refused with OFF', async () => {
    await using small = await startEngine({ maxPartBytes: 10, maxLineBytes: 9 });
    await expect(
      small.engine.prepare(inChunks(`${'x'.repeat(11)}\n`), { ...JOB, validation: 'OFF' }),
    ).rejects.toMatchObject({ name: 'SpoolError', kind: 'TOO_LARGE' });
    expect(small.left()).toEqual([]);
  });

  test('the line limit must be below the part limit', () => {
    const settings = { spoolDir: '/nowhere', maxBytes: 9, maxInflatedBytes: 9, maxListedProblems: 9 };
    const more = { maxConcurrent: 1, checkTimeoutMs: 30_000, maxSpoolBytes: 99 };
    expect(() => createUploadEngine({ ...settings, ...more, maxPartBytes: 10, maxLineBytes: 10 })).toThrow(
      /less than maxPartBytes 10, got 10/,
    );
  });
});
