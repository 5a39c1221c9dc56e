import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import {
  ChangesDocument,
  ChangesSettledDocument,
  type CrmChange,
  DeadLettersDocument,
  DiscardDeadLettersDocument,
  QueueChangesDocument,
  RetryDeadLettersDocument,
} from '../../../client/src/generated/graphql.js';
import texts from '../../../schema/trusted.json' with { type: 'json' };
import { makeApiKey } from '../../../src/auth/api-keys.js';
import { createTrustedDocuments } from '../../../src/server/operations/trusted-documents.js';
import type { WebhookSettings } from '../../../src/webhooks/settings.js';
import { startIssuer } from '../../auth/issuer.js';
import { nexts, openSocket } from '../../clients/clients.js';
import { account, deal, registerAcme } from '../../support/acme.js';
import { type Harness, startHarness } from '../../support/harness.js';
import { startProxy } from '../../support/proxy.js';
import { until } from '../../support/redis.js';
import { metric } from '../../telemetry/metrics-text.js';
import { KEY, startPassing } from '../../tenants/passing.js';
import { SECRET, startReceiver } from '../../webhooks/receiver.js';
import { queueChanges, settledTicket, startQueueing, states } from './support.js';

const TICKET = 'e36a4d3c-7a5e-4a1a-9d59-2b1f3f6a1c55';
const CHANGES: CrmChange[] = [{ account: account('a1') }];
const SETTLED = ChangesSettledDocument.toString();

