import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INTEGRATION, type StreamedUpstream, startStreamedUpstream } from '../../gong/upstream.js';
import { type Program, startProgram, urlIn } from '../../start/program.js';
import { accounts } from './support.js';

/* What files that are made to hurt cost a gateway in memory, in a process of its own. */

const MB = 1_000_000;
const KB_64 = 65_536;

describe('the memory of a gateway stays flat', { timeout: 60_000 }, () => {
  let gong: StreamedUpstream;
  let program: Program;
  let url: string;
  beforeAll(async () => {
    // Slower than whoever sends the file.
    gong = await startStreamedUpstream(async (chunk) => {
      await sleep(chunk.length / 50_000);
    });
    program = startProgram('main.js', {
      PORT: '0',
      LOG_LEVEL: 'silent',
      GONG_BASE_URL: gong.url,
      GONG_BEARER_TOKEN: 'gong-token',
      GONG_CALLS_PER_SECOND: '0',
    });
    url = urlIn(await program.plainLine, '/graphql');
    // All threads have run, and hold what they need.
    for (let round = 0; round < 3; round += 1) {
      const both = [1, 2].map(() => send(() => [accounts(10_000)]));
      expect(await Promise.all(both)).toMatchObject([{ status: 202 }, { status: 202 }]);
    }
  }, 60_000);
  afterAll(async () => {
    await program[Symbol.asyncDispose]();
    await gong[Symbol.asyncDispose]();
  });

  async function send(pieces: () => Iterable<string | Uint8Array>, query = '') {
    const body = Readable.from(pieces(), { objectMode: false });
    const address = `${url}/upload/ACCOUNT?integrationId=${INTEGRATION}${query}`;
    const init = { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, duplex: 'half' };
    const response = await fetch(address, { ...init, body: Readable.toWeb(body) } as RequestInit);
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  }

  function* longLine() {
    yield '{"objectId":"';
    for (let sent = 0; sent < 50 * MB; sent += KB_64) yield Buffer.alloc(KB_64, 'x');
    yield '"}\n';
  }
  function* blankLines() {
    for (let sent = 0; sent < 10 * MB; sent += 100_000) yield Buffer.alloc(100_000, '\n');
  }
  function* hundredMegabytes() {
    const piece = Buffer.from(accounts(1_000));
    for (let sent = 0; sent < 100 * MB; sent += piece.length) yield piece;
  }

  test('at three lines of 50 MB', async () => {
    const before = peakOf(program);
    const all = await Promise.all([1, 2, 3].map(() => send(longLine)));
    for (const { status, answer } of all) {
      expect(status).toBe(422);
      expect(answer).toMatchObject({ errors: [{ line: 1, code: 'LINE_TOO_LONG' }] });
    }
    expect(peakOf(program) - before).toBeLessThan(100 * MB);
  });

  test('at ten million blank lines', async () => {
    const before = peakOf(program);
    const { status, answer } = await send(blankLines);
    expect(status).toBe(422);
    expect(answer).toMatchObject({ report: { lines: 10 * MB, blankLines: 10 * MB } });
    expect(peakOf(program) - before).toBeLessThan(60 * MB);
  });

  test('at 100 MB that arrive faster than Gong accepts them', async () => {
    const before = peakOf(program);
    const received = gong.bytes();
    expect(await send(hundredMegabytes, '&validation=OFF')).toMatchObject({ status: 202 });
    expect(gong.bytes() - received).toBeGreaterThan(100 * MB);
    expect(peakOf(program) - before).toBeLessThan(60 * MB);
  });
});

/** The most that it ever held, in bytes. */
function peakOf({ pid }: Program): number {
  const [, kilobytes = ''] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}
