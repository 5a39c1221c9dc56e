import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { createClient } from '../../client/src/client.js';
import { DeleteIntegrationDocument, UploadAccountsDocument } from '../../client/src/generated/graphql.js';
import { createMemoryStore } from '../../src/store/level-store.js';
import type { WebhookSettings } from '../../src/webhooks/settings.js';
import { account, registerAcme } from '../support/acme.js';
import { follow } from '../support/follow.js';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.js';
import { until } from '../support/redis.js';
import { metric } from '../telemetry/metrics-text.js';
import { type ReceivedWebhook, type Receiver, SECRET, startReceiver } from './receiver.js';

const JOURNAL = { maxEntries: 10_000, maxAgeDays: 90, follow: 'on', followMinMs: 10 } as const;
const NO_PAUSES = Array<number>(20).fill(1);

function settings(more: Partial<WebhookSettings>): WebhookSettings {
  return { url: null, secrets: [SECRET], notifyHosts: null, privateAddresses: 'allow', ...more };
}

function start(webhooks: WebhookSettings, { gateway, ...more }: HarnessOptions = {}): Promise<Harness> {
  return startHarness({
    ...more,
    gateway: { journal: JOURNAL, webhooks, webhookPausesMs: NO_PAUSES, ...gateway },
  });
}

function eventOf({ body }: ReceivedWebhook): { type: string; data: Record<string, unknown> } {
  return JSON.parse(body);
}

const about = ({ received }: Receiver, clientRequestId: string) =>
  received.filter((webhook) => eventOf(webhook).data.clientRequestId === clientRequestId);

async function upload(
  harness: Harness,
  id: string,
  notify?: string,
  clientRequestId?: string,
): Promise<string> {
  const { uploadAccounts } = await harness.execute(UploadAccountsDocument, {
    accounts: [account(id)],
    notify: notify ?? null,
    clientRequestId: clientRequestId ?? null,
  });
  if (uploadAccounts.__typename !== 'UploadAccepted') throw new Error('needed an accepted upload');
  expect(uploadAccounts.message).toBeNull();
  return uploadAccounts.clientRequestId;
}

test('the operator is told how every request ends, with a signature that the library of Standard Webhooks verifies', async () => {
  await using receiver = await startReceiver();
  await using harness = await start(settings({ url: receiver.url }));
  const integrationId = await registerAcme(harness);
  const id = await upload(harness, 'a1');
  await until('webhooks', () => receiver.received.length === 4);
  const [webhook] = about(receiver, id);
  const { headers, body = '', path } = webhook ?? {};
  expect(path).toBe('/hooks');
  expect(headers).toMatchObject({ 'content-type': 'application/json' });
  expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual({
    type: 'request.done',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    data: {
      ...{ clientRequestId: id, integrationId, kind: 'LIST', objectType: 'ACCOUNT', objectCount: 1 },
      ...{ state: 'DONE', message: null, errors: [], totalErrorCount: 0, totalSuccessCount: 1 },
    },
  });
  expect(() =>
    new Webhook(SECRET).verify(body.replace('DONE', 'NONE'), headers as Record<string, string>),
  ).toThrow();
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
  expect(await metric(harness, 'gateway_webhook_attempts_total', { outcome: 'delivered' })).toBe(4);
});

test('several secrets sign every webhook', async () => {
  await using receiver = await startReceiver();
  const next = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  await using harness = await start(settings({ url: receiver.url, secrets: [SECRET, next] }));
  await registerAcme(harness);
  const [{ body = '', headers = {} } = {}] = receiver.received;
  for (const secret of [SECRET, next]) new Webhook(secret).verify(body, headers as Record<string, string>);
});

