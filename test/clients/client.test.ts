import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorOf } from '../../client/src/errors.js';
import {
  BadUserInputError,
  ChangesDocument,
  ConflictError,
  ConnectionError,
  createClient,
  GatewayError,
  IntegrationsDocument,
  InvalidAnswerError,
  NotConfiguredError,
  NotFoundError,
  PushSchemaDocument,
  type PushSchemaMutationVariables,
  RateLimitedError,
  RegisterIntegrationDocument,
  RequestStatusDocument,
  SchemaDataLossError,
  UnauthenticatedError,
} from '../../client/src/index.js';
import { makeApiKey } from '../../src/auth/api-keys.js';
import { SCOPES } from '../../src/auth/scopes.js';
import { startEmulator } from '../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../src/emulator/settings.js';
import { ERROR_KINDS } from '../../src/errors.js';
import { startGatewayProgram, urlIn } from '../start/program.js';
import { account, deal, registerAcme } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';
import { acceptedUploads, accounts, registerCrm, spoolIsEmpty } from '../writes/files/support.js';
import { answer, cutAfter, events, type Front, loseAnswer, refusal, silence, startFront } from './front.js';

/* The client against a real gateway, and against what may stand before one. */

let gateway: Harness;
let front: Front;
beforeAll(async () => {
  gateway = await startHarness({ emulator: { processingMs: 60 } });
  await registerAcme(gateway);
  front = await startFront(gateway.url);
});
afterAll(async () => {
  await front[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

const QUICK = { maxWaitMs: 20 };
const DRY_RUN: PushSchemaMutationVariables = {
  input: {
    ...{ objectType: 'LEAD', dryRun: true },
    fields: [{ uniqueName: 'dry', label: 'Dry', type: 'STRING' }],
  },
};
/** The event of a request that is not final. */
const NEXT = `event: next\ndata: {"data":{"requestStatusChanged":{"status":"PENDING","isFinal":false}}}\n\n`;
const PROGRESS = 'subscription { uploadProgress(uploadId: "never") { phase } }';

async function failureOf(promise: Promise<unknown>): Promise<GatewayError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof GatewayError) return error;
  throw new Error('needed a GatewayError', { cause: error });
}

async function statesOf(statuses: AsyncIterable<{ readonly status: string }>): Promise<string[]> {
  const states = [];
  for await (const { status } of statuses) states.push(status);
  return states;
}

describe('the errors of the client', () => {
  test('have a class for every code of the gateway', () => {
    const codes = Object.keys(ERROR_KINDS);
    expect(codes.length).toBeGreaterThan(15);
    for (const code of [...codes, 'INTERNAL_SERVER_ERROR', 'GRAPHQL_VALIDATION_FAILED']) {
      const error = errorOf([{ message: 'm', extensions: { code } }]);
      expect(error, code).toBeInstanceOf(GatewayError);
      expect(error.constructor, code).not.toBe(GatewayError);
      expect(error.code).toBe(code);
    }
    const later = errorOf([{ message: 'm', extensions: { code: '__proto__' } }]);
    expect(later.constructor).toBe(GatewayError);
  });

  test('say what the gateway says: problems, plans, and what did not fail', async () => {
    const client = createClient({ url: gateway.url });
    const bad = await failureOf(client.uploadDeals([deal('d1', 'a1'), deal('d1', 'a1')]));
    expect(bad).toBeInstanceOf(BadUserInputError);
    expect(bad.problems).toEqual([
      expect.objectContaining({ path: ['deals', 1, 'objectId'], code: 'DUPLICATE_OBJECT' }),
    ]);
    expect(bad).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false, httpStatus: 200 });
    expect(bad.message).toMatch(/^BAD_USER_INPUT at uploadDeals: /);

    const input = { name: 'Other', ownerEmail: 'a@b.com' };
    expect(await failureOf(client.execute(RegisterIntegrationDocument, { input }))).toBeInstanceOf(
      ConflictError,
    );

    const push = (type: 'STRING' | 'NUMBER') =>
      client.execute(PushSchemaDocument, {
        input: { objectType: 'LEAD', fields: [{ uniqueName: 'size', label: 'Size', type }] },
      });
    await push('STRING');
    const loss = await failureOf(push('NUMBER'));
    expect(loss).toBeInstanceOf(SchemaDataLossError);
    expect(loss.extensions.plan).toEqual([expect.objectContaining({ name: 'size', kind: 'RETYPED' })]);

    const ticket = 'e36a4d3c-7a5e-4a1a-9d59-2b1f3f6a1c55';
    const unset = await failureOf(client.execute(ChangesDocument, { ticket }));
    expect(unset).toBeInstanceOf(NotConfiguredError);

    const half = await failureOf(
      client.execute('{ integrations { name } requestStatus(clientRequestId: "nobody") { status } }', {}),
    );
    expect(half).toBeInstanceOf(NotFoundError);
    expect(half.data).toEqual({ integrations: [{ name: 'Acme CRM' }], requestStatus: null });
    await expect(client.follow('nobody').next()).rejects.toBeInstanceOf(NotFoundError);
  });

  test.each([
    ['a page of HTML', answer(200, '<html>Sign in</html>'), false],
    ['no JSON object', answer(200, '"data"'), false],
    ['neither data nor errors', answer(200, '{"data":null}'), false],
    ['errors that are none', answer(200, '{"errors":[null]}'), false],
    ['errors without a code', answer(200, '{"errors":[{"message":"m","extensions":7}]}'), false],
    ['a redirect', answer(302, '', { location: 'http://127.0.0.1:2/' }), false],
    ['a page of HTML while the gateway restarts', answer(503, '<html>'), true],
  ])('name an answer that is not the gateway’s: %s', async (_what, fault, retryable) => {
    const client = createClient({ url: front.url, attempts: 1 });
    front.faults.push(fault, fault, fault);
    for (const call of [
      client.execute(IntegrationsDocument, {}),
      client.follow('up-1').next(),
      client.uploadFile(new Blob([accounts(1)]), { objectType: 'ACCOUNT' }),
    ]) {
      const error = await failureOf(call);
      expect(error.retryable).toBe(retryable);
      if (error.errors.length === 0) expect(error).toBeInstanceOf(InvalidAnswerError);
    }
    expect(front.faults).toEqual([]);
  });

  test('follow no redirect, so that credentials stay where they are meant to go', async () => {
    let asked = 0;
    const stranger = createServer((_request, response) => {
      asked += 1;
      response.end('{"data":{}}');
    }).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as { port: number };
    const client = createClient({ url: front.url, headers: { 'x-api-key': 'secret' }, attempts: 1 });
    front.faults.push(answer(307, '', { location: `http://127.0.0.1:${port}/` }));
    expect((await failureOf(client.execute(IntegrationsDocument, {}))).message).toContain('HTTP 307');
    stranger.close();
    expect(asked).toBe(0);
  });

  test('refuse options that cannot work, without repeating a token', async () => {
    for (const url of ['', 'gateway', 'ftp://gateway', 'http://user:secret@gateway', 'http://gateway?x=1'])
      expect(() => createClient({ url }), url).toThrow('url: needed');
    expect(() => createClient({ url: gateway.url, headers: { 'a b': 'c' } })).toThrow(TypeError);
    const client = createClient({ url: gateway.url, token: 'sec\nret' });
    await expect(client.execute(IntegrationsDocument, {})).rejects.toThrow(/^the token has a character/);
    const parsed = { kind: 'Document' } as unknown as string;
    await expect(client.execute(parsed, {})).rejects.toThrow('needed the text of an operation');
  });
});

