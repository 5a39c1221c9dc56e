import { toUSVString } from 'node:util';
import fc from 'fast-check';
import { Agent, request } from 'undici';
import { expect, test } from 'vitest';
import { openGreeted } from '../clients/clients.js';
import { account, deal, loadAccounts, loadDeals, registerAcme } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';
import { metric } from '../telemetry/metrics-text.js';
import { operation, subscription } from './documents.js';
import {
  CANARY,
  createLog,
  expectNothingLeft,
  expectSound,
  FUZZ_TIMEOUT_MS,
  HANG_MS,
  holds,
  openFiles,
} from './settings.js';

async function startLoaded(log: ReturnType<typeof createLog>): Promise<Harness> {
  const harness = await startHarness({
    emulator: { accessKeySecret: CANARY },
    gong: { credentials: { kind: 'basic', accessKey: 'emulator', accessKeySecret: CANARY } },
    log: log.sink,
  });
  await registerAcme(harness);
  await loadAccounts(harness, [account('a1')]);
  await loadDeals(harness, [deal('d1', 'a1')]);
  return harness;
}

test(
  'every operation over HTTP gets a valid GraphQL-over-HTTP response',
  async () => {
    const log = createLog();
    await using harness = await startLoaded(log);
    const dispatcher = new Agent();
    const files = openFiles();
    const kinds = new Set<string>();
    const variables = fc.oneof(
      fc.constant(undefined),
      fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
    );
    await holds(
      fc.asyncProperty(operation, variables, fc.boolean(), async (query, given, isGet) => {
        const search = new URLSearchParams({ query: toUSVString(query) });
        const answer = await request(`${harness.url}/graphql${isGet ? `?${search}` : ''}`, {
          dispatcher,
          method: isGet ? 'GET' : 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
          body: isGet ? null : JSON.stringify({ query, variables: given }),
          signal: AbortSignal.timeout(HANG_MS),
        });
        const { data, errors } = expectSound(answer.statusCode, await answer.body.text());
        kinds.add(errors === undefined ? 'answered' : data == null ? 'refused' : 'partly');
      }),
      4,
    );
    // The grammar is useless if none of its operations is ever executed.
    expect([...kinds].sort()).toEqual(expect.arrayContaining(['answered', 'refused']));
    expect(log.expectSound()).toBeGreaterThan(10);
    await expectNothingLeft(harness, files);
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'nothing subscribed to over a WebSocket, in any order, outlives the socket',
  async () => {
    const log = createLog();
    await using harness = await startLoaded(log);
    const files = openFiles();
    const id = fc.constantFrom('1', '2', '__proto__', 'x'.repeat(50));
    const message = fc.oneof(
      fc.tuple(id, fc.oneof(subscription, operation)).map(([own, query]) => ({
        ...{ id: own, type: 'subscribe', payload: { query } },
      })),
      id.map((own) => ({ id: own, type: 'complete' })),
      fc.constant({ type: 'ping' }),
    );
    await holds(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 15 }), async (messages) => {
        await using bare = await openGreeted(harness.url);
        for (const one of messages) bare.send(JSON.stringify(one));
        bare.send({ type: 'ping' });
        // A duplicate ID closes the socket, as the protocol says. Otherwise all is processed when the last ping is answered.
        let wanted = messages.filter(({ type }) => type === 'ping').length + 1;
        const closed = bare.closed().then(() => null);
        while (wanted > 0) {
          const answer = await Promise.race([bare.message(), closed]);
          if (answer === null) break;
          expect(JSON.stringify(answer)).not.toContain(CANARY);
          expect(JSON.stringify(answer)).not.toContain('INTERNAL_SERVER_ERROR');
          if (answer.type === 'pong') wanted -= 1;
        }
      }),
    );
    await expect.poll(() => metric(harness, 'gateway_watched_requests'), { timeout: 10_000 }).toBe(0);
    await expect
      .poll(async () => (await metric(harness, 'gateway_subscribers', { transport: 'websocket' })) ?? 0)
      .toBe(0);
    log.expectSound();
    await expectNothingLeft(harness, files);
  },
  FUZZ_TIMEOUT_MS,
);
