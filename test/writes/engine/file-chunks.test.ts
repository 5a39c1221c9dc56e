import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { multipartFile } from '../../../src/gong/multipart.js';
import { fileChunks } from '../../../src/writes/engine/file-chunks.js';

/** Growth of the file between two reads: everything at once, and steps on both sides of what streams take at once. */
const STEPS = [Number.POSITIVE_INFINITY, 300_000, 65_536, 65_535, 10_000];

test.each(STEPS)('a file that grows by %d bytes reaches a slow reader unchanged', async (step) => {
  const folder = await mkdtemp(join(tmpdir(), 'chunks-test-'));
  const path = join(folder, 'file');
  const content = randomBytes(12_000_000);
  await writeFile(path, content);
  const chunks: Buffer[] = [];
  const server = createServer(async (received, response) => {
    for await (const chunk of received) {
      chunks.push(chunk);
      await setImmediate();
    }
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const stream = () => fileChunks(path, (at) => Math.min(step, content.length - at));
    const { headers, open } = multipartFile({ size: content.length, stream }, 'deals.ldjson');
    const { port } = server.address() as AddressInfo;
    const { statusCode } = await request(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers,
      body: open(),
    });
    expect(statusCode).toBe(200);
    const body = Buffer.concat(chunks);
    const start = body.indexOf('\r\n\r\n') + 4;
    expect(body.subarray(start, start + content.length).equals(content)).toBe(true);
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});

test('chunks keep their bytes until three more have been asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chunks-test-'));
  try {
    const path = join(folder, 'file');
    const content = randomBytes(3_000_000);
    await writeFile(path, content);
    const held: Uint8Array[] = [];
    let at = 0;
    for await (const chunk of fileChunks(path, (position) => content.length - position)) {
      held.push(chunk);
      at += chunk.length;
      const last = held.slice(-3);
      const bytes = Buffer.concat(last);
      expect(bytes.equals(content.subarray(at - bytes.length, at))).toBe(true);
    }
    expect(at).toBe(content.length);
    expect(held.length).toBeGreaterThan(8);
  } finally {
    await rm(folder, { recursive: true });
  }
});