describe('the client tries again', () => {
  test('what is safe, after the time that it is asked to wait', async () => {
    const client = createClient({ url: front.url });
    front.faults.push(
      answer(502, '<html>'),
      refusal(429, 'RATE_LIMITED', { retryAfterSeconds: 1 }),
      answer(503, 'busy', { 'retry-after': '1' }),
    );
    const since = performance.now();
    const { integrations } = await client.execute(IntegrationsDocument, {});
    expect(integrations).toHaveLength(1);
    expect(performance.now() - since).toBeGreaterThan(2_000);
    expect(front.faults).toEqual([]);
  });

  test('not if it would have to wait for too long', async () => {
    const client = createClient({ url: front.url });
    front.faults.push(refusal(429, 'RATE_LIMITED', { retryAfterSeconds: 3_600 }));
    const error = await failureOf(client.execute(IntegrationsDocument, {}));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(error).toMatchObject({ retryable: true, retryAfterSeconds: 3_600, httpStatus: 429 });
  });

  test('not more often than it may', async () => {
    const client = createClient({ url: front.url, ...QUICK, attempts: 3 });
    const before = front.requests.length;
    front.faults.push(...Array.from({ length: 3 }, () => answer(503, 'busy')));
    expect(await failureOf(client.execute(IntegrationsDocument, {}))).toMatchObject({ httpStatus: 503 });
    expect(front.requests.length - before).toBe(3);
  });

  test('an upload whose answer was lost, which Gong then receives once', async () => {
    const client = createClient({ url: front.url, ...QUICK });
    const before = acceptedUploads(gateway);
    front.faults.push(loseAnswer(gateway.url));
    const list = await client.uploadAccounts([account('lost-1')]);
    expect(list).toMatchObject({ alreadySubmitted: true, objectCount: 1 });
    front.faults.push(loseAnswer(gateway.url));
    const file = new Blob([accounts(2, 'lost-file')]);
    expect(await client.uploadFile(file, { objectType: 'ACCOUNT' })).toMatchObject({
      ...{ __typename: 'UploadAccepted', alreadySubmitted: true, objectCount: 2 },
    });
    expect(acceptedUploads(gateway)).toBe(before + 2);
  });

  test('no other mutation, unless it is told that it may', async () => {
    const client = createClient({ url: front.url, ...QUICK });
    const before = front.requests.length;
    front.faults.push(answer(503, 'busy'));
    expect(await failureOf(client.execute(PushSchemaDocument, DRY_RUN))).toMatchObject({ retryable: true });
    expect(front.requests.length - before).toBe(1);
    front.faults.push(answer(503, 'busy'));
    const { pushSchema } = await client.execute(PushSchemaDocument, DRY_RUN, { isIdempotent: true });
    expect(pushSchema.pushed).toBe(false);
  });

  test('a stream of its own only if it is given a function that opens it', async () => {
    const client = createClient({ url: front.url, ...QUICK });
    const open = () => new Blob([accounts(1, 'stream')]).stream();
    front.faults.push(answer(503, 'busy'));
    const error = await failureOf(client.uploadFile(open(), { objectType: 'ACCOUNT' }));
    expect(error).toMatchObject({ httpStatus: 503 });
    front.faults.push(answer(503, 'busy'));
    expect(await client.uploadFile(open, { objectType: 'ACCOUNT' })).toMatchObject({ objectCount: 1 });
  });

  test('where the gateway itself refuses a second stream, when the first has ended', async () => {
    await using strict = await startHarness({ streams: { maxConnectionsPerCaller: 1 } });
    await registerAcme(strict);
    const client = createClient({ url: strict.url });
    const { clientRequestId } = await client.uploadAccounts([account('a1')]);
    const first = new AbortController();
    const progress = client.subscribe(PROGRESS, {}, { signal: first.signal }).next();
    const impatient = createClient({ url: strict.url, attempts: 1 });
    await expect
      .poll(() =>
        impatient
          .follow(clientRequestId)
          .next()
          .catch((error: GatewayError) => error.code),
      )
      .toBe('RATE_LIMITED');
    const states = statesOf(client.follow(clientRequestId));
    first.abort();
    await expect(progress).rejects.toThrow('aborted');
    expect((await states).at(-1)).toBe('DONE');
  });
});