/** The error code of each operation of the queue; `OK` without an error. */
async function outcomesOf(harness: Harness): Promise<readonly unknown[]> {
  const operations = [
    [QueueChangesDocument, { changes: CHANGES }],
    [ChangesDocument, { ticket: TICKET }],
    [DeadLettersDocument, { first: 10 }],
    [RetryDeadLettersDocument, { ids: ['x1'] }],
    [DiscardDeadLettersDocument, { ids: ['x1'] }],
  ] as const;
  const outcomes: unknown[] = [];
  for (const [document, variables] of operations) {
    const { errors } = await harness.query(document.toString(), variables);
    outcomes.push(errors[0]?.extensions.code ?? 'OK');
  }
  const stream = await fetch(`${harness.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...harness.headers },
    body: JSON.stringify({ query: SETTLED, variables: { ticket: TICKET } }),
  });
  const [{ errors = [] } = {}] = nexts(await stream.text()) as {
    errors?: { extensions: { code: string } }[];
  }[];
  return [...outcomes, errors[0]?.extensions.code ?? 'OK'];
}

const ALL = 6;
const KNOWN = ['OK', 'NOT_FOUND', 'OK', 'NOT_FOUND', 'OK', 'NOT_FOUND'];
const refusedAs = (code: string) => Array<string>(ALL).fill(code);

test('a gateway that would forget changes takes none, and names the settings', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  expect(await outcomesOf(harness)).toEqual(refusedAs('NOT_CONFIGURED'));
  const { errors } = await harness.query(QueueChangesDocument.toString(), { changes: CHANGES });
  expect(errors[0]?.message).toMatch(/needs DATA_DIR or REDIS_URL/);
  expect(errors[0]?.extensions).toMatchObject({ retryable: false });
});

test('with callers’ own credentials nothing is queued: they are not stored', async () => {
  await using passing = await startPassing();
  const harness = passing.harness.as({ authorization: KEY });
  await registerAcme(harness);
  expect(await outcomesOf(harness)).toEqual(refusedAs('NOT_CONFIGURED'));
  const { errors } = await harness.query(QueueChangesDocument.toString(), { changes: CHANGES });
  expect(errors[0]?.message).toMatch(/GONG_CREDENTIALS is passthrough/);
});

test('only callers with the scope of uploads queue, with keys', async () => {
  const writer = makeApiKey('writer', ['api:crm:upload']);
  const reader = makeApiKey('reader', ['api:crm:get-objects', 'requests:read', 'schema:read']);
  const admin = makeApiKey('admin', ['api:crm:integration:register', 'api:crm:upload']);
  const keys = [writer.kept, reader.kept, admin.kept];
  await using harness = await startQueueing({ gateway: { auth: { mode: 'api-key', keys } } });
  await registerAcme(harness.as({ 'x-api-key': admin.key }));
  const asWriter = harness.as({ 'x-api-key': writer.key });
  // Dead letters show everyone's objects, as the journal does.
  expect(await outcomesOf(asWriter)).toEqual(KNOWN.with(2, 'FORBIDDEN'));
  expect(await outcomesOf(harness.as({ 'x-api-key': reader.key }))).toEqual(
    refusedAs('FORBIDDEN').with(2, 'OK'),
  );
  const queued = await queueChanges(asWriter, { account: account('a2') });
  await settledTicket(asWriter, queued);
  const { data } = await harness
    .as({ 'x-api-key': reader.key })
    .query<{ requests: { edges: object[] } }>(
      '{ requests(first: 10, filter: {kind: QUEUE}) { edges { node { objectCount writers { caller objectCount } } } } }',
    );
  expect(data?.requests.edges).toContainEqual({
    node: expect.objectContaining({ writers: [expect.objectContaining({ caller: 'writer' })] }),
  });
});

test('only callers with the scope of uploads queue, with tokens', async () => {
  await using issuer = await startIssuer();
  await using harness = await startQueueing({ gateway: { auth: issuer.settings } });
  const tokenFor = async (scope: string) => ({
    authorization: `Bearer ${await issuer.token({ sub: 'crm', scope })}`,
  });
  await registerAcme(harness.as(await tokenFor('api:crm:integration:register api:crm:upload')));
  expect(await outcomesOf(harness.as(await tokenFor('api:crm:upload requests:read')))).toEqual(KNOWN);
  expect(await outcomesOf(harness.as(await tokenFor('api:crm:get-objects')))).toEqual(refusedAs('FORBIDDEN'));
  await using socket = await openSocket(harness.url);
  socket.send({ type: 'connection_init', payload: await tokenFor('api:crm:get-objects') });
  await socket.message();
  socket.send({ type: 'subscribe', id: '1', payload: { query: SETTLED, variables: { ticket: TICKET } } });
  expect(JSON.stringify(await socket.message())).toContain('"FORBIDDEN"');
});

/** Passes calls on to the emulator unless it is away. */
async function startAbsentGong(
  upstream: () => string,
): Promise<AsyncDisposable & { readonly url: string; isAway: boolean }> {
  const proxy = await startProxy(upstream, () => (gong.isAway ? { status: 503 } : undefined));
  const gong = { ...proxy, isAway: false };
  return gong;
}

test('a full queue refuses changes, and says when to try again', async () => {
  await using gong = await startAbsentGong(() => harness.emulatorUrl);
  await using harness = await startQueueing({ gong: { baseUrl: gong.url }, queue: { maxQueued: 3 } });
  await registerAcme(harness);
  gong.isAway = true;
  await queueChanges(harness, { account: account('a1') }, { account: account('a2') });
  await expect.poll(() => metric(harness, 'gateway_changes_queued')).toBe(2);
  const two = [3, 4].map((index) => ({ account: account(`a${index}`) }));
  const { errors } = await harness.query(QueueChangesDocument.toString(), { changes: two });
  expect(errors).toMatchObject([
    { extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: expect.any(Number) } },
  ]);
  expect(errors[0]?.message).toContain('QUEUE_MAX_OBJECTS');
  await queueChanges(harness, { account: account('a3') });
});

test('trusted documents have every operation of the queue', async () => {
  const trusted = createTrustedDocuments(texts);
  await using harness = await startQueueing({ gateway: { trusted: { trusted, mode: 'enforce' } } });
  await registerAcme(harness);
  expect(await outcomesOf(harness)).toEqual(KNOWN);
});

test('while Gong is away, changes are checked against what was known last, and arrive afterwards', async () => {
  await using gong = await startAbsentGong(() => harness.emulatorUrl);
  await using harness = await startQueueing({
    gateway: { cacheTtlMs: 0 },
    gong: { baseUrl: gong.url, breakerOpenMs: 20 },
  });
  const integrationId = await registerAcme(harness);
  const push = `mutation { pushSchema(input: {objectType: DEAL, fields: [
    {uniqueName: "score", label: "Score", type: NUMBER}
  ]}) { pushed } }`;
  expect((await harness.query(push)).errors).toEqual([]);
  const withScore = (id: string, score: unknown) => ({
    deal: { ...deal(id, 'a1'), customFields: { score } },
  });
  await settledTicket(
    harness,
    await queueChanges(harness, { account: account('a1') }, withScore('d1', 1) as CrmChange),
  );

  gong.isAway = true;
  const { errors } = await harness.query(QueueChangesDocument.toString(), {
    changes: [withScore('d2', 'many')],
  });
  expect(errors).toMatchObject([
    { extensions: { problems: [{ path: ['changes', 0, 'deal', 'customFields', 'score'] }] } },
  ]);
  const ticket = await queueChanges(harness, withScore('d2', 2) as CrmChange);
  expect(ticket).toMatchObject({ integrationId, isSettled: false });
  const unknownType = { account: account('a2', { customFields: { tier: 'gold' } }) };
  const unknown = await harness.query(QueueChangesDocument.toString(), { changes: [unknownType] });
  expect(unknown.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);

  gong.isAway = false;
  expect(states(await settledTicket(harness, ticket))).toEqual(['d2 DONE']);
});

describe('notify', () => {
  const webhooks = (more: Partial<WebhookSettings>) => ({
    webhooks: {
      url: null,
      secrets: [SECRET],
      notifyHosts: null,
      privateAddresses: 'allow' as const,
      ...more,
    },
    webhookPausesMs: [1, 1, 1, 1],
  });

  test('tells an address once when all changes of the ticket have ended', async () => {
    // The first answer is lost, so the webhook comes again, with the same ID.
    await using receiver = await startReceiver((response, number) =>
      number === 0 ? response.writeHead(500).end() : response.writeHead(204).end(),
    );
    await using harness = await startQueueing({ gateway: webhooks({ notifyHosts: [receiver.host] }) });
    const integrationId = await registerAcme(harness);
    const changes: CrmChange[] = [{ deal: deal('d1', 'a1') }, { account: account('a1') }];
    const { queueChanges: queued } = await harness.execute(QueueChangesDocument, {
      changes,
      notify: receiver.url,
    });
    await settledTicket(harness, queued.ticket);
    await until('the webhook', () => receiver.received.length === 2);
    const [first, second = expect.fail('no webhook')] = receiver.received;
    expect(second.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    const event = new Webhook(SECRET).verify(second.body, second.headers as Record<string, string>);
    expect(event).toEqual({
      type: 'changes.settled',
      timestamp: expect.any(String),
      data: { ticket: queued.ticket.id, integrationId, queuedAt: queued.ticket.queuedAt, changes: 2 },
    });
    // Nothing to send, so it has ended at once.
    const again = await harness.execute(QueueChangesDocument, { changes, notify: receiver.url });
    await until('its webhook', () => receiver.received.length === 3);
    expect(receiver.received[2]?.body).toContain(again.queueChanges.ticket.id);
  });

  test('to a host that is not allowed is refused, and nothing is queued', async () => {
    await using harness = await startQueueing({ gateway: webhooks({ notifyHosts: ['hooks.example.com'] }) });
    await registerAcme(harness);
    for (const notify of [
      'https://elsewhere.example.com/',
      'http://169.254.169.254/',
      'file:///etc/passwd',
    ]) {
      const { errors } = await harness.query(QueueChangesDocument.toString(), { changes: CHANGES, notify });
      expect(errors).toMatchObject([
        { extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['notify'] }] } },
      ]);
    }
    expect(states(await queueChanges(harness, ...CHANGES))).toEqual(['a1 QUEUED']);
  });
});