test('a caller is told at the address that it names, also about what Gong had before, and about a file and a deletion', async () => {
  await using receiver = await startReceiver();
  await using harness = await start(settings({ notifyHosts: [receiver.host] }), {
    // Only what has an address is followed.
    gateway: { journal: { ...JOURNAL, follow: 'off' } },
  });
  const integrationId = await registerAcme(harness);
  const id = await upload(harness, 'a1', `${receiver.url}?of=first`);
  await until('a webhook', () => about(receiver, id).length === 1);
  expect(await upload(harness, 'a1', `${receiver.url}?of=repeat`)).toBe(id);
  await until('another', () => about(receiver, id).length === 2);
  expect(about(receiver, id).map(({ path }) => path)).toEqual(['/hooks?of=first', '/hooks?of=repeat']);

  const client = createClient({ url: harness.url });
  await client.uploadAccounts([account('a3')], { clientRequestId: 'of-client', notify: receiver.url });
  await until('a webhook', () => about(receiver, 'of-client').length === 1);
  await client.uploadFile(new Blob([`${JSON.stringify(account('a4'))}\n`]), {
    ...{ objectType: 'ACCOUNT', clientRequestId: 'file-of-client', notify: receiver.url },
  });
  await until('a webhook', () => about(receiver, 'file-of-client').length === 1);

  const file = await fetch(
    `${harness.url}/upload/ACCOUNT?clientRequestId=file&notify=${encodeURIComponent(receiver.url)}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `${JSON.stringify(account('a2'))}\n`,
    },
  );
  expect(file.status).toBe(202);
  await until('a webhook', () => about(receiver, 'file').length === 1);
  await harness.execute(DeleteIntegrationDocument, {
    ...{ integrationId, clientRequestId: 'goodbye', notify: receiver.url },
  });
  await until('a webhook', () => about(receiver, 'goodbye').length === 1);
  expect(receiver.received).toHaveLength(6);
});

test.each([
  ['a host that is not allowed', 'https://elsewhere.example.com/', ['hooks.example.com']],
  ['another port of a host', 'https://hooks.example.com:8443/', ['hooks.example.com']],
  [
    'a host in front of the allowed one',
    'https://hooks.example.com@evil.example.com/',
    ['hooks.example.com'],
  ],
  ['a user', 'https://user:password@hooks.example.com/', ['hooks.example.com']],
  ['http', 'http://hooks.example.com/', ['hooks.example.com']],
  ['another scheme', 'file:///etc/passwd', ['hooks.example.com']],
  ['no address', 'hooks.example.com', ['hooks.example.com']],
  ['any address, where none is allowed', 'https://hooks.example.com/', null],
])('`notify` with %s is refused, and nothing is sent', async (_what, notify, notifyHosts) => {
  await using harness = await start(settings({ notifyHosts, privateAddresses: 'refuse' }));
  const query =
    'mutation ($notify: URL) { uploadAccounts(accounts: [{objectId: "a", modifiedDate: "2024-03-01T12:00:00Z", name: "A", domains: ["a.com"]}], integrationId: "1", notify: $notify) { __typename } }';
  const { errors } = await harness.query(query, { notify });
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', problems: [{ path: ['notify'], code: 'INVALID_VALUE' }] } },
  ]);
  const file = await fetch(
    `${harness.url}/upload/STAGE?integrationId=1&notify=${encodeURIComponent(notify)}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{}',
    },
  );
  expect(file.status).toBe(400);
  expect(harness.calls).toHaveLength(0);
});

test('a receiver that answers 500, then with a redirect to the metadata of the cloud, then 200 is told three times the same', async () => {
  const answers = [500, 302, 200];
  await using receiver = await startReceiver((response, number) =>
    response
      .writeHead(answers[number] ?? 200, { location: 'http://169.254.169.254/latest/meta-data/' })
      .end(),
  );
  await using harness = await start(settings({ notifyHosts: [receiver.host] }));
  await registerAcme(harness);
  const id = await upload(harness, 'a1', receiver.url);
  await until(
    'a delivery',
    async () => (await metric(harness, 'gateway_webhook_attempts_total', { outcome: 'delivered' })) === 1,
  );
  const webhooks = about(receiver, id);
  expect(webhooks).toHaveLength(3);
  expect(new Set(webhooks.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(webhooks.map(({ body }) => body)).size).toBe(1);
  for (const { body, headers } of webhooks)
    new Webhook(SECRET).verify(body, headers as Record<string, string>);
  expect(await metric(harness, 'gateway_webhook_attempts_total', { outcome: 'failed' })).toBe(2);
});

test.each([
  ['that is gone (410)', 410, 1],
  ['that fails for ever', 503, 3],
])('a receiver %s is given up, which is logged without its address', async (_what, status, attempts) => {
  const lines: string[] = [];
  await using receiver = await startReceiver((response) => response.writeHead(status).end());
  await using harness = await start(settings({ notifyHosts: [receiver.host] }), {
    log: { write: (line) => void lines.push(line) },
    gateway: { webhookPausesMs: [1, 1] },
  });
  await registerAcme(harness);
  await upload(harness, 'a1', `${receiver.url}/secret-in-the-path`);
  await until(
    'the end',
    async () => (await metric(harness, 'gateway_webhook_attempts_total', { outcome: 'given-up' })) === 1,
  );
  expect(receiver.received).toHaveLength(attempts);
  const line = lines.find((text) => text.includes('a webhook was given up'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    host: receiver.host,
    attempts,
    reason: `status ${status}`,
  });
  expect(lines.filter((text) => text.includes('secret-in-the-path'))).toEqual([]);
});

test('a receiver that hangs, or answers without end, holds up nobody else', async () => {
  await using hanging = await startReceiver(() => undefined);
  await using endless = await startReceiver((response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more).on('error', () => undefined);
    more();
  });
  await using receiver = await startReceiver();
  await using harness = await start(settings({ notifyHosts: [hanging.host, endless.host, receiver.host] }));
  await registerAcme(harness);
  for (let number = 0; number < 10; number += 1) await upload(harness, `h${number}`, hanging.url);
  await upload(harness, 'e1', endless.url);
  await until(
    'the endless answer',
    async () => (await metric(harness, 'gateway_webhook_attempts_total', { outcome: 'delivered' })) === 1,
  );
  const id = await upload(harness, 'a1', receiver.url);
  await until('a webhook', () => about(receiver, id).length === 1);
  expect(hanging.received.length).toBeLessThanOrEqual(4);
});

