import { expect, it } from 'vitest';
import { type CallOptions, loader, MODIFIED, start } from './helper.js';

const NO_SCOPES: CallOptions = { authorization: 'Bearer none' };
const missing = (scope: string) => `You don't have permission to use '${scope}' in your app.`;

/** Requests and responses that Nango's tests recorded from Gong. */
const RECORDED: readonly (readonly [string, CallOptions, number, string])[] = [
  ['GET /v2/crm/integrations', NO_SCOPES, 401, missing('api:crm:integrations:read')],
  [
    'GET /v2/crm/entity-schema?objectType=ACCOUNT&integrationId=123',
    NO_SCOPES,
    401,
    missing('api:crm:schema'),
  ],
  [
    'DELETE /v2/crm/integrations?integrationId=123456789&clientRequestId=test-delete-16',
    { ...NO_SCOPES, json: {} },
    401,
    missing('api:crm:integration:delete'),
  ],
  ['GET /v2/crm/entities?integrationId=123&objectType=DEAL', {}, 415, 'Unsupported Media Type'],
  [
    'POST /v2/crm/entities?integrationId=12345&objectType=ACCOUNT&clientRequestId=test-request-1',
    // Nango's proxy mistakes the action's multipart body for a form, and no part of it arrives.
    {
      headers: { 'content-type': 'multipart/form-data; boundary=----FormBoundaryNangoFixed' },
      body: '{"objectId":"test-account-1"}',
    },
    400,
    'dataFile part is missing',
  ],
];

it.each(RECORDED)('answers %s as Gong was recorded to', async (target, options, status, error) => {
  await using emulator = await start({ tokens: new Map([['none', []]]) });
  const [method = '', path = ''] = target.split(' ');
  const reply = await emulator.call(method, path, options);
  expect([reply.status, reply.body]).toEqual([
    status,
    { requestId: reply.headers['x-traceid'], errors: [error] },
  ]);
});

it('reports the line that Gong was recorded to report', async () => {
  await using emulator = await start();
  const crm = await loader(emulator);
  const { body } = await crm.load('BUSINESS_USER', [{ objectId: 'u1', modifiedDate: MODIFIED }]);
  expect(body).toEqual({
    requestId: expect.any(String),
    status: 'FAILED',
    errors: [{ line: 1, description: 'Mandatory field [emailAddress] is missing or empty' }],
    totalErrorCount: 1,
    totalSuccessCount: 0,
  });
});
