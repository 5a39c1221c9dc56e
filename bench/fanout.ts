import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { percentile, type Running, startGateway } from './support.js';

/**
 * 5,000 subscribers over 100 WebSockets on 50 requests, through a gateway in a process of its own: how long after the
 * poll that saw a change the last subscriber has it, how many polls it took, and what a subscriber costs in memory.
 * Gong is a stub in a third process, because the emulator does not say which of its answers showed a change first.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/fanout.js
 */

const SOCKETS = 100;
const PER_SOCKET = 50;
const REQUESTS = 50;
const STATES = ['PENDING', 'IN_PROGRESS', 'DONE'];
const INTEGRATION = '5517027188234206123';
const now = () => performance.timeOrigin + performance.now();

interface Answered {
  readonly id: string;
  readonly state: string;
  readonly at: number;
}

if (process.argv[2] === 'gong') serveGong();
else await measure();

/** Tells its parent when it first answered with each state, and how often it was asked. */
function serveGong(): void {
  let state = 'PENDING';
  let asked = 0;
  const told = new Set<string>();
  const server = createServer((request, response) => {
    const id = new URL(request.url ?? '', 'http://gong').searchParams.get('clientRequestId') ?? '';
    asked += 1;
    const key = `${id} ${state}`;
    response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        requestId: 'r',
        clientRequestId: id,
        status: state,
        errors: [],
        totalErrorCount: 0,
        totalSuccessCount: 0,
      }),
    );
    if (told.has(key)) return;
    told.add(key);
    process.send?.({ id, state, at: now() });
  });
  process.on('message', (message) => {
    if (message === 'asked') process.send?.(asked);
    else state = String(message);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object') process.send?.(`http://127.0.0.1:${address?.port}`);
  });
}

async function measure(): Promise<void> {
  const gong = fork(fileURLToPath(import.meta.url), ['gong']);
  const [gongUrl] = await once(gong, 'message');
  const answered = new Map<string, number>();
  gong.on('message', (message: Answered) => answered.set(`${message.id} ${message.state}`, message.at));
  await using gateway = await startGateway(String(gongUrl), {
    STREAM_MAX_CONNECTIONS_PER_CALLER: String(SOCKETS),
    STREAM_MAX_OPERATIONS_PER_SOCKET: String(PER_SOCKET),
  });
  const address = `${gateway.url.replace('http', 'ws')}/graphql`;

  /** By request and state: how many have it, and when the last of them got it. */
  const heard = new Map<string, { count: number; last: number }>();
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => open(address)));
  await warmUp(sockets);
  const before = residentBytes(gateway);
  sockets.forEach((socket, index) => {
    socket.on('message', (data) => hear(heard, String(data)));
    for (let turn = 0; turn < PER_SOCKET; turn += 1)
      subscribe(socket, `${turn}`, `up-${(index + turn) % REQUESTS}`);
  });
  await complete(heard, 'PENDING');
  await sleep(3_000);
  const after = residentBytes(gateway);

  for (const state of STATES.slice(1)) {
    gong.send(state);
    await complete(heard, state);
    const delays = Array.from(
      { length: REQUESTS },
      (_, index) =>
        (heard.get(`up-${index} ${state}`)?.last ?? Number.NaN) -
        (answered.get(`up-${index} ${state}`) ?? Number.NaN),
    ).sort((left, right) => left - right);
    console.log(
      `${state}: last of each request's ${(SOCKETS * PER_SOCKET) / REQUESTS} subscribers after the poll's answer: ` +
        `median ${percentile(delays, 0.5).toFixed(0)} ms, worst ${delays.at(-1)?.toFixed(0)} ms`,
    );
    await sleep(2_000);
  }
  gong.send('asked');
  const [polls] = await once(gong, 'message');
  console.log(`polls: ${polls} for ${REQUESTS} requests and ${SOCKETS * PER_SOCKET} subscribers`);
  console.log(
    `memory: ${((after - before) / (SOCKETS * PER_SOCKET) / 1_000).toFixed(1)} kB a subscriber (resident)`,
  );
  for (const socket of sockets) socket.terminate();
  gong.kill();
}

async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  return socket;
}

/** So that what is loaded once, and compiled, is not counted for the subscribers. */
async function warmUp(sockets: readonly WebSocket[]): Promise<void> {
  await Promise.all(
    sockets.map(async (socket) => {
      for (let turn = 0; turn < 20; turn += 1) {
        socket.send(JSON.stringify({ id: 'warm', type: 'subscribe', payload: { query: '{ __typename }' } }));
        await completion(socket);
      }
    }),
  );
  await sleep(1_000);
}

function completion(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const hear = (data: unknown) => {
      if (!String(data).includes('"complete"')) return;
      socket.off('message', hear);
      resolve();
    };
    socket.on('message', hear);
  });
}

function subscribe(socket: WebSocket, id: string, clientRequestId: string): void {
  const query =
    'subscription ($id: ID!, $in: ID) { requestStatusChanged(clientRequestId: $id, integrationId: $in) { clientRequestId status isFinal totalSuccessCount } }';
  const payload = { query, variables: { id: clientRequestId, in: INTEGRATION } };
  socket.send(JSON.stringify({ id, type: 'subscribe', payload }));
}

function hear(heard: Map<string, { count: number; last: number }>, text: string): void {
  const [, id, state] = /"clientRequestId":"([^"]+)","status":"([A-Z_]+)"/.exec(text) ?? [];
  if (id === undefined) {
    if (!text.includes('"complete"')) throw new Error(text);
    return;
  }
  const entry = heard.get(`${id} ${state}`) ?? { count: 0, last: 0 };
  heard.set(`${id} ${state}`, { count: entry.count + 1, last: now() });
}

async function complete(heard: ReadonlyMap<string, { count: number }>, state: string): Promise<void> {
  const all = () => {
    let count = 0;
    for (let index = 0; index < REQUESTS; index += 1) count += heard.get(`up-${index} ${state}`)?.count ?? 0;
    return count;
  };
  while (all() < SOCKETS * PER_SOCKET) await sleep(20);
}

function residentBytes({ pid }: Running): number {
  return Number(/VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
}
