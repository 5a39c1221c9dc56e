import { describe, expect, test } from 'vitest';
import { IntegrationsDocument, RegisterIntegrationDocument } from '../../client/src/generated/graphql.js';
import { makeApiKey } from '../../src/auth/api-keys.js';
import { startEmulator } from '../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../src/emulator/settings.js';
import { startIssuer } from '../auth/issuer.js';
import { startGatewayProgram, urlIn } from '../start/program.js';
import { startHarness } from '../support/harness.js';
import { KEY } from '../tenants/passing.js';
import { startWithCrm } from '../writes/files/support.js';
import { findings, openConsole, PATIENCE, skip, tabTo, why } from './support.js';

const SCRIPT = '<script>document.title = "broken"</script>';

describe(`the console${why}`, { timeout: 90_000 }, () => {
  test.skipIf(skip)('shows what is there now, and each change without a reload', async () => {
    await using gateway = await startWithCrm({ gong: { callsPerSecond: 3, callsPerDay: 1_000 } });
    await using opened = await openConsole(gateway.url);
    const { page } = opened;
    await page.getByText('Acme CRM').waitFor();
    await page.getByText('Gong accepts them').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const reads = page.getByRole('row', { name: /^Reads/ }).getByRole('cell');
    const before = Number(await reads.textContent());
    await gateway.execute(IntegrationsDocument, {});
    await gateway.query('{ account(id: "a1") { id } }');
    await expect.poll(async () => Number(await reads.textContent()), PATIENCE).toBeGreaterThan(before);
  });

  test.skipIf(skip).each([
    [1280, 'light'],
    [360, 'dark'],
  ] as const)('has no serious findings at %d px, %s, on any page', async (width, colorScheme) => {
    await using gateway = await startWithCrm();
    await using opened = await openConsole(gateway.url, { width, colorScheme });
    const { page } = opened;
    for (const [title, settled] of [
      ['Now', 'Gong accepts them'],
      ['Requests', 'Done'],
      ['Load a file', 'Drop a file here'],
      ['Schema', 'objectId'],
      ['Look up', 'ID in the CRM'],
    ] as const) {
      await page.getByRole('link', { name: title, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.getByText(settled).locator('visible=true').first().waitFor();
      expect(await page.title()).toBe(`${title} · CRM gateway`);
      expect(await findings(page), title).toEqual([]);
    }
  });

  test.skipIf(skip)('asks for a key, with the keyboard alone, and forgets it with the tab', async () => {
    const { key, kept } = makeApiKey('ops', ['api:crm:integrations:read', 'requests:read']);
    await using gateway = await startHarness({ gateway: { auth: { mode: 'api-key', keys: [kept] } } });
    await using opened = await openConsole(gateway.url, { path: '/requests' });
    const { page, context } = opened;
    await page.getByLabel('API key').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.type('not-the-key');
    await page.keyboard.press('Enter');
    await page.getByText('The gateway does not know these credentials.').waitFor();
    await page.getByLabel('API key').fill(key);
    await page.keyboard.press('Enter');
    // Where the person wanted to go.
    await page.getByText('Nothing was sent to Gong yet').waitFor();
    expect(await page.evaluate<number>('localStorage.length')).toBe(0);
    expect(await context.cookies()).toEqual([]);
    await page.reload();
    await page.getByText('Nothing was sent to Gong yet').waitFor();
    const another = await context.newPage();
    await another.goto(`${gateway.url}/console/`);
    await another.getByLabel('API key').waitFor();
    // A scope is missing: the page says so.
    await page.getByRole('link', { name: 'Schema', exact: true }).click();
    await page.getByText('You may not see or do this').waitFor();
    await tabTo(page, 'Sign out');
    await page.keyboard.press('Enter');
    await page.getByLabel('API key').waitFor();
    expect(await page.evaluate<number>('sessionStorage.length')).toBe(0);
  });

  test.skipIf(skip)('takes Gong’s access key and its secret where callers bring their own', async () => {
    await using gateway = await startHarness({ passthrough: {} });
    await gateway.as({ authorization: KEY }).execute(RegisterIntegrationDocument, {
      input: { name: 'Acme CRM', ownerEmail: 'owner@acme.com' },
    });
    await using opened = await openConsole(gateway.url);
    const { page } = opened;
    await page.getByLabel('Gong access key', { exact: true }).fill('emulator');
    await page.getByLabel('Gong access key secret').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The gateway does not know these credentials.').waitFor();
    await page.getByLabel('Gong access key secret').fill('emulator');
    await page.keyboard.press('Enter');
    await page.getByText('Acme CRM').waitFor();
  });

  test.skipIf(skip)('asks for another token when one ends, and stays where it was', async () => {
    await using issuer = await startIssuer();
    await using gateway = await startHarness({ gateway: { auth: issuer.settings } });
    const scope = 'requests:read api:crm:integrations:read';
    const seconds = Math.floor(Date.now() / 1_000);
    await using opened = await openConsole(gateway.url, { path: '/requests' });
    const { page } = opened;
    await page.getByLabel('Token').fill(await issuer.token({ scope, exp: seconds + 8 }));
    await page.keyboard.press('Enter');
    await page.getByText('Nothing was sent to Gong yet').waitFor();
    await page.getByText('The gateway no longer accepts these credentials').waitFor();
    await page.getByLabel('Token').fill(await issuer.token({ scope }));
    await page.keyboard.press('Enter');
    await page.getByText('Nothing was sent to Gong yet').waitFor();
  });

  test.skipIf(skip)('goes on when the gateway has restarted under it', async () => {
    const emulator = { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, callsPerDay: 0 };
    await using gong = await startEmulator(emulator);
    await using before = startGatewayProgram(gong.url);
    const url = urlIn(await before.plainLine, '/graphql');
    await using opened = await openConsole(url);
    const { page } = opened;
    await page.getByText('Live', { exact: true }).waitFor();
    before.kill('SIGTERM');
    await page.getByText('Connection lost. Trying again…').waitFor();
    // What was known stays in sight.
    expect(await page.getByText('Gong accepts them').count()).toBe(1);
    await before.ended;
    await using after = startGatewayProgram(gong.url, { PORT: new URL(url).port });
    await after.plainLine;
    await page.getByText('Live', { exact: true }).waitFor();
  });

  test.skipIf(skip)('says when the browser is offline, and is live again afterwards', async () => {
    await using gateway = await startWithCrm();
    await using opened = await openConsole(gateway.url, { path: '/requests' });
    const { page, context } = opened;
    await page.getByText('Live', { exact: true }).waitFor();
    await context.setOffline(true);
    await page.getByRole('link', { name: 'Schema', exact: true }).click();
    await page.getByText('The gateway cannot be reached').waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('objectId').first().waitFor();
  });

  test.skipIf(skip)('leaves the way to other pages where one breaks', async () => {
    await using gateway = await startWithCrm();
    await using opened = await openConsole(gateway.url, { path: '/look-up' });
    const { page } = opened;
    await page.route('**/graphql/stream', (route) =>
      route.fulfill({
        contentType: 'text/event-stream',
        body: 'event: next\ndata: {"data":{"gatewayChanged":{"checks":null}}}\n\n',
      }),
    );
    await page.getByRole('link', { name: 'Now', exact: true }).click();
    await page.getByText('This did not work').waitFor();
    await page.getByRole('link', { name: 'Schema', exact: true }).click();
    await page.getByText('objectId').first().waitFor();
  });

  test.skipIf(skip)('shows hostile names as text', async () => {
    await using gateway = await startHarness();
    const name = `${SCRIPT}\u202E${'x'.repeat(900)}`;
    await gateway.execute(RegisterIntegrationDocument, { input: { name, ownerEmail: 'owner@acme.com' } });
    await using opened = await openConsole(gateway.url, { width: 360 });
    const { page } = opened;
    await page.getByText(SCRIPT).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: /^Show all/ }).click();
    await page.getByText(name).waitFor();
    expect(await findings(page)).toEqual([]);
    expect(await page.title()).toBe('Now · CRM gateway');
  });
});
