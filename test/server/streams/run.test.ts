import { describe, expect, test } from 'vitest';
import type { FileProgress, ProgressBoard } from '../../../src/writes/files/progress-board.js';
import { createProgressBoard, NO_PROGRESS } from '../../../src/writes/files/progress-board.js';
import { events, nexts, openGreeted } from '../../clients/clients.js';
import { type Harness, startHarness } from '../../support/harness.js';
import { metric } from '../../telemetry/metrics-text.js';

const FOLLOW = 'subscription { uploadProgress(uploadId: "file-1") { phase } }';
const LIFE: readonly FileProgress[] = [NO_PROGRESS, { ...NO_PROGRESS, phase: 'ACCEPTED' }];

const transports: [string, (harness: Harness, query: string) => Promise<unknown[]>][] = [
  ['SSE', async ({ url }, query) => nexts(await events(url, { query }))],
  [
    'WebSocket',
    async ({ url }, query) => {
      await using bare = await openGreeted(url);
      bare.send({ id: '1', type: 'subscribe', payload: { query } });
      const results: unknown[] = [];
      for (;;) {
        const { type, payload } = await bare.message();
        if (type === 'error') return [{ errors: payload }];
        if (type !== 'next') return results;
        results.push(payload);
      }
    },
  ],
];

/** Keeps the stack of every `next()` that an upload's subscription source is asked for. */
function createRecordingBoard(stacks: string[]): ProgressBoard {
  return {
    ...createProgressBoard(),
    follow() {
      const steps = LIFE[Symbol.iterator]();
      return {
        async next() {
          stacks.push(new Error('next').stack ?? '');
          return steps.next();
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}

describe.each(transports)('over %s', (_transport, run) => {
  test('a subscription passes at most two async iterators between its source and the socket', async () => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 100;
    try {
      const stacks: string[] = [];
      await using harness = await startHarness({ gateway: { progressBoard: createRecordingBoard(stacks) } });
      const phases = LIFE.map(({ phase }) => ({ data: { uploadProgress: { phase } } }));
      expect(await run(harness, FOLLOW)).toEqual(phases);
      // An iterator asks the next one before it awaits anything, so all of them are on the stack.
      const frames = stacks.map((stack) => stack.match(/\bnext \(.*/g)?.slice(1) ?? []);
      expect(frames).toHaveLength(LIFE.length + 1);
      for (const frame of frames) {
        expect(frame.filter((line) => line.includes('mapAsyncIterator'))).toHaveLength(1);
        expect([1, 2]).toContain(frame.filter((line) => line.includes('/src/')).length);
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });

  test.each([
    ['GRAPHQL_PARSE_FAILED', 'unknown', '{ integrations'],
    ['GRAPHQL_VALIDATION_FAILED', 'unknown', '{ nothing }'],
    ['OPERATION_RESOLUTION_FAILURE', 'unknown', 'query A { integrations { id } } query B { __typename }'],
    ['BAD_USER_INPUT', 'query', '{ crmObjects(objectType: ACCOUNT, ids: [""]) { objectId } }'],
  ])('a query with %s is answered, counted and logged as over HTTP', async (code, type, query) => {
    const lines: Record<string, unknown>[] = [];
    await using harness = await startHarness({ log: { write: (line) => void lines.push(JSON.parse(line)) } });
    const logged = () =>
      lines
        .splice(0)
        .flatMap(({ msg, operationType, errorCodes }) =>
          msg === 'operation' ? [{ operationType, errorCodes }] : [],
        );
    const { errors } = await harness.query(query);
    expect(errors).toMatchObject([{ extensions: { code } }]);
    const overHttp = logged();
    expect(overHttp).toHaveLength(1);
    expect(await run(harness, query)).toMatchObject([{ errors }]);
    expect(logged()).toEqual(overHttp);
    expect(await metric(harness, 'gateway_operations_total', { type, outcome: code })).toBe(2);
  });
});
