import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

const prepare = (content: string | Uint8Array, job: Partial<typeof JOB> = {}, chunkBytes?: number) =>
  shared.engine.prepare(inChunks(content, chunkBytes), { ...JOB, ...job });

const at = (modifiedDate: string) => ({ modifiedDate });

describe('a valid file', () => {
  test('becomes one part with the same bytes, and a hash of prefix and bytes', async () => {
    const content = lines(account('a'), account('b'));
    await using upload = await prepare(content);
    expect(partTexts(upload)).toEqual([content]);
    expect(upload.parts[0]).toMatchObject({ bytes: content.length, lines: 2, afterPrevious: false });
    expect(upload.sha256).toBe(createHash('sha256').update(`ACCOUNT:1:${content}`).digest('hex'));
    expect(upload.report).toMatchObject({
      lines: 2,
      objects: 2,
      validObjects: 2,
      errorCount: 0,
      sorted: true,
    });
    const [part] = upload.parts;
    for (const again of ['once', 'twice']) {
      expect(part === undefined ? again : await text(part.stream()), again).toBe(content);
    }
  });

  test('may lack the final line end and is then sent unchanged', async () => {
    const content = `${account('a')}\n${account('b')}`;
    await using upload = await prepare(content);
    expect(partTexts(upload)).toEqual([content]);
    expect(upload.report.lines).toBe(2);
  });

  test('may have CRLF line ends and a byte order mark, which is hashed but not sent', async () => {
    const content = `\uFEFF${account('a')}\r\n${account('b')}\r\n`;
    for (const chunkBytes of [1, 2, 65_536]) {
      await using upload = await prepare(content, {}, chunkBytes);
      expect(partTexts(upload)).toEqual([content.slice(1)]);
      expect(upload.sha256).toBe(createHash('sha256').update(`ACCOUNT:1:${content}`).digest('hex'));
    }
  });

  test('keeps numbers beyond 2^53 byte for byte, even when it is sorted', async () => {
    const big = (id: string, date: string) =>
      account(id, at(date)).replace('}', ',"score__c":5517027188234206123}');
    const content = lines(big('late', '2024-02-01T00:00:00Z'), big('early', '2024-01-01T00:00:00Z'));
    await using upload = await prepare(content);
    expect(partTexts(upload)[0]?.match(/5517027188234206123/g)).toHaveLength(2);
    expect(partIds(upload)).toEqual([['early', 'late']]);
  });

  test('is removed from disk when disposed of, which may be repeated', async () => {
    const upload = await prepare(lines(account('a')));
    expect(shared.left()).toHaveLength(1);
    await upload.dispose();
    await upload.dispose();
    expect(shared.left()).toEqual([]);
  });

  test('is complete when it arrives in chunks of one byte', async () => {
    const content = lines(account('ä'), account('b', { name: '\u2028 日本語 😀' }));
    await using upload = await prepare(content, {}, 1);
    expect(partTexts(upload)).toEqual([content]);
  });

  test('is complete and in order when it is larger than many reads', async () => {
    const content = lines(...Array.from({ length: 40_000 }, (_, index) => account(`id-${index}`)));
    expect(content.length).toBeGreaterThan(3_000_000);
    await using upload = await prepare(content, {}, 300_000);
    expect(partTexts(upload)[0] === content).toBe(true);
    expect(upload.report).toMatchObject({ lines: 40_000, validObjects: 40_000 });
  });

  test('without lines, or with blank ones only, has no parts and leaves nothing on disk', async () => {
    for (const [content, blankLines] of [
      ['', 0],
      ['\n \n\r\n\t\n', 4],
      ['\n'.repeat(1_000_000), 1_000_000],
    ] as const) {
      await using upload = await prepare(content);
      expect(upload.parts).toEqual([]);
      expect(upload.report).toMatchObject({ lines: blankLines, blankLines, objects: 0, errorCount: 0 });
      expect(shared.left()).toEqual([]);
    }
  });

  test('is sent without its blank lines', async () => {
    await using upload = await prepare(`\n${account('a')}\n\n${account('b')}\n`);
    expect(partTexts(upload)).toEqual([lines(account('a'), account('b'))]);
    expect(upload.report).toMatchObject({ lines: 4, blankLines: 2 });
  });
});