describe('follow', () => {
  test('tells each status once until the last, whatever the connection does', async () => {
    const client = createClient({ url: front.url, ...QUICK });
    const { clientRequestId } = await client.uploadAccounts([account('cut-1')]);
    // In the headers, in the ping, in the middle of an event; then a page, and nothing at all.
    front.faults.push(
      cutAfter(0, gateway.url),
      cutAfter(2, gateway.url),
      cutAfter(60, gateway.url),
      answer(503, '<html>'),
      (incoming) => incoming.destroy(),
    );
    const states = await statesOf(client.follow(clientRequestId));
    expect(states.at(-1)).toBe('DONE');
    expect(new Set(states).size).toBe(states.length);
    expect(front.faults).toEqual([]);
  });

  test('tells nothing twice when it resumes after having told something', async () => {
    await using slow = await startHarness({ emulator: { processingMs: 400 } });
    await registerAcme(slow);
    await using torn = await startFront(slow.url);
    const client = createClient({ url: torn.url, maxWaitMs: 20, attempts: 100 });
    const { clientRequestId } = await client.uploadAccounts([account('a1')]);
    torn.faults.push(...Array.from({ length: 5 }, () => cutAfter(400, slow.url)));
    const states = await statesOf(client.follow(clientRequestId));
    expect(states.at(-1)).toBe('DONE');
    expect(new Set(states).size).toBe(states.length);
    expect(torn.faults.length).toBeLessThan(5);
  });

  test('goes on across a restart of the gateway', async () => {
    await using gong = await startEmulator({
      ...DEFAULT_EMULATOR_SETTINGS,
      ...{ callsPerSecond: 0, callsPerDay: 0, processingMs: 4_000 },
    });
    await using before = startGatewayProgram(gong.url);
    const url = urlIn(await before.plainLine, '/graphql');
    const client = createClient({ url });
    await client.execute(RegisterIntegrationDocument, { input: { name: 'Acme', ownerEmail: 'a@b.com' } });
    const { clientRequestId } = await client.uploadAccounts([account('a1')]);
    const statuses = client.follow(clientRequestId);
    const first = await statuses.next();
    before.kill('SIGTERM');
    await before.ended;
    await using after = startGatewayProgram(gong.url, { PORT: new URL(url).port });
    await after.plainLine;
    const rest = await statesOf(statuses);
    expect(first.value).toMatchObject({ isFinal: false });
    expect(rest.at(-1)).toBe('DONE');
    expect(rest[0]).not.toBe(first.value?.status);
  });

  test.each([
    ['ends before the last status', events(NEXT), ['PENDING']],
    ['completes before the last status', events(`${NEXT}event: complete\ndata:\n\n`), ['PENDING']],
    ['is silent', silence, []],
    ['falls silent', events(NEXT, false), ['PENDING']],
    ['is cut in an event', events(NEXT.slice(0, -1)), []],
  ])('gives up after its attempts when each stream %s', async (_what, fault, expected) => {
    const client = createClient({ url: front.url, ...QUICK, attempts: 4, silenceMs: 50 });
    front.faults.push(...Array.from({ length: 4 + 1 }, () => fault));
    const told: string[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const { status } of client.follow('up-1')) told.push(status);
      })(),
    );
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(told).toEqual(expected);
    expect(front.faults.length).toBeLessThanOrEqual(1);
    front.faults.length = 0;
  });

  test.each([
    ['no JSON', 'event: next\ndata: <html>\n\n'],
    ['no answer', 'event: next\ndata: [1]\n\n'],
  ])('fails when an event is %s', async (_what, text) => {
    const client = createClient({ url: front.url, ...QUICK });
    front.faults.push(events(text));
    expect(await failureOf(client.follow('up-1').next())).toBeInstanceOf(InvalidAnswerError);
  });

  test('reads events whatever pieces they come in, with LF and CR LF, in the time of their length', async () => {
    const client = createClient({ url: front.url, ...QUICK, attempts: 1 });
    const name = 'ü'.repeat(1_000);
    const data = JSON.stringify({ data: { name } });
    front.faults.push((incoming, response) => {
      incoming.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      const bytes = Buffer.from(
        `:\r\n\r\nevent: next\r\ndata: ${data}\r\n\r\nevent: next\ndata:${data}\n\nevent: complete\n\n`,
      );
      for (let start = 0; start < bytes.length; start += 7) response.write(bytes.subarray(start, start + 7));
      response.end();
    });
    const names = [];
    for await (const result of client.subscribe<{ name: string }, object>('subscription { x }', {}))
      names.push(result.name);
    expect(names).toEqual([name, name]);
  });

  test('does not keep an event without end', async () => {
    const client = createClient({ url: front.url, ...QUICK, attempts: 1 });
    let sent = 0;
    front.faults.push(async (incoming, response) => {
      incoming.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const piece = Buffer.alloc(1_000_000, 'x');
      while (!response.destroyed) {
        sent += piece.length;
        response.write(piece);
        while (response.writableNeedDrain && !response.destroyed) await sleep(1);
      }
    });
    expect(await failureOf(client.follow('up-1').next())).toBeInstanceOf(InvalidAnswerError);
    expect(sent).toBeLessThan(80_000_000);
  });
});

