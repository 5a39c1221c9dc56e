import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createClient } from 'graphql-ws';
import { Pool } from 'undici';
import WebSocket from 'ws';
import { BOMBS } from '../../test/server/operations/bombs.js';
import { accountId } from '../support.js';

/** Callers of every kind, good and bad, who call again and again until they are told to stop. */
export interface Load {
  /** Uploads that the gateway has said to be accepted. */
  readonly accepted: readonly string[];
  /** How often what happened: an operation's end by its code, a caller who left. */
  readonly counts: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const READERS = 15;
const UPLOADERS = 3;
const FOLLOWERS = 8;
const BOMBERS = 2;
/** Accounts that are there, as many as readers know of. */
export const ACCOUNTS = 2_000;
const WATCH = 'subscription ($id: ID!) { requestStatusChanged(clientRequestId: $id) { status } }';

export function startLoad(url: string): Load {
  const accepted: string[] = [];
  const counts: Record<string, number> = {};
  const pool = new Pool(url, { connections: 50 });
  let stopped = false;
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  async function query(text: string, variables: unknown): Promise<void> {
    const { body } = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    const { errors } = (await body.json()) as Answer;
    count(errors === undefined ? 'read' : `read: ${errors[0]?.extensions.code}`);
  }

  async function read(): Promise<void> {
    const ids = Array.from({ length: 30 }, () => accountId(Math.floor(Math.random() * ACCOUNTS * 1.1)));
    await query('query ($ids: [ID!]!) { crmObjects(objectType: ACCOUNT, ids: $ids) { objectId fields } }', {
      ids,
    });
    await pause(200);
  }

  async function upload(): Promise<void> {
    const id = `soak-${randomUUID()}`;
    const kind = Math.random();
    const lines = 200 + Math.floor(Math.random() * 3_000);
    const whole = Buffer.from(fileOf(id, lines, kind > 0.8));
    const leaves = kind < 0.15;
    const zipped = kind > 0.5 && kind < 0.65;
    const content = zipped ? gzipSync(whole) : whole;
    const gone = new AbortController();
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: `/upload/ACCOUNT?clientRequestId=${id}&uploadId=${id}`,
      headers: { 'content-type': 'application/x-ndjson', 'content-length': String(content.length) },
      body: leaves ? Readable.from(half(content, gone), { objectMode: false }) : content,
      signal: gone.signal,
    });
    const { errors } = (await body.json()) as Answer;
    if (statusCode === 202) accepted.push(id);
    count(
      statusCode === 202 || statusCode === 422
        ? `upload: ${statusCode}`
        : `upload: ${errors?.[0]?.extensions.code}`,
    );
    await pause(500);
  }

  async function follow(): Promise<void> {
    const id = accepted.at(-1 - Math.floor(Math.random() * 5));
    if (id === undefined) return pause(500);
    const leaves = Math.random() < 0.3;
    const states = Math.random() < 0.5 ? await followBySocket(id, leaves) : await followByEvents(id, leaves);
    count(leaves ? 'follower left' : `followed to ${states.at(-1)}`);
    await pause(500);
  }

  async function followBySocket(id: string, leaves: boolean): Promise<string[]> {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const states: string[] = [];
    for await (const result of client.iterate({ query: WATCH, variables: { id } })) {
      states.push(stateIn(JSON.stringify(result)));
      if (leaves) break;
    }
    await client.dispose();
    return states;
  }

  async function followByEvents(id: string, leaves: boolean): Promise<string[]> {
    const { body } = await pool.request({
      method: 'POST',
      path: '/graphql/stream',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: WATCH, variables: { id } }),
    });
    let text = '';
    for await (const chunk of body) {
      text += String(chunk);
      if (leaves && text.includes('event: next')) break;
    }
    return text.split('event: next').slice(1).map(stateIn);
  }

  async function bomb(): Promise<void> {
    const { query: text, variables } = BOMBS[Math.floor(Math.random() * BOMBS.length)] ?? { query: '{' };
    await query(text, variables);
    await pause(1_000);
  }

  async function again(what: string, turn: () => Promise<void>): Promise<void> {
    while (!stopped) {
      await turn().catch(async (error: unknown) => {
        count(`${what} ended: ${codeOf(error)}`);
        await pause(500);
      });
    }
  }
  const several = (callers: number, what: string, turn: () => Promise<void>) =>
    Array.from({ length: callers }, () => again(what, turn));
  const callers = [
    ...several(READERS, 'read', read),
    ...several(UPLOADERS, 'upload', upload),
    ...several(FOLLOWERS, 'follow', follow),
    ...several(BOMBERS, 'bomb', bomb),
  ];

  return {
    accepted,
    counts,
    async stop() {
      stopped = true;
      await Promise.race([Promise.all(callers), sleep(60_000)]);
      await pool.destroy();
    },
  };
}

interface Answer {
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

function pause(mostMs: number): Promise<void> {
  return sleep(Math.random() * mostMs);
}

function fileOf(name: string, lines: number, bad: boolean): string {
  const line = (index: number) =>
    JSON.stringify({
      objectId: accountId(index % ACCOUNTS),
      modifiedDate: `2024-03-01T12:${String(index % 60).padStart(2, '0')}:00Z`,
      name: bad && index % 50 === 0 ? 7 : `${name} ${index}`,
      domains: ['acme.com'],
    });
  return Array.from({ length: Math.min(lines, ACCOUNTS) }, (_, index) => `${line(index)}\n`).join('');
}

/** Half of it, and then its sender has gone. */
async function* half(content: Buffer, gone: AbortController): AsyncGenerator<Uint8Array> {
  yield content.subarray(0, content.length / 2);
  await sleep(50);
  gone.abort(new Error('left'));
}

function stateIn(text: string): string {
  return /"(?:status|code)":"(\w+)"/.exec(text)?.[1] ?? text.slice(0, 100);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error).slice(0, 100);
  return 'code' in error ? String(error.code) : error.message;
}
