import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { RegisterIntegrationDocument } from '../../client/src/generated/graphql.js';
import { beginUpload } from '../clients/clients.js';
import { startHarness } from '../support/harness.js';
import { KEY } from '../tenants/passing.js';
import { registerCrm } from '../writes/files/support.js';
import { chromiumPath, keepLocal, launchChromium } from './chromium.js';

/** Where CI runs, a missing browser is a failure; elsewhere the names of the tests say why they did not run. */
const skip = chromiumPath === undefined && process.env.CI !== 'true';
const why = skip ? ' (skipped: no Chromium in CHROMIUM_PATH or on the PATH)' : '';

/** An open GraphiQL, with what it asked of the internet and what it complained of. */
async function openGraphiql(url: string) {
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const refused = await keepLocal(page);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${url}/graphiql`);
  await page.locator('.graphiql-query-editor').waitFor();
  return { page, refused, complaints, [Symbol.asyncDispose]: () => browser.close() };
}

/** The result pane's text; the editor in it writes no-break spaces. */
function result(page: Page): Promise<string> {
  return page
    .locator('.result-window')
    .textContent()
    .then((text) => (text ?? '').replaceAll('\u00a0', ' '));
}

/** A browser on a busy machine takes its time. */
const PATIENCE = { timeout: 20_000 };

/** Types a query over what is in the editor and presses the button, once GraphiQL has read the query's name. */
async function run(page: Page, name: string, selection: string, type = 'query'): Promise<void> {
  await page.locator('.graphiql-query-editor').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(`${type} ${name} ${selection}`);
  await page.locator('.graphiql-tab').getByText(name).waitFor();
  await page.getByRole('button', { name: /^Execute query/ }).click();
}

describe(`GraphiQL in Chromium, without the internet${why}`, { timeout: 90_000 }, () => {
  test.skipIf(skip)(
    'runs the query that it opens with, and one that is typed, and shows the results',
    async () => {
      await using gateway = await startHarness();
      const { registerIntegration } = await gateway.execute(RegisterIntegrationDocument, {
        input: { name: 'Acme CRM', ownerEmail: 'owner@acme.com' },
      });
      await using graphiql = await openGraphiql(gateway.url);
      const { page } = graphiql;

      await page.getByRole('button', { name: /^Execute query/ }).click();
      await expect.poll(() => result(page), PATIENCE).toContain('"name": "Acme CRM"');

      await run(page, 'Typed', '{ __typename integrations { id } }');
      await expect.poll(() => result(page), PATIENCE).toContain('"__typename": "Query"');
      // Digit for digit: a browser that took the ID for a number would show another.
      expect(await result(page)).toContain(`"id": "${registerIntegration.id}"`);

      expect(graphiql.refused).toEqual([]);
      expect(graphiql.complaints).toEqual([]);
    },
  );

  test.skipIf(skip)('shows what is wrong with a query', async () => {
    await using gateway = await startHarness();
    await using graphiql = await openGraphiql(gateway.url);
    await run(graphiql.page, 'Wrong', '{ requestStatus(clientRequestId: "two words") { status } }');
    await expect.poll(() => result(graphiql.page), PATIENCE).toContain('"BAD_USER_INPUT"');
  });

  test.skipIf(skip)(
    'sends the credentials in its headers with queries and subscriptions, and does not keep them',
    async () => {
      await using gateway = await startHarness({
        passthrough: {},
        gateway: { explorerHeaders: { Authorization: KEY } },
      });
      const harness = gateway.as({ authorization: KEY });
      await registerCrm(harness);
      await beginUpload(harness, 'up-1');
      await using graphiql = await openGraphiql(gateway.url);
      const { page } = graphiql;
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await expect.poll(() => result(page), PATIENCE).toContain('"name": "Acme CRM"');
      await run(
        page,
        'Watch',
        '{ requestStatusChanged(clientRequestId: "up-1") { status } }',
        'subscription',
      );
      await expect.poll(() => result(page), PATIENCE).toContain('"status": "DONE"');
      expect(await page.evaluate<string>('JSON.stringify({ ...localStorage })')).not.toContain('Basic ');
      expect(graphiql.complaints).toEqual([]);
    },
  );

  test.skipIf(skip)("explains the schema in the schema's own words", async () => {
    await using gateway = await startHarness();
    await using graphiql = await openGraphiql(gateway.url);
    const { page } = graphiql;
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByRole('link', { name: 'Query', exact: true }).click();
    await docs.getByText('One account, or null if Gong does not have it.').waitFor();
    await docs.getByRole('link', { name: 'integrations', exact: true }).click();
    await docs.getByText('one, or none before a CRM is registered').waitFor();
    expect(graphiql.refused).toEqual([]);
  });
});