describe('tokens', () => {
  const key = makeApiKey('service', [...SCOPES]);
  let closed: Harness;
  beforeAll(async () => {
    closed = await startHarness({ gateway: { auth: { mode: 'api-key', keys: [key.kept] } } });
    await registerAcme(closed.as({ authorization: `Bearer ${key.key}` }));
  });
  afterAll(() => closed[Symbol.asyncDispose]());

  /** A client that has a token of yesterday at first. */
  function withOldToken(fresh = key.key) {
    let asked = 0;
    const client = createClient({
      url: closed.url,
      async token() {
        asked += 1;
        return asked === 1 ? 'old' : fresh;
      },
    });
    return { client, asked: () => asked };
  }

  test('are renewed once for all requests that were refused', async () => {
    const { client, asked } = withOldToken();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.execute(IntegrationsDocument, {})),
    );
    expect(answers.every(({ integrations }) => integrations.length === 1)).toBe(true);
    expect(asked()).toBe(2);
  });

  test('are renewed for mutations, files and streams', async () => {
    const { client: first } = withOldToken();
    expect((await first.execute(PushSchemaDocument, DRY_RUN)).pushSchema.pushed).toBe(false);
    const { client: second, asked } = withOldToken();
    const file = new Blob([accounts(2)]);
    const uploaded = await second.uploadFile(file, { objectType: 'ACCOUNT', onProgress: () => undefined });
    expect(uploaded.__typename).toBe('UploadAccepted');
    expect(asked()).toBe(2);
    const { client: third } = withOldToken();
    const { clientRequestId } = await second.uploadAccounts([account('t-1')]);
    expect((await statesOf(third.follow(clientRequestId))).at(-1)).toBe('DONE');
  });

  test('are not asked for again when the new one is refused, too', async () => {
    const { client, asked } = withOldToken('wrong');
    const error = await failureOf(client.execute(IntegrationsDocument, {}));
    expect(error).toBeInstanceOf(UnauthenticatedError);
    expect(error.message).not.toContain('wrong');
    expect(asked()).toBe(2);
    const fixed = createClient({ url: closed.url, token: 'wrong' });
    expect(await failureOf(fixed.follow('x').next())).toBeInstanceOf(UnauthenticatedError);
  });

  test('are asked for again after their callback has failed, whose error is passed on', async () => {
    let asked = 0;
    const client = createClient({
      url: closed.url,
      token() {
        asked += 1;
        if (asked === 1) throw new Error('issuer is down');
        return key.key;
      },
    });
    await expect(client.execute(IntegrationsDocument, {})).rejects.toThrow('issuer is down');
    expect((await client.execute(IntegrationsDocument, {})).integrations).toHaveLength(1);
  });

  test('that expire while a request is followed are renewed, and the stream goes on', async () => {
    const expired = {
      errors: [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED', retryable: false } }],
    };
    await using torn = await startFront(closed.url);
    let asked = 0;
    const client = createClient({
      ...{ url: torn.url, ...QUICK },
      token() {
        asked += 1;
        return key.key;
      },
    });
    const { clientRequestId } = await client.uploadAccounts([account('t-2')]);
    torn.faults.push(events(`event: next\ndata: ${JSON.stringify(expired)}\n\nevent: complete\n\n`));
    expect((await statesOf(client.follow(clientRequestId))).at(-1)).toBe('DONE');
    expect(asked).toBe(2);
  });
});