describe('validation', () => {
  const mixed = lines(account('a'), account('b', { name: null }), '[1]', account('c'));

  test('ENFORCE makes no parts of a file with an error and reports every error', async () => {
    await using upload = await prepare(mixed);
    expect(upload.parts).toEqual([]);
    expect(shared.left()).toEqual([]);
    expect(upload.report).toMatchObject({
      errorCount: 2,
      validObjects: 2,
      countsByCode: { MISSING_FIELD: 1, NOT_AN_OBJECT: 1 },
    });
    expect(upload.report.problems).toEqual([
      {
        line: 2,
        objectId: 'b',
        field: 'name',
        code: 'MISSING_FIELD',
        message: 'Mandatory field [name] is missing or empty',
        severity: 'ERROR',
      },
      {
        line: 3,
        objectId: null,
        field: null,
        code: 'NOT_AN_OBJECT',
        message: 'The line must be one JSON object, got an array',
        severity: 'ERROR',
      },
    ]);
  });

  test('SKIP_INVALID sends the valid lines and reports the others', async () => {
    await using upload = await prepare(mixed, { validation: 'SKIP_INVALID' });
    expect(partTexts(upload)).toEqual([lines(account('a'), account('c'))]);
    expect(upload.report.errorCount).toBe(2);
  });

  test('SKIP_INVALID makes no parts if no line is valid', async () => {
    await using upload = await prepare('x\ny\n', { validation: 'SKIP_INVALID' });
    expect(upload.parts).toEqual([]);
  });

  test('OFF sends the bytes unchanged: byte order mark, blank lines, rubbish and all', async () => {
    const content = Buffer.from(`\uFEFF\n${mixed}rubbish\n\xff`, 'latin1');
    await using upload = await prepare(content, { validation: 'OFF' });
    expect(upload.parts.map((part) => readFileSync(part.path))).toEqual([content]);
    expect(upload.report).toMatchObject({ bytes: content.length, lines: 7, objects: 0, errorCount: 0 });
    expect(upload.parts[0]?.lines).toBe(7);
  });

  test('a warning does not block', async () => {
    await using upload = await prepare(lines(account('a', { shoe: 43 })));
    expect(upload.parts).toHaveLength(1);
    expect(upload.report).toMatchObject({ warningCount: 1, countsByCode: { UNKNOWN_FIELD: 1 } });
  });

  test('check gives the same report and leaves nothing on disk', async () => {
    await using upload = await prepare(mixed);
    expect(await shared.engine.check(inChunks(mixed), JOB)).toEqual(upload.report);
    expect(shared.left()).toEqual([]);
  });

  test('all problems are counted and the first 1,000 listed, errors before warnings', async () => {
    const warned = Array.from({ length: 1500 }, (_, index) => account(`w${index}`, { shoe: 1 }));
    const wrong = Array.from({ length: 1200 }, (_, index) => account(`e${index}`, { name: 7 }));
    await using upload = await prepare(lines(...warned, ...wrong));
    const { report } = upload;
    expect(report.countsByCode).toEqual({ UNKNOWN_FIELD: 1500, WRONG_TYPE: 1200 });
    expect(report.problems).toHaveLength(1000);
    expect(report.problems[0]).toMatchObject({ line: 1501, severity: 'ERROR' });
    expect(report.problems.at(-1)).toMatchObject({ line: 2500 });
  });
});

describe('gzip', () => {
  test('is recognised by its first bytes, even one at a time, and hashed after inflation', async () => {
    const content = lines(account('a'), account('b'));
    await using plain = await prepare(content);
    for (const chunkBytes of [1, 65_536]) {
      await using upload = await prepare(gzipSync(content), {}, chunkBytes);
      expect(partTexts(upload)).toEqual([content]);
      expect(upload.sha256).toBe(plain.sha256);
      expect(upload.report.bytes).toBe(content.length);
    }
  });
});

test('progress is reported on the way and at the end', async () => {
  const content = lines(...Array.from({ length: 30_000 }, (_, index) => account(`id-${index}`)));
  const told: unknown[] = [];
  await using upload = await prepare(content, { onProgress: (progress) => told.push(progress) });
  expect(upload.report.errorCount).toBe(0);
  expect(told.length).toBeGreaterThan(3);
  expect(told.at(-1)).toEqual({ bytesReceived: content.length, linesChecked: 30_000, errors: 0 });
});

test('a source that pauses after a full read continues afterwards', async () => {
  const line = account('x', { tier__c: '' });
  const padded = (index: number) => {
    const tier = String(index).padEnd(1023 - line.length, '.');
    return `${account('x', { tier__c: tier })}\n`;
  };
  // 2 MiB: all blocks, sent before any of them can come back.
  const full = Array.from({ length: 2048 }, (_, index) => padded(index)).join('');
  expect(full.length).toBe(2 * 1024 * 1024);
  let allChecked = () => {};
  const checked = new Promise<void>((resolve) => {
    allChecked = resolve;
  });
  async function* source() {
    yield Buffer.from(full);
    await checked;
    yield Buffer.from(padded(2048));
  }
  const report = await shared.engine.check(source(), {
    ...JOB,
    onProgress({ linesChecked }) {
      if (linesChecked === 2048) allChecked();
    },
  });
  expect(report.lines).toBe(2049);
});
