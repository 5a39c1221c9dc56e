import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/errors.js';
import type { CallOptions, GongClient, GongClientSettings } from '../../../src/gong/types.js';
import { createMemoryStore } from '../../../src/store/level-store.js';
import { createRecorder } from '../../../src/writes/journal/recorder.js';
import { GATEWAY, type SentRequest } from '../../../src/writes/journal/types.js';
import { createSubmissionLedger } from '../../../src/writes/ledger/ledger.js';
import { BATCH_LIMITS, type BatchLimits } from '../../../src/writes/lists/batch.js';
import { createListBatcher } from '../../../src/writes/lists/batcher.js';
import { createWriteMemory } from '../../../src/writes/memory.js';
import { INTEGRATION, json, startClient, startUpstream } from '../../gong/upstream.js';
import { gate } from '../../support/gate.js';
import { until } from '../../support/redis.js';
import { randomFrom } from '../ledger/fake-gong.js';

interface Options {
  /** Awaited before each turn is granted. */
  readonly turn?: (options: CallOptions) => Promise<unknown>;
  /** Awaited before Gong answers an upload; the status of that answer, by default 201. */
  readonly answer?: (lines: readonly string[]) => Promise<number | undefined> | number | undefined;
  readonly settings?: Partial<GongClientSettings>;
  readonly limits?: BatchLimits;
}