describe('files', () => {
  test('tell their progress to the last, and are rejected with their lines', async () => {
    const client = createClient({ url: gateway.url });
    const content = accounts(20_000, 'p');
    const phases: string[] = [];
    const received: number[] = [];
    const result = await client.uploadFile(new Blob([content]), {
      objectType: 'ACCOUNT',
      onProgress({ phase, bytesReceived }) {
        phases.push(phase);
        received.push(bytesReceived);
      },
    });
    expect(result).toMatchObject({ __typename: 'UploadAccepted', objectCount: 20_000 });
    expect(phases.at(-1)).toBe('ACCEPTED');
    expect(received.at(-1)).toBe(content.length);
    expect(received).toEqual([...received].sort((left, right) => left - right));

    const bad = new Blob(['{\n']);
    expect(await client.uploadFile(bad, { objectType: 'DEAL' })).toMatchObject({
      ...{ __typename: 'UploadRejected', errorCount: 1, errors: [{ line: 1, code: 'INVALID_JSON' }] },
    });
    expect(await client.validateFile(bad, { objectType: 'DEAL' })).toMatchObject({ errorCount: 1 });
  });

  test('arrive although their progress cannot be followed, or its callback fails', async () => {
    const client = createClient({ url: front.url, ...QUICK });
    const onProgress = () => {
      throw new Error('callback');
    };
    front.faults.push(answer(404, '<html>'));
    for (const name of ['np', 'cb']) {
      const file = new Blob([accounts(1, name)]);
      expect(await client.uploadFile(file, { objectType: 'ACCOUNT', onProgress })).toMatchObject({
        objectCount: 1,
      });
    }
  });

  test('are streams with a length where it is known', async () => {
    const client = createClient({ url: front.url });
    let length: string | undefined;
    front.faults.push((incoming, response) => {
      length = incoming.headers['content-length'];
      answer(503, '')(incoming, response);
    });
    const content = accounts(3, 'len');
    const open = () => new Blob([content]).stream();
    const options = { objectType: 'ACCOUNT', bytes: content.length } as const;
    expect(await client.uploadFile(open, options)).toMatchObject({ objectCount: 3 });
    expect(length).toBe(String(content.length));
  });
});

