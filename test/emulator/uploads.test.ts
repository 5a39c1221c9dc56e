import { describe, expect, it } from 'vitest';
import { account, contact, file, ldjson, lead, loader, MODIFIED, type Reply, start, user } from './helper.js';

const LINE = JSON.stringify(account('a1'));

describe.each(['/v2/crm/entities', '/v2/crm/object/entities'])('POST %s', (path) => {
  it('accepts a file and processes it: PENDING, IN_PROGRESS, DONE', async () => {
    await using emulator = await start({ processingMs: 1000 });
    const crm = await loader(emulator);
    const query = { integrationId: crm.integrationId, objectType: 'ACCOUNT', clientRequestId: 'Load_1-a' };
    const accepted = await emulator.call('POST', path, { query, body: file(LINE) });
    expect(accepted).toMatchObject({ status: 201, body: { clientRequestId: 'Load_1-a' } });
    const seen = new Set<string>();
    for (;;) {
      const { body } = await crm.status('Load_1-a');
      seen.add(body.status);
      if (body.status === 'DONE') {
        expect(body).toEqual({
          requestId: expect.stringMatching(/^[0-9a-z]{19}$/),
          status: 'DONE',
          errors: [],
          totalErrorCount: 0,
          totalSuccessCount: 1,
        });
        break;
      }
      expect(body).toMatchObject({ errors: [], totalErrorCount: 0, totalSuccessCount: 0 });
    }
    expect([...seen]).toEqual(['PENDING', 'IN_PROGRESS', 'DONE']);
    expect(await crm.object('ACCOUNT', 'a1')).toEqual(account('a1'));
  });
});

it('reports the first 20 of 25 bad lines with full counts, and stores the good ones', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const lines = Array.from({ length: 30 }, (_, index) =>
    index < 5 ? account(`a${index}`) : { ...account('x'), objectId: '', domains: 'x' },
  );
  const { body } = await crm.load('ACCOUNT', lines);
  expect(body).toMatchObject({ status: 'FAILED', totalErrorCount: 25, totalSuccessCount: 5 });
  expect(body.errors).toHaveLength(20);
  expect(body.errors[0]).toEqual({
    line: 6,
    description:
      'Mandatory field [objectId] is missing or empty; Field [domains] must be an array of strings, got "x"',
  });
  expect(await crm.object('ACCOUNT', 'a4')).toEqual(account('a4'));
});

const BAD_LINES: readonly [string, string, string, RegExp][] = [
  ['broken JSON', 'ACCOUNT', '{"objectId":', /not valid JSON/],
  ['two objects on a line', 'ACCOUNT', `${LINE}${LINE}`, /not valid JSON/],
  ['NaN', 'ACCOUNT', LINE.replace('"Account a1"', 'NaN'), /not valid JSON/],
  ['an array', 'ACCOUNT', `[${LINE}]`, /must be a JSON object/],
  ['null', 'ACCOUNT', 'null', /must be a JSON object/],
  ['a number for an id', 'ACCOUNT', LINE.replace('"a1"', '5'), /objectId\] must be a string, got 5/],
  ['milliseconds', 'ACCOUNT', LINE.replace('00Z', '00.000Z'), /without milliseconds/],
  [
    'deep nesting',
    'ACCOUNT',
    LINE.replace('["a1.com"]', `${'['.repeat(9e4)}${']'.repeat(9e4)}`),
    /nested|array/,
  ],
  ['a long line', 'ACCOUNT', `${LINE.slice(0, -1)},"x":"${'y'.repeat(1024 * 1024)}"}`, /longer than 1048576/],
  ['no e-mail', 'LEAD', JSON.stringify(lead('l1', { emailAddress: 'x' })), /\[emailAddress\] must be/],
  ['no user e-mail', 'BUSINESS_USER', `{"objectId":"u","modifiedDate":"${MODIFIED}"}`, /\[emailAddress\] is/],
  [
    'a stage order of 0',
    'STAGE',
    `{"objectId":"s","modifiedDate":"${MODIFIED}","internalName":"s","name":"s","isActive":true,"sortOrder":0}`,
    /sortOrder\] must be an integer from 1/,
  ],
];

