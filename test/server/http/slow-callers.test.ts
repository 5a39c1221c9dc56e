import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Program, startProgram, urlIn } from '../../start/program.js';
import { startHarness } from '../../support/harness.js';
import { until } from '../../support/redis.js';

/* Clients that hold a connection and send next to nothing, with the default limits. */

const QUERY = '{"query":"{ __typename }"}';
const POST =
  'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n' +
  `content-length: ${QUERY.length}\r\n\r\n`;

/** Five thousand, or as many as a process may have on this machine. */
const SOCKETS = Math.min(5_000, mostDescriptors() - 500);

describe.concurrent('the gateway with default settings', { timeout: 60_000 }, () => {
  let program: Program;
  let url: string;
  beforeAll(async () => {
    program = startProgram('main.js', { PORT: '0', LOG_LEVEL: 'warn' });
    url = urlIn(await program.plainLine, '/graphql');
  });
  afterAll(() => program[Symbol.asyncDispose]());

  test(`closes ${SOCKETS} idle sockets, half of which had an answer, and answers other clients meanwhile`, async () => {
    expect(SOCKETS).toBeGreaterThan(400);
    const before = descriptorsOf(program);
    const closings: Promise<string>[] = [];
    let answered = 0;
    // The kernel's backlog holds only some hundred connections.
    for (let batch = 0; batch < SOCKETS; batch += 200) {
      const opened = Array.from({ length: Math.min(200, SOCKETS - batch) }, async (_, index) => {
        const socket = await open(url);
        closings.push(textOf(socket));
        if (index % 2 === 0) return;
        socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
        await once(socket, 'data');
        answered += 1;
      });
      await Promise.all(opened);
    }
    expect(answered).toBe(SOCKETS / 2);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await ask(url)).toEqual({ data: { __typename: 'Query' } });
    expect(await Promise.all(closings)).toHaveLength(SOCKETS);
    await until('its descriptors to be given back', () => descriptorsOf(program) < before + 100);
  });

  test.each([
    ['the first request', '', 408],
    ['the second request', 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n', 200],
  ])('closes a connection on which the headers of %s arrive byte by byte', async (_which, first, status) => {
    const socket = await open(url);
    const all = textOf(socket);
    socket.write(`${first}GET /health HTTP/1.1\r\nhost: `);
    const drip = setInterval(() => socket.write('x'), 100);
    const text = await all;
    clearInterval(drip);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await ask(url)).toEqual({ data: { __typename: 'Query' } });
  });

  test('closes a connection on which a query arrives byte by byte', async () => {
    const socket = await open(url);
    const all = textOf(socket);
    socket.write(POST.replace(/content-length: .*/, 'content-length: 100000'));
    const drip = setInterval(() => socket.write(' '), 100);
    const text = await all;
    clearInterval(drip);
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(await ask(url)).toEqual({ data: { __typename: 'Query' } });
  });
});

const limits = { queryMs: 300, fileBytesPerSecond: 16_384, fileWindowMs: 10_000 };
test.each(['/graphql', '/graphql/stream', '/nowhere'])(
  'a body for %s that stops half-way is refused with 408 after the time limit',
  async (path) => {
    await using harness = await startHarness({ gateway: { slowSenders: limits } });
    const socket = await open(harness.url);
    const all = textOf(socket);
    socket.write(POST.replace('/graphql', path));
    socket.write(QUERY.slice(0, 10));
    expect(await all).toMatch(/^HTTP\/1.1 408 /);
    expect(harness.calls).toEqual([]);
  },
);

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Everything received until the other side has closed the connection. */
function textOf(socket: Socket): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    // Bytes that arrive after the close are answered with a reset.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

async function ask(url: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/graphql`, { method: 'POST', headers, body: QUERY })).json();
}

function descriptorsOf({ pid }: Program): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Node raises its limit of open files to the hard limit. */
function mostDescriptors(): number {
  const [, most = ''] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return Number(most);
}