test.each([
  ['by its number', '127.0.0.1'],
  ['by its number in IPv6', '[::1]'],
  ['by a name', 'localhost'],
])(
  'an address of this machine, given %s, is not connected to unless that is allowed',
  async (_what, hostname) => {
    const lines: string[] = [];
    await using receiver = await startReceiver();
    const host = `${hostname}:${new URL(receiver.url).port}`;
    await using harness = await start(settings({ notifyHosts: [host], privateAddresses: 'refuse' }), {
      log: { write: (line) => void lines.push(line) },
      gateway: { webhookPausesMs: [] },
    });
    await registerAcme(harness);
    await upload(harness, 'a1', `https://${host}/`);
    await until(
      'the end',
      async () => (await metric(harness, 'gateway_webhook_attempts_total', { outcome: 'given-up' })) === 1,
    );
    expect(lines.filter((line) => line.includes('has no public address'))).toHaveLength(1);
  },
);

test('what was not delivered is delivered by the next process, under the same ID', async () => {
  const store = createMemoryStore();
  await using receiver = await startReceiver((response, number) =>
    response.writeHead(number === 0 ? 500 : 200).end(),
  );
  const webhooks = settings({ notifyHosts: [receiver.host] });
  let id = '';
  {
    await using harness = await start(webhooks, { gateway: { store, webhookPausesMs: [500] } });
    await registerAcme(harness);
    id = await upload(harness, 'a1', receiver.url);
    await until(
      'a failure',
      async () => (await metric(harness, 'gateway_webhook_attempts_total', { outcome: 'failed' })) === 1,
    );
  }
  await using _harness = await start(webhooks, { gateway: { store } });
  await until('a webhook', () => about(receiver, id).length === 2);
  const [first, second] = about(receiver, id);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
});

test('of two replicas, one delivers, though both learn how the request ends', async () => {
  const store = createMemoryStore();
  await using receiver = await startReceiver();
  const gateway = { store };
  await using one = await start(settings({ url: receiver.url }), { gateway });
  await using two = await start(settings({ url: receiver.url }), {
    gateway,
    gong: { baseUrl: one.emulatorUrl },
  });
  const integrationId = await registerAcme(one);
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      // Under an ID of its own, so that no two share a request.
      upload(number % 2 === 0 ? one : two, `a${number}`, undefined, `list-${number}`),
    ),
  );
  await Promise.all(ids.map((id, number) => follow(number % 2 === 0 ? two : one, id)));
  await until('webhooks', () => receiver.received.length >= 23);
  await upload(one, 'last');
  await until('the last one', () => receiver.received.length >= 24);
  expect(receiver.received).toHaveLength(24);
  for (const id of ids) expect(about(receiver, id), id).toHaveLength(1);
  expect(integrationId).toBe(
    eventOf(about(receiver, ids[0] ?? '')[0] ?? ({ body: '{}' } as never)).data.integrationId,
  );
});

test('turned off, nothing is stored for it', async () => {
  const store = createMemoryStore();
  await using harness = await start(
    { url: null, secrets: null, notifyHosts: null, privateAddresses: 'refuse' },
    { gateway: { store } },
  );
  await registerAcme(harness);
  expect(await store.list({ from: 'webhooks/', before: 'webhooks0', limit: 10 })).toEqual([]);
});
