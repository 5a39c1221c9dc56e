import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { openGreeted } from '../../clients/clients.js';
import { account, loadAccounts, registerAcme } from '../../support/acme.js';
import { type Harness, startHarness } from '../../support/harness.js';

const IDS = Array.from({ length: 100 }, (_, index) => `a${index}`);
const ALIASES = Array.from({ length: 15 }, (_, index) => `f${index}: fields`).join(' ');
const MANY = `query Many($ids: [ID!]!) { crmObjects(objectType: ACCOUNT, ids: $ids) { ${ALIASES} } }`;

const ROOMY = { maxBytes: 50_000_000, maxUnreadBytes: 500_000_000 };

/** A hundred accounts with long names: 2 MB, or 30 MB under fifteen aliases, which is more than sockets buffer. */
async function startLoaded(options: Parameters<typeof startHarness>[0] = {}): Promise<Harness> {
  const harness = await startHarness({ limits: { maxBodyBytes: 4_000_000 }, ...options });
  await registerAcme(harness);
  await loadAccounts(
    harness,
    IDS.map((id) => account(id, { name: id.padEnd(20_000, '.') })),
  );
  return harness;
}

describe('an answer above the size limit', () => {
  const answers = { maxBytes: 3_000_000, maxUnreadBytes: 134_217_728 };

  test('is an error at its root field, and the other fields arrive', async () => {
    await using harness = await startLoaded({ gateway: { answers } });
    const query = MANY.replace('f0: fields', '').replace(
      '{ crmObjects',
      '{ integrations { name } once: crmObjects(objectType: ACCOUNT, ids: $ids) { fields } crmObjects',
    );
    const { data, errors } = await harness.query(query, { ids: IDS });
    expect(data).toMatchObject({ integrations: [{ name: 'Acme CRM' }], crmObjects: null });
    expect(data?.once).toHaveLength(100);
    expect(errors).toMatchObject([
      {
        path: ['crmObjects'],
        extensions: { code: 'OPERATION_TOO_COMPLEX', retryable: false, limit: 3_000_000 },
      },
    ]);
  });

  test('is an error over a WebSocket, too', async () => {
    await using harness = await startLoaded({ gateway: { answers } });
    await using bare = await openGreeted(harness.url);
    bare.send({ id: '1', type: 'subscribe', payload: { query: MANY, variables: { ids: IDS } } });
    expect(await bare.message()).toMatchObject({
      type: 'next',
      payload: { data: { crmObjects: null }, errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] },
    });
  });

  test('counts a field as often as it is asked for', async () => {
    await using harness = await startLoaded({ gateway: { answers } });
    const once = await harness.query(MANY.replace(ALIASES, 'fields'), { ids: IDS });
    const twice = await harness.query(MANY.replace(ALIASES, 'a: fields b: fields'), { ids: IDS });
    expect([once.errors, twice.errors.map((error) => error.extensions.code)]).toEqual([
      [],
      ['OPERATION_TOO_COMPLEX'],
    ]);
  });

  test('arrives in full within the limit', async () => {
    await using harness = await startLoaded({ gateway: { answers: ROOMY } });
    const { data, errors } = await harness.query<{ crmObjects: Record<string, unknown>[] }>(MANY, {
      ids: IDS,
    });
    expect(errors).toEqual([]);
    expect(data?.crmObjects).toHaveLength(100);
    expect(Object.keys(data?.crmObjects[99] ?? {})).toHaveLength(15);
  });
});

/** Sends a query, and reads only the beginning of the answer. */
async function sendAndReadNoMore(harness: Harness) {
  const { hostname, port } = new URL(harness.url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({ query: MANY, variables: { ids: IDS } });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  socket.on('error', () => undefined);
  await once(socket, 'data');
  socket.pause();
  return socket;
}

describe('answers that clients do not read', () => {
  test('end in a closed connection', async () => {
    const lines: string[] = [];
    await using harness = await startLoaded({
      gateway: { answers: ROOMY, slowReaders: { bytesPerSecond: 16_384, windowMs: 100 } },
      log: { write: (line: string) => void lines.push(line) },
    });
    const sockets = await Promise.all([1, 2, 3].map(() => sendAndReadNoMore(harness)));
    // A socket that is not read does not emit its end; the log has it.
    const cut = () => lines.filter((line) => line.includes('the client did not read the answer'));
    await expect.poll(cut, { timeout: 10_000 }).toHaveLength(3);
    for (const socket of sockets) socket.destroy();
    expect((await harness.query('{ integrations { name } }')).errors).toEqual([]);
  });

  test('are kept until their memory is full; then large ones are refused and small ones are not', async () => {
    const unread = { ...ROOMY, maxUnreadBytes: 40_000_000 };
    await using harness = await startLoaded({ gateway: { answers: unread } });
    const socket = await sendAndReadNoMore(harness);
    const { httpStatus, errors } = await harness.query(MANY, { ids: IDS });
    expect(httpStatus).toBe(503);
    expect(errors).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 1 } },
    ]);
    expect((await harness.query('{ integrations { name } }')).errors).toEqual([]);
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
    await expect.poll(async () => (await harness.query(MANY, { ids: IDS })).httpStatus).toBe(200);
  });
});
