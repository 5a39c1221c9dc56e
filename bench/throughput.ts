/**
 * How many queries a second one core answers, as a share of the floor: plain node:http and undici making the same call
 * to Gong, without GraphQL. 50 connections ask for one object of ten fields, or for a hundred. Gong is a stub with
 * answers made beforehand, so that it costs next to nothing. The budget has no limits, and the batcher, whose gain this
 * does not show, makes each query a call of its own at times. Node 20 runs no TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/throughput.js [seconds]
 *
 * The shares are of processor time a query, which a busy machine changes less than the rate.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { startGateway } from './support.js';

const CONNECTIONS = 50;
const ROUNDS = 3;
const INTEGRATION = '5517027188234206123';
const FIELDS = 'objectId name domains url modifiedDate fields(names: ["f1", "f2", "f3", "f4", "f5"])';
const authorization = `Basic ${Buffer.from('bench:bench').toString('base64')}`;
const idsOf = (count: number) => Array.from({ length: count }, (_, index) => `account-${index}`);

function account(objectId: string): object {
  const own = {
    objectId,
    name: `Name of ${objectId}`,
    domains: ['example.com'],
    url: 'https://crm.example.com/1',
  };
  const custom = {
    f1: 'one',
    f2: 2,
    f3: true,
    f4: '2024-03-01',
    f5: 'five',
    modifiedDate: '2024-03-01T12:00:00Z',
  };
  return { ...own, ...custom };
}

/** The batcher may put several queries into one call, so that any number can be asked for. */
function serveGong(): void {
  const answers = new Map<number, string>();
  void serve(async (request, response) => {
    const body = await text(request);
    if (body === '') {
      // The gateway looks for custom fields when it starts.
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"requestId":"r","integrations":[]}');
      return;
    }
    const ids = JSON.parse(body) as string[];
    const distinct = ids.length;
    const crmObjectsMap = () => Object.fromEntries(ids.map((id) => [id, account(id)]));
    const known = distinct === 1 ? undefined : answers.get(distinct);
    const answer = known ?? JSON.stringify({ requestId: 'r', crmObjectsMap: crmObjectsMap() });
    if (distinct > 1) answers.set(distinct, answer);
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
}

/** What no gateway can do with less: an answer is read, its objects are put in order, and it is written. */
function serveFloor(gong: string): void {
  const pool = new Pool(gong, { connections: 64 });
  void serve(async (request, response) => {
    const { ids } = JSON.parse(await text(request)) as { ids: string[] };
    const { body } = await pool.request({
      method: 'GET',
      path: `/v2/crm/entities?integrationId=${INTEGRATION}&objectType=ACCOUNT`,
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(ids),
      reset: false,
    });
    const { crmObjectsMap } = (await body.json()) as { crmObjectsMap: Record<string, object> };
    const crmObjects = ids.map((id) => crmObjectsMap[id]);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ data: { crmObjects } }));
  });
}

async function serve(listener: RequestListener): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

interface Started {
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
}

const self = fileURLToPath(import.meta.url);

async function start(role: 'gong' | 'floor', ...rest: string[]): Promise<Started> {
  const child = fork(self, [role, ...rest], { env: { ...process.env, NODE_ENV: 'production' } });
  const [url] = await once(child, 'message');
  return { url: String(url), child, pid: child.pid ?? 0 };
}

/** Linux tells it in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Figures {
  readonly perSecond: number;
  readonly cpuMs: number;
}

async function load(
  { url, pid }: Pick<Started, 'url' | 'pid'>,
  body: string,
  seconds: number,
): Promise<Figures> {
  const pool = new Pool(url, { connections: CONNECTIONS });
  const headers = { 'content-type': 'application/json' };
  const expected = '"objectId":"account-0"';
  let answered = 0;
  let isOver = false;
  const client = async () => {
    while (!isOver) {
      const answer = await pool.request({ method: 'POST', path: '/graphql', headers, body });
      const got = await answer.body.text();
      if (!got.includes(expected) || got.includes('"errors"')) throw new Error(got.slice(0, 300));
      answered += 1;
    }
  };
  const cpuBefore = cpuSeconds(pid);
  const startedAt = performance.now();
  const timer = setTimeout(() => {
    isOver = true;
  }, seconds * 1000);
  await Promise.all(Array.from({ length: CONNECTIONS }, client)).finally(() => clearTimeout(timer));
  const tookMs = performance.now() - startedAt;
  await pool.close();
  return {
    perSecond: (answered / tookMs) * 1000,
    cpuMs: ((cpuSeconds(pid) - cpuBefore) / answered) * 1000,
  };
}

async function measure(seconds: number): Promise<void> {
  const gong = await start('gong');
  const floor = await start('floor', gong.url);
  await using gateway = await startGateway(gong.url, { NODE_ENV: 'production' });
  const query = `query ($ids: [ID!]!, $in: ID) { crmObjects(objectType: ACCOUNT, ids: $ids, integrationId: $in) { ... on Account { ${FIELDS} } } }`;
  for (const count of [1, 100]) {
    const ids = idsOf(count);
    const asked = JSON.stringify({ query, variables: { ids, in: INTEGRATION } });
    await load(floor, JSON.stringify({ ids }), 1);
    await load(gateway, asked, 2);
    const floors: Figures[] = [];
    const gateways: Figures[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      floors.push(await load(floor, JSON.stringify({ ids }), seconds));
      gateways.push(await load(gateway, asked, seconds));
    }
    const best = (figures: Figures[]) => figures.reduce((one, two) => (one.cpuMs < two.cpuMs ? one : two));
    const [bare, ours] = [best(floors), best(gateways)];
    console.log(
      `${count} object(s): floor ${bare.perSecond.toFixed(0)}/s, ${bare.cpuMs.toFixed(3)} ms of CPU; ` +
        `gateway ${ours.perSecond.toFixed(0)}/s, ${ours.cpuMs.toFixed(3)} ms: ${(bare.cpuMs / ours.cpuMs).toFixed(2)} of the floor`,
    );
  }
  for (const { child } of [gong, floor]) child.kill();
}

const [, , role = '5', gong = ''] = process.argv;
if (role === 'gong') serveGong();
else if (role === 'floor') serveFloor(gong);
else await measure(Number(role));
