import { readFileSync } from 'node:fs';
import { buildSchema, isNonNullType } from 'graphql';
import { expect, test } from 'vitest';
import { registerAcme } from '../support/acme.js';
import { startHarness } from '../support/harness.js';

test('every root field may be null, so that none takes its siblings with it; a subscription has no siblings', () => {
  const text = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
  const schema = buildSchema(text, { assumeValidSDL: true });
  const nonNull = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map(
    (type) => {
      const fields = Object.values(type?.getFields() ?? {});
      expect(fields.length, type?.name).toBeGreaterThanOrEqual(3);
      return fields.filter((field) => isNonNullType(field.type)).map(({ name }) => name);
    },
  );
  expect(nonNull).toEqual([[], [], Object.keys(schema.getSubscriptionType()?.getFields() ?? {})]);
});

test('a query answers what it can beside a field that fails', async () => {
  await using harness = await startHarness();
  const id = await registerAcme(harness);
  const { data, errors, httpStatus } = await harness.query(
    '{ integrations { id } crmObjects(objectType: DEAL, ids: [""]) { objectId } requestStatus(clientRequestId: "nobody") { status } }',
  );
  expect(httpStatus).toBe(200);
  expect(data).toEqual({ integrations: [{ id }], requestStatus: null, crmObjects: null });
  expect(errors).toMatchObject([
    { path: ['crmObjects'], extensions: { code: 'BAD_USER_INPUT' } },
    { path: ['requestStatus'], extensions: { code: 'NOT_FOUND' } },
  ]);
});

test('a write that was done is told, though the one before and the one after it have failed', async () => {
  await using harness = await startHarness();
  await registerAcme(harness);
  const { data, errors } = await harness.query(
    `mutation {
      again: registerIntegration(input: {name: "Acme", ownerEmail: "a@acme.com"}) { id }
      uploadAccounts(accounts: [
        {objectId: "s1", modifiedDate: "2024-03-01T12:00:00Z", name: "Acme", domains: ["acme.com"]}
      ], clientRequestId: "siblings") { ... on UploadAccepted { clientRequestId } }
      uploadContacts(contacts: []) { __typename }
    }`,
  );
  expect(data).toEqual({
    again: null,
    uploadAccounts: { clientRequestId: 'siblings' },
    uploadContacts: null,
  });
  expect(errors).toMatchObject([
    { path: ['again'], extensions: { code: 'CONFLICT' } },
    { path: ['uploadContacts'], extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});