describe('an abort', () => {
  test('ends whatever the client is doing, with the reason', async () => {
    const client = createClient({ url: front.url });
    const reason = new Error('enough');
    const abortable = () => {
      const abort = new AbortController();
      return { signal: abort.signal, stop: () => abort.abort(reason) };
    };
    const inFlight = abortable();
    front.faults.push(() => inFlight.stop());
    await expect(client.execute(IntegrationsDocument, {}, inFlight)).rejects.toBe(reason);

    const waiting = abortable();
    front.faults.push((incoming, response) => {
      refusal(429, 'RATE_LIMITED', { retryAfterSeconds: 50 })(incoming, response);
      setTimeout(waiting.stop, 100);
    });
    await expect(client.execute(IntegrationsDocument, {}, waiting)).rejects.toBe(reason);

    const following = abortable();
    const clientRequestId = 'up-1';
    front.faults.push(events(NEXT, false));
    const told: string[] = [];
    const loop = (async () => {
      for await (const { status } of client.follow(clientRequestId, following)) {
        told.push(status);
        following.stop();
      }
    })();
    await expect(loop).rejects.toBe(reason);
    expect(told).toHaveLength(1);

    const early = abortable();
    early.stop();
    await expect(client.execute(RequestStatusDocument, { clientRequestId }, early)).rejects.toBe(reason);
    await expect(client.follow(clientRequestId, early).next()).rejects.toBe(reason);
  });

  test('of an upload leaves nothing behind at the gateway', async () => {
    const client = createClient({ url: gateway.url });
    const before = acceptedUploads(gateway);
    const abort = new AbortController();
    const endless = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(new TextEncoder().encode(accounts(100)));
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
    const upload = client.uploadFile(endless, {
      ...{ objectType: 'ACCOUNT', signal: abort.signal },
      onProgress: ({ bytesReceived }) => {
        if (bytesReceived > 10_000) abort.abort();
      },
    });
    await expect(upload).rejects.toThrow('aborted');
    await spoolIsEmpty(gateway);
    expect(acceptedUploads(gateway)).toBe(before);
  });

  test('or the end of a loop closes the stream', async () => {
    await using strict = await startHarness({
      streams: { maxConnectionsPerCaller: 1 },
      emulator: { processingMs: 5_000 },
    });
    await registerCrm(strict);
    const client = createClient({ url: strict.url });
    const { clientRequestId } = await client.uploadAccounts([account('a1')]);
    // A stream that stayed open would be the only one that is allowed.
    for (let round = 0; round < 3; round += 1)
      for await (const { isFinal } of client.follow(clientRequestId)) {
        expect(isFinal).toBe(false);
        break;
      }
  });
});