/** Lists that are sent by a real client. */
async function startBatcher({ turn, answer, settings, limits }: Options = {}) {
  /** The lines of every upload, in the order of Gong's answers; and in that of their arrival. */
  const answered: string[][] = [];
  const arrived: string[][] = [];
  const known = new Set<string | null>();
  /** How the cost of each call was split. */
  const splits: Record<string, number>[] = [];
  const upstream = await startUpstream(async ({ method, url, body }, response) => {
    const clientRequestId = url.searchParams.get('clientRequestId');
    if (method !== 'POST') {
      const isKnown = known.has(clientRequestId);
      json(response, isKnown ? 200 : 404, { requestId: 'r', status: 'DONE', errors: isKnown ? [] : ['no'] });
      return;
    }
    const lines = String(body)
      .split('\r\n')
      .filter((line) => line.startsWith('{'))
      .flatMap((text) => text.trimEnd().split('\n'));
    arrived.push(lines);
    const status = (await answer?.(lines)) ?? 201;
    answered.push(lines);
    if (status < 300) known.add(clientRequestId);
    json(response, status, { requestId: 'r', clientRequestId, errors: status < 300 ? [] : ['no'] });
  });
  const started = startClient(upstream.url, settings);
  const { client } = started;
  const gong: GongClient = {
    ...client,
    async reserve(options = {}) {
      await turn?.(options);
      const permit = await client.reserve(options);
      return {
        ...permit,
        split(parts) {
          splits.push(Object.fromEntries(parts));
          permit.split(parts);
        },
      };
    },
  };
  const memory = createWriteMemory(createMemoryStore());
  const uploads: SentRequest[] = [];
  const batcher = createListBatcher(
    {
      ...memory,
      gong,
      ledger: createSubmissionLedger({ ...memory, askStatus: gong.requestStatus }),
      record: createRecorder({ record: async (sent) => void uploads.push(sent) }, GATEWAY),
    },
    limits,
  );
  return {
    ...{ client, uploads, answered, arrived, splits },
    submit: (texts: readonly string[], caller?: string, integrationId = INTEGRATION) =>
      batcher.submit({
        ...{ objectType: 'ACCOUNT', integrationId, caller },
        author: { ...GATEWAY, caller: caller ?? null },
        lines: texts.map((text) => ({
          objectId: text.split(' ')[0] ?? '',
          instant: Number(text.split(' ')[1] ?? 0),
          text: `{"${text}"}\n`,
        })),
      }),
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** What `submit` was given for each of these lines. */
const texts = (uploads: readonly (readonly string[])[]) =>
  uploads.map((lines) => lines.map((line) => line.slice(2, -2)));

const codeOf = (error: unknown) => (error instanceof GatewayError ? error.code : error);

describe('lists that wait for their turn', () => {
  test('share an upload, sorted by date, under one name, and each writer is told', async () => {
    const free = gate();
    await using lists = await startBatcher({ turn: () => free.opened });
    const all = [
      lists.submit(['a 3', 'b 1'], 'ann'),
      lists.submit(['c 2'], 'bob'),
      lists.submit(['b 1', 'd 0'], 'bob'),
    ];
    free.open();
    const results = await Promise.all(all);
    expect(texts(lists.answered)).toEqual([['d 0', 'b 1', 'c 2', 'a 3']]);
    expect(new Set(results.map(({ clientRequestId }) => clientRequestId)).size).toBe(1);
    expect(results.map(({ alreadySubmitted }) => alreadySubmitted)).toEqual([false, false, false]);
    expect(lists.uploads).toMatchObject([
      {
        clientRequestId: results[0]?.clientRequestId,
        objectCount: 4,
        writers: [
          { caller: 'ann', objectCount: 2 },
          { caller: 'bob', objectCount: 1 },
          { caller: 'bob', objectCount: 2 },
        ],
      },
    ]);
  });

  test('keep the order of an object’s versions, and lists without that object do not wait', async () => {
    const first = gate();
    await using lists = await startBatcher({
      answer: (lines) => (lines.includes('{"a 1"}') ? first.opened.then(() => 201) : 201),
    });
    const versions = [lists.submit(['a 1', 'x 1'])];
    await until('the first version', () => lists.arrived.length === 1);
    versions.push(lists.submit(['a 2', 'y 1']), lists.submit(['a 3']), lists.submit(['z 1', 'a 2', 'y 2']));
    await lists.submit(['b 1']);
    expect(texts(lists.answered)).toEqual([['b 1']]);
    first.open();
    await Promise.all(versions);
    expect(texts(lists.answered).slice(1)).toEqual([
      ['a 1', 'x 1'],
      ['y 1', 'a 2'],
      ['a 3'],
      ['z 1', 'a 2', 'y 2'],
    ]);
  });

  test('share a later upload where they wait for the same earlier one', async () => {
    const first = gate();
    await using lists = await startBatcher({
      answer: (lines) => (lines.includes('{"a 1"}') ? first.opened.then(() => 201) : 201),
    });
    const all = [lists.submit(['a 1', 'b 1'])];
    await until('the first version', () => lists.arrived.length === 1);
    all.push(lists.submit(['a 2']), lists.submit(['b 2']), lists.submit(['a 2', 'b 2']));
    first.open();
    await Promise.all(all);
    expect(texts(lists.answered)).toEqual([
      ['a 1', 'b 1'],
      ['a 2', 'b 2'],
    ]);
  });

  test('wait for nothing that has been answered meanwhile', async () => {
    const [other, first] = [gate(), gate()];
    let turn: Promise<unknown> = Promise.resolve();
    await using lists = await startBatcher({
      turn: () => turn,
      async answer(lines) {
        if (lines.includes('{"x 1"}')) await other.opened;
        if (lines.includes('{"a 1"}')) await first.opened;
        return 201;
      },
    });
    const all = [lists.submit(['x 1'])];
    await until('the other one', () => lists.arrived.length === 1);
    await lists.submit(['y 1']);
    all.push(lists.submit(['a 1']));
    await until('the first version', () => lists.arrived.length === 3);
    const free = gate();
    turn = free.opened;
    all.push(lists.submit(['a 2']));
    first.open();
    await all[1];
    all.push(lists.submit(['b 1']), lists.submit(['y 2']));
    free.open();
    await Promise.all(all.slice(1));
    expect(texts(lists.answered)).toEqual([['y 1'], ['a 1'], ['b 1', 'a 2', 'y 2']]);
    other.open();
    await all[0];
  });

  test('of many versions of many objects, sent at random by many callers, none overtakes another', async () => {
    const random = randomFrom(7);
    const inFlight = new Set<readonly string[]>();
    const overtaken: string[] = [];
    const later = async () => {
      for (let turns = Math.floor(random() * 6); turns > 0; turns -= 1)
        await new Promise((resolve) => setImmediate(resolve));
    };
    let refusals = 0;
    await using lists = await startBatcher({
      turn: later,
      async answer(upload) {
        const [others, [mine = []]] = [texts([...inFlight]).flat(), texts([upload])];
        overtaken.push(
          ...mine.filter((text) =>
            others.some((other) => other !== text && other.split(' ')[0] === text.split(' ')[0]),
          ),
        );
        inFlight.add(upload);
        await later();
        inFlight.delete(upload);
        const isRefused = random() < 0.1;
        refusals += isRefused ? 1 : 0;
        return isRefused ? 400 : 201;
      },
    });
    const sent = new Map<string, string[]>();
    const outcomes: Promise<{ readonly list: readonly string[]; readonly isAccepted: boolean }>[] = [];
    for (let count = 0; count < 400; count += 1) {
      const ids = new Set(Array.from({ length: 1 + random() * 4 }, () => `o${Math.floor(random() * 12)}`));
      const list = [...ids].map((id) => `${id} ${random() < 0.3 ? 0 : count}`);
      for (const text of list) {
        const [id = ''] = text.split(' ');
        const versions = sent.get(id) ?? [];
        if (versions.at(-1) !== text) versions.push(text);
        sent.set(id, versions);
      }
      const outcome = lists.submit(list, `caller${count % 7}`);
      outcomes.push(
        outcome.then(
          () => ({ list, isAccepted: true }),
          (error) => {
            expect(codeOf(error)).toBe('BAD_USER_INPUT');
            return { list, isAccepted: false };
          },
        ),
      );
      if (random() < 0.3) await later();
    }
    const all = await Promise.all(outcomes);
    expect(overtaken).toEqual([]);
    const arrivals = texts(lists.arrived);
    for (const upload of arrivals) {
      expect(new Set(upload.map((text) => text.split(' ')[0])).size).toBe(upload.length);
    }
    for (const [id, versions] of sent) {
      let position = 0;
      // Refused versions come again with fewer others, but never after a later one.
      for (const text of arrivals.flat().filter((one) => one.split(' ')[0] === id)) {
        const found = versions.indexOf(text, position);
        expect(found, `${text} after ${versions[position]}`).toBeGreaterThanOrEqual(position);
        position = found;
      }
    }
    for (const { list, isAccepted } of all) {
      const carried = arrivals.some((upload) => list.every((text) => upload.includes(text)));
      expect(carried || !isAccepted).toBe(true);
    }
    expect(refusals).toBeGreaterThan(5);
    expect(arrivals.length).toBeLessThan(400);
  });
});

describe('an upload of several lists', () => {
  test('holds at most 10,000 objects, and the next list goes into the next one', async () => {
    const free = gate();
    await using lists = await startBatcher({ turn: () => free.opened });
    const many = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    const all = [6_000, 5_000, 4_000, 1].map((count, index) => lists.submit(many(count, `${index}-`)));
    // The same objects again take no room.
    all.push(lists.submit(many(6_000, '0-')));
    free.open();
    await Promise.all(all);
    expect(lists.answered.map(({ length }) => length).sort((a, b) => a - b)).toEqual([5_001, 10_000]);
  });

  test('holds no more bytes than it may, unless one list alone is larger, and of a caller not all may wait', async () => {
    const free = gate();
    const limits = { ...BATCH_LIMITS, bytes: 50_000, bytesWaiting: 100_000 };
    await using lists = await startBatcher({ turn: () => free.opened, limits });
    const large = (id: string, bytes: number) => [`${id} 0 ${'x'.repeat(bytes)}`];
    const all = [
      lists.submit(large('a', 30_000), 'ann'),
      lists.submit(large('b', 25_000), 'ann'),
      lists.submit(large('c', 15_000), 'bob'),
      lists.submit(large('d', 100_001), 'cid'),
    ];
    await expect(lists.submit(large('e', 45_000), 'ann')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { retryAfterSeconds: 1 },
    });
    free.open();
    await Promise.all(all);
    const ids = texts(lists.answered).map((upload) => upload.map(([id]) => id).join(''));
    expect(ids.sort()).toEqual(['ac', 'b', 'd']);
    await lists.submit(large('e', 100_001), 'ann');
  });

  test('is sent again in halves if Gong refuses it, until the bad list is alone, which then never shares again', async () => {
    const free = gate();
    await using lists = await startBatcher({
      turn: () => free.opened,
      answer: (lines) => (lines.includes('{"bad 1"}') ? 400 : 201),
    });
    const submit = () =>
      Array.from({ length: 32 }, (_, index) =>
        lists.submit([index === 20 ? 'bad 1' : `o${index} 1`], `c${index}`),
      );
    const all = submit();
    free.open();
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([outcomes[20]]);
    expect(outcomes[20]).toMatchObject({ reason: { code: 'BAD_USER_INPUT', upstream: { errors: ['no'] } } });
    // 32, 16 and 16, 8 and 8, …: not one call for each list.
    expect(lists.answered).toHaveLength(11);

    const again = await Promise.allSettled(submit());
    expect(again.filter(({ status }) => status === 'rejected')).toEqual([again[20]]);
    expect(texts(lists.answered).slice(11)).toContainEqual(['bad 1']);
    expect(lists.answered.length - 11).toBeLessThanOrEqual(3);
  });

  test('is not divided without end where Gong refuses all of it; then each list is sent by itself', async () => {
    let isRefusing = true;
    const free = gate();
    await using lists = await startBatcher({
      turn: () => free.opened,
      answer: () => (isRefusing ? 400 : 201),
    });
    const submit = () =>
      Array.from({ length: 300 }, (_, index) => lists.submit([`o${index}`], `c${index % 9}`));
    const all = submit();
    free.open();
    const codes = await Promise.all(all.map((outcome) => outcome.then(() => 'sent', codeOf)));
    expect(lists.answered.length).toBeLessThan(150);
    expect(new Set(codes)).toContain('RATE_LIMITED');
    isRefusing = false;
    const before = lists.answered.length;
    await Promise.all(submit());
    expect(lists.answered.slice(before).map(({ length }) => length)).toEqual(Array(300).fill(1));
  });

  test.each([401, 404, 409, 500])('is not sent in parts where Gong answers %s', async (status) => {
    await using lists = await startBatcher({
      answer: () => status,
      settings: { timeoutMs: 200, uploadTimeoutMs: 200 },
    });
    const all = ['a', 'b', 'c'].map((id) => lists.submit([id]));
    expect((await Promise.allSettled(all)).map((outcome) => outcome.status)).toEqual(
      Array(3).fill('rejected'),
    );
    for (const upload of texts(lists.arrived)) expect(upload).toEqual(['a', 'b', 'c']);
  });
});

describe('a turn in the budget', () => {
  test('is not refused to one because another has too many calls waiting, whenever it asks', async () => {
    await using lists = await startBatcher({ settings: { queueMaxPerCaller: 40 } });
    const { client } = lists;
    (await client.reserve()).answered(300);
    const waiting = Array.from({ length: 40 }, () =>
      client.uploadObjects('LEAD', request(), { caller: 'greedy', priority: 'upload' }),
    );
    const answers: Promise<unknown>[] = [];
    const refusals: Promise<unknown>[] = [];
    for (let count = 0; count < 36; count += 1) {
      // Each time an upload of the greedy one's alone, which is refused; and the other comes a little later than before.
      const integrationId = String(count + 1);
      refusals.push(lists.submit(['g'], 'greedy', integrationId).then(() => 'sent', codeOf));
      for (let step = 0; step < count; step += 1) await Promise.resolve();
      answers.push(lists.submit(['m'], 'modest', integrationId));
      await new Promise(setImmediate);
    }
    expect(await Promise.all(answers)).toHaveLength(36);
    expect(new Set(await Promise.all(refusals))).toEqual(new Set(['sent', 'RATE_LIMITED']));
    await Promise.allSettled(waiting);
  });

  test('is refused to a caller that is alone with it', async () => {
    await using lists = await startBatcher({ settings: { queueMaxPerCaller: 1 } });
    (await lists.client.reserve()).answered(300);
    const waiting = lists.client.uploadObjects('LEAD', request(), { caller: 'greedy', priority: 'upload' });
    await expect(lists.submit(['a'], 'greedy')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await waiting;
    await lists.submit(['a'], 'greedy');
  });

  test('is given back before a status is asked for, so that one call a second is enough', async () => {
    await using lists = await startBatcher({ settings: { callsPerSecond: 1 } });
    const first = await lists.submit(['a']);
    expect(await lists.submit(['a'])).toMatchObject({
      clientRequestId: first.clientRequestId,
      alreadySubmitted: true,
      status: 'DONE',
    });
    expect(lists.answered).toHaveLength(1);
  });

  test('is paid for by each caller according to its objects', async () => {
    const free = gate();
    await using lists = await startBatcher({ turn: () => free.opened });
    const all = [lists.submit(['a', 'b', 'c'], 'ann'), lists.submit(['d'], 'bob')];
    free.open();
    await Promise.all(all);
    expect(lists.splits).toEqual([{ ann: 0.75, bob: 0.25 }]);
  });
});

test('a caller may have a hundred versions of an object waiting, and others are not held up by them', async () => {
  const first = gate();
  await using lists = await startBatcher({
    answer: (lines) => (lines.includes('{"a 0"}') ? first.opened.then(() => 201) : 201),
  });
  const versions = Array.from({ length: BATCH_LIMITS.uploadsWaiting + 1 }, (_, version) =>
    lists.submit([`a ${version}`], 'greedy'),
  );
  await until('the first version', () => lists.arrived.length === 1);
  await expect(lists.submit(['a 101'], 'greedy')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await lists.submit(['b 1'], 'modest');
  await lists.submit(['c 1'], 'greedy');
  const late = lists.submit(['a 102'], 'modest');
  first.open();
  await Promise.all([...versions, late]);
  expect(texts(lists.answered).filter(([text]) => text?.startsWith('a'))).toEqual([
    ...versions.map((_, version) => [`a ${version}`]),
    ['a 102'],
  ]);
});

let requests = 0;
function request() {
  requests += 1;
  return { integrationId: INTEGRATION, clientRequestId: `other-${requests}`, file: new Blob(['{}\n']) };
}