it.each(BAD_LINES)('fails a line with %s', async (_what, objectType, line, description) => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const { body } = await crm.load(objectType, `\n${line}\n`);
  expect(body).toMatchObject({
    status: 'FAILED',
    totalErrorCount: 1,
    totalSuccessCount: 0,
    errors: [{ line: 2, description: expect.stringMatching(description) }],
  });
});

it('fails the second line of an object, and on the legacy paths lines out of order by their instants', async () => {
  await using emulator = await start();
  const crm = await loader(emulator, 'legacy');
  const at = (id: string, modifiedDate: string, more = {}) => account(id, { modifiedDate, ...more });
  const lines = [
    at('a1', '2024-03-01T08:00:00+02:00'),
    at('a2', '2024-03-01T06:00:00Z'),
    at('a3', '2024-03-01T07:59:59+02:00'),
    at('a1', '2024-03-01T08:00:00Z'),
    at('a4', '2024-03-01T08:00:00Z', { isDeleted: true }),
    at('a4', '2024-03-01T08:00:00Z'),
    at('a5', '2024-03-01T08:00:00Z', { domains: 'x' }),
    at('a5', '2024-03-01T08:00:00Z'),
  ];
  const problems = (reply: Reply) =>
    reply.body.errors.map((error: { line: number; description: string }) => [error.line, error.description]);
  const inBoth = [
    [4, 'The object "a1" is in the file twice'],
    [6, 'The object "a4" is in the file twice'],
    [7, expect.stringContaining('Field [domains]')],
    [8, 'The object "a5" is in the file twice'],
  ];
  const disorder = [3, expect.stringContaining('sorted by modifiedDate')];
  expect(problems(await crm.load('ACCOUNT', lines))).toEqual([disorder, ...inBoth]);
  expect(problems(await crm.as('current').load('ACCOUNT', lines))).toEqual(inBoth);
});

const GENERAL: readonly [string, string | Buffer, RegExp][] = [
  ['nothing', '', /no objects/],
  ['blank lines', '\n \r\n\t\n', /no objects/],
  ['bytes that are not UTF-8', Buffer.from([...Buffer.from(`${LINE}\n"`), 0xe9, 0x22]), /UTF-8/],
  ['a character cut off at the end', Buffer.from(`${LINE}\n"漢`).subarray(0, -1), /UTF-8/],
];

it.each(GENERAL)(
  'fails a file of %s as a whole, at line 0, storing nothing',
  async (_what, content, description) => {
    await using emulator = await start();
    const crm = await loader(emulator);
    const { body } = await crm.load('ACCOUNT', content);
    expect(body).toMatchObject({
      status: 'FAILED',
      errors: [{ line: 0, description: expect.stringMatching(description) }],
      totalErrorCount: 1,
      totalSuccessCount: 0,
    });
    expect(await crm.object('ACCOUNT', 'a1')).toBeNull();
  },
);

it('counts blank lines, and accepts CRLF, a byte order mark, U+2028 and a file without a final newline', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const lines = [LINE, '', JSON.stringify(account('a2', { name: 'x\u2028y' })), '   ', '{}', ''];
  const { body } = await crm.load('ACCOUNT', `\uFEFF${lines.join('\r\n')}`);
  expect(body).toMatchObject({ totalErrorCount: 1, totalSuccessCount: 2, errors: [{ line: 5 }] });
  expect(await crm.object('ACCOUNT', 'a2')).toMatchObject({ name: 'x\u2028y' });
});

