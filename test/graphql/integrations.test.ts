import { expect, test } from 'vitest';
import { IntegrationsDocument, RegisterIntegrationDocument } from '../../client/src/generated/graphql.js';
import { startHarness } from '../support/harness.js';

test('a company registers its CRM and finds it among the integrations', async () => {
  await using harness = await startHarness();
  const input = { name: 'Acme CRM', ownerEmail: 'owner@acme.com' };
  const { registerIntegration } = await harness.execute(RegisterIntegrationDocument, { input });
  const { integrations } = await harness.execute(IntegrationsDocument, {});
  expect(integrations).toEqual([registerIntegration]);
  expect(registerIntegration).toMatchObject(input);
});
