import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  acceptedUploads,
  accounts,
  BOUNDARY,
  DOORS,
  nothingHappened,
  spoolIsEmpty,
  startWithCrm,
} from './support.js';

async function* inChunks(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

describe.each(DOORS)('through $name', (door) => {
  test('a file of exactly the limit passes, and one byte more is refused', async () => {
    const content = Buffer.from(accounts(200));
    await using exact = await startWithCrm({ uploads: { maxBytes: content.length } });
    await using above = await startWithCrm({ uploads: { maxBytes: content.length - 1 } });
    expect(await door.upload(exact, inChunks(content))).toMatchObject({ kind: 'accepted' });
    const outcome = await door.upload(above, inChunks(content));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'PAYLOAD_TOO_LARGE', retryable: false });
    expect(outcome.message).toContain(String(content.length - 1));
    await nothingHappened(above);
  });

  test('a sender who keeps sending can read the refusal', async () => {
    await using harness = await startWithCrm({ uploads: { maxBytes: 100_000 } });
    const outcome = await door.upload(harness, inChunks(randomBytes(20_000_000)));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'PAYLOAD_TOO_LARGE' });
    await nothingHappened(harness);
  });
});

const HEADERS = {
  plain: { path: '/upload/ACCOUNT', 'content-type': 'application/x-ndjson' },
  multipart: {
    path: '/graphql',
    'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    'apollo-require-preflight': 'true',
  },
};

describe.each(Object.entries(HEADERS))('10 GB announced to the %s door', (_name, { path, ...headers }) => {
  test('are refused before a byte is read, and the connection ends', async () => {
    await using harness = await startWithCrm();
    const { port } = new URL(harness.url);
    const socket = connect(Number(port), '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000000\r\n${lines.join('')}\r\n`);
    const answer = await text(socket);
    expect(answer).toContain('HTTP/1.1 413');
    expect(answer).toContain('PAYLOAD_TOO_LARGE');
    await nothingHappened(harness);
  });

  test('are refused instead of 100 Continue', async () => {
    await using harness = await startWithCrm();
    const answer = await new Promise<number | 'continue'>((resolve, reject) => {
      const request = httpRequest(`${harness.url}${path}`, {
        method: 'POST',
        headers: { ...headers, 'content-length': 10_000_000_000, expect: '100-continue' },
      });
      request.on('continue', () => resolve('continue'));
      request.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
      request.on('error', reject);
      request.flushHeaders();
    });
    expect(answer).toBe(413);
  });
});

test('a sender who expects 100 Continue receives it, and then the response', async () => {
  await using harness = await startWithCrm();
  const content = accounts(3);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = httpRequest(`${harness.url}/upload/ACCOUNT`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        'content-length': Buffer.byteLength(content),
        expect: '100-continue',
      },
    });
    request.on('continue', () => request.end(content));
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.flushHeaders();
  });
  expect(status).toBe(202);
});

test('curl, which sends while it waits, shows the refusal', async () => {
  await using harness = await startWithCrm({ uploads: { maxBytes: 100_000 } });
  const folder = await mkdtemp(join(tmpdir(), 'curl-'));
  const path = join(folder, 'large');
  await writeFile(path, randomBytes(10_000_000));
  const curl = (...more: string[]) =>
    promisify(execFile)('curl', [
      ...['-sS', '-w', ' status=%{http_code}', '-H', 'content-type: application/x-ndjson'],
      ...more,
      `${harness.url}/upload/ACCOUNT`,
    ]);
  try {
    const declared = await curl('-H', 'Expect:', '--data-binary', `@${path}`);
    const chunked = await curl(
      '-H',
      'Expect:',
      '-H',
      'Transfer-Encoding: chunked',
      '--data-binary',
      `@${path}`,
    );
    const asking = await curl('--data-binary', `@${path}`);
    for (const { stdout } of [declared, chunked, asking]) {
      expect(stdout).toContain('PAYLOAD_TOO_LARGE');
      expect(stdout).toContain('status=413');
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  await nothingHappened(harness);
});

test('a sender of 64 bytes a second is cut off, with nothing sent and nothing left', async () => {
  await using harness = await startWithCrm({
    gateway: { slowSenders: { queryMs: 60_000, fileBytesPerSecond: 16_384, fileWindowMs: 300 } },
  });
  const { port } = new URL(harness.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    'POST /upload/ACCOUNT HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: 100000\r\n\r\n',
  );
  const drip = setInterval(() => socket.write('{"objectId":'), 100);
  try {
    expect(await text(socket)).toContain('408 Request Timeout');
  } finally {
    clearInterval(drip);
    socket.destroy();
  }
  await nothingHappened(harness);
});

test('a connection without a refusal is reused', async () => {
  await using harness = await startWithCrm();
  const { port } = new URL(harness.url);
  const socket = connect(Number(port), '127.0.0.1');
  const send = (content: string) =>
    socket.write(
      `POST /upload/ACCOUNT HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${content.length}\r\n\r\n${content}`,
    );
  let received = '';
  socket.on('data', (chunk) => {
    received += String(chunk);
  });
  send(accounts(1, 'first'));
  await expect.poll(() => received.match(/HTTP\/1.1 202/g)?.length, { timeout: 10_000 }).toBe(1);
  send(accounts(1, 'second'));
  await expect.poll(() => received.match(/HTTP\/1.1 202/g)?.length, { timeout: 10_000 }).toBe(2);
  socket.destroy();
  expect(acceptedUploads(harness)).toBe(2);
  await spoolIsEmpty(harness);
});