it('accepts deprecated names on the legacy paths, and requires a phone number there if so configured', async () => {
  await using emulator = await start({ requirePhone: true });
  const crm = await loader(emulator, 'legacy');
  const { modifiedDate, ...rest } = account('a1');
  expect((await crm.load('ACCOUNT', [{ ...rest, lastModified: modifiedDate }])).body.status).toBe('DONE');
  const { body } = await crm.load('CONTACT', [
    contact('c1'),
    contact('c2', { phoneNumber: '(912) 507-4395' }),
  ]);
  expect(body.errors).toEqual([
    { line: 1, description: 'Mandatory field [phoneNumber] is missing or empty' },
  ]);
  expect((await crm.as('current').load('CONTACT', [contact('c1')])).body.status).toBe('DONE');
});

it('refuses a clientRequestId that any accepted request has used', async () => {
  await using emulator = await start({ maxFileBytes: 1000 });
  const crm = await loader(emulator);
  const { integrationId } = crm;
  expect((await crm.upload('ACCOUNT', 'x'.repeat(1001), 'one')).status).toBe(413);
  const query = { integrationId, objectType: 'ACCOUNT', clientRequestId: 'one' };
  expect((await emulator.call('POST', '/v2/crm/entities', { query })).status).toBe(400);
  expect((await crm.status('one')).status).toBe(404);
  expect((await crm.upload('ACCOUNT', LINE, 'one')).status).toBe(201);
  expect((await crm.upload('CONTACT', LINE, 'one')).status).toBe(409);
  const mapped = await emulator.call('POST', '/v2/crm/map/users', { query, body: file('{}') });
  expect(mapped.status).toBe(409);
  expect(mapped.body.errors).toEqual(['The clientRequestId one already exists']);
});

it('accepts exactly one of ten uploads with the same clientRequestId at the same time', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const replies = await Promise.all(Array.from({ length: 10 }, () => crm.upload('ACCOUNT', LINE, 'same')));
  expect(replies.map((reply) => reply.status).sort()).toEqual([201, ...new Array(9).fill(409)]);
});

it('processes uploads one at a time, in the order of arrival', async () => {
  await using emulator = await start({ processingMs: 20 });
  const crm = await loader(emulator);
  const names = Array.from({ length: 8 }, (_, index) => `version ${index}`);
  for (const [index, name] of names.entries())
    await crm.upload('ACCOUNT', [account('a1', { name })], `n${index}`);
  await crm.settled('n7');
  expect(await crm.object('ACCOUNT', 'a1')).toMatchObject({ name: 'version 7' });
});

it('stays responsive and complete with 20,000 objects', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const objects = Array.from({ length: 20_000 }, (_, index) => account(`account-${index}`));
  const { body } = await crm.load('ACCOUNT', ldjson(objects));
  expect(body).toMatchObject({ status: 'DONE', totalSuccessCount: 20_000 });
  expect(await crm.object('ACCOUNT', 'account-12345')).toEqual(account('account-12345'));
});

it('answers 400 to bad parameters and 404 to an unknown integration or request', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  for (const objectType of ['account', 'USER', '']) {
    expect((await crm.upload(objectType, LINE)).status).toBe(400);
  }
  expect((await crm.upload('ACCOUNT', LINE, 'a b')).status).toBe(400);
  expect((await crm.status('unknown')).status).toBe(404);
  const query = { integrationId: '42', objectType: 'ACCOUNT', clientRequestId: 'x' };
  expect((await emulator.call('POST', '/v2/crm/entities', { query, body: file(LINE) })).status).toBe(404);
  expect((await emulator.call('GET', '/v2/crm/request-status', { query })).status).toBe(404);
});

it('keeps users’ and stages’ objects unreadable', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  await crm.load('BUSINESS_USER', [user('u1', 'u1@acme.com')]);
  expect((await crm.get('BUSINESS_USER', ['u1'])).status).toBe(400);
  expect(await crm.object('ACCOUNT', 'u1')).toBeNull();
});
