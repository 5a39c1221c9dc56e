import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PushSchemaDocument, SchemaFieldsDocument } from '../../client/src/generated/graphql.js';
import { account, deal, loadAccounts, loadDeals, registerAcme } from '../support/acme.js';
import { follow } from '../support/follow.js';
import { type Harness, startHarness } from '../support/harness.js';
import { line, startWithCrm } from '../writes/files/support.js';
import { REFUSAL, startRefusing } from '../writes/queue/refusing.js';
import { queueChanges, settledTicket } from '../writes/queue/support.js';
import { findings, openConsole, PATIENCE, skip, tabTo, textOf, why } from './support.js';

const BAD = '{"objectId":"bad-1","name":"=HYPERLINK(1)"}';

const ldjson = (name: string, ...lines: readonly string[]) => ({
  name,
  mimeType: 'application/x-ndjson',
  buffer: Buffer.from(`${lines.join('\n')}\n`),
});

/** Sends a file to Gong unchecked. */
async function sendUnchecked(gateway: Harness, clientRequestId: string, ...lines: string[]): Promise<void> {
  const query = `validation=OFF&clientRequestId=${clientRequestId}`;
  const response = await fetch(`${gateway.url}/upload/ACCOUNT?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  });
  expect(response.status).toBe(202);
  await follow(gateway, clientRequestId);
}

describe(`the console${why}`, { timeout: 90_000 }, () => {
  test.skipIf(skip)(
    'shows a request as it is sent, and with the keyboard alone what Gong refused',
    async () => {
      await using gateway = await startWithCrm();
      await using opened = await openConsole(gateway.url, { path: '/requests' });
      const { page } = opened;
      await page.getByText('Live', { exact: true }).waitFor();
      await sendUnchecked(gateway, 'refused-file', line('a1'), BAD);
      const row = page.getByRole('row', { name: /Failed/ });
      await row.waitFor();
      await row.getByRole('button').focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Request' });
      await dialog.getByText('bad-1').waitFor();
      await dialog.getByText('modifiedDate').waitFor();
      expect(await findings(page)).toEqual([]);
      const downloading = page.waitForEvent('download');
      await dialog.getByLabel(/refused lines/).setInputFiles(ldjson('accounts.ldjson', line('a1'), BAD));
      expect(await textOf(await downloading)).toBe(`${BAD}\n`);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      // The focus is back where it was.
      await expect
        .poll(() => page.evaluate('document.activeElement?.closest("tr") !== null'), PATIENCE)
        .toBe(true);
      await page.getByLabel('State').selectOption('DONE');
      await row.waitFor({ state: 'hidden' });
    },
  );

  test.skipIf(skip)('sends dead letters again, and gives them away as LDJSON', async () => {
    await using refusing = await startRefusing();
    const { harness, refused } = refusing;
    await registerAcme(harness);
    refused.add('a2');
    await settledTicket(harness, await queueChanges(harness, { account: account('a2') }));
    await using opened = await openConsole(harness.url, { path: '/requests', width: 360 });
    const { page } = opened;
    await page.getByRole('tab', { name: 'Dead letters' }).click();
    await page.getByText(REFUSAL).waitFor();
    expect(await findings(page)).toEqual([]);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as LDJSON' }).click();
    expect(JSON.parse(await textOf(await downloading))).toMatchObject({ objectId: 'a2' });
    refused.clear();
    await page.getByRole('button', { name: 'Send 1 object again' }).click();
    await page.getByText('1 stored').waitFor();
    await page.getByText('There are no dead letters').waitFor();
  });

  test.skipIf(skip)('checks a file, shows what is wrong, and sends the rest to its end', async () => {
    await using gateway = await startWithCrm();
    await using opened = await openConsole(gateway.url, { path: '/load', width: 360 });
    const { page } = opened;
    const choosing = page.waitForEvent('filechooser');
    await tabTo(page, 'Drop a file here');
    await page.keyboard.press('Enter');
    const plain = ldjson('accounts.ldjson', line('a1'), BAD, line('a2'));
    await (await choosing).setFiles({ ...plain, name: 'accounts.ldjson.gz', buffer: gzipSync(plain.buffer) });
    await page.getByText('Guessed from its name').waitFor();
    await tabTo(page, 'Check only');
    await page.keyboard.press('Enter');
    await page.getByText('1 error in 3 objects').waitFor();
    expect(gateway.callsOf('uploadObjects')).toHaveLength(0);
    expect(await findings(page)).toEqual([]);

    let downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download as CSV' }).click();
    expect(await textOf(await downloading)).toMatch(
      /^"line",.*\r\n2,"bad-1","modifiedDate","MISSING_FIELD",/,
    );
    downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the refused lines' }).click();
    expect(await textOf(await downloading)).toBe(`${BAD}\n`);
    await page.getByLabel('Search').fill('nothing like it');
    await page.getByText('No problem fits').waitFor();

    await page.getByRole('button', { name: 'Leave them out and send 2 objects' }).click();
    await page.getByText('Done: Gong has stored 2 objects.').waitFor();
  });

  test.skipIf(skip)(
    'takes a file that is dropped, guesses its type by its first line, and says if it is empty',
    async () => {
      await using gateway = await startWithCrm();
      await using opened = await openConsole(gateway.url, { path: '/load' });
      const { page, context } = opened;
      const folder = await mkdtemp(join(tmpdir(), 'console-test-'));
      await writeFile(join(folder, 'export.ldjson'), `${line('a1')}\n`);
      const { x, y } = (await page.locator('.drop-zone').boundingBox()) ?? { x: 0, y: 0 };
      const devTools = await context.newCDPSession(page);
      const data = { items: [], files: [join(folder, 'export.ldjson')], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await devTools.send('Input.dispatchDragEvent', { type, x: x + 20, y: y + 20, data });
      }
      await page.getByText('Guessed from its content').waitFor();
      expect(await page.getByLabel('Type of its objects').inputValue()).toBe('ACCOUNT');
      await rm(folder, { recursive: true });
      await page.locator('input[type=file]').setInputFiles(ldjson('accounts.ldjson', ''));
      await page.getByText('accounts.ldjson').waitFor();
      await page.getByRole('button', { name: 'Check only' }).click();
      await page.getByText('There is no object in this file.').waitFor();
    },
  );

  test.skipIf(skip)('keeps a file of 100,000 lines with 1,000 errors smooth', async () => {
    await using gateway = await startWithCrm();
    await using opened = await openConsole(gateway.url, { path: '/load' });
    const { page } = opened;
    const lines = Array.from({ length: 100_000 }, (_, index) =>
      index % 100 === 99 ? `{"objectId":"bad-${index + 1}"}` : line(`a${index + 1}`),
    );
    await page.locator('input[type=file]').setInputFiles(ldjson('accounts.ldjson', ...lines));
    await page.getByRole('button', { name: 'Check only' }).click();
    await page.getByText('1,000 errors in 100,000 objects').waitFor({ timeout: 60_000 });
    const table = page.getByRole('region', { name: 'Problems, scrollable' });
    const rows = table.locator('tbody tr');
    expect(await rows.count()).toBeLessThan(60);
    await table.focus();
    await page.keyboard.press('End');
    await table.getByText('bad-100000').waitFor();
    expect(await rows.count()).toBeLessThan(60);
    await table.getByRole('button', { name: 'Line' }).click();
    await expect.poll(() => rows.first().textContent(), PATIENCE).toContain('bad-100000');
    await page.getByLabel('Search').fill('bad-99900');
    await page.getByText('1 problem shown').waitFor();
  });

  test.skipIf(skip)('adds a field after showing the plan, and deletes it only by its name', async () => {
    await using gateway = await startWithCrm();
    await using opened = await openConsole(gateway.url, { path: '/schema' });
    const { page } = opened;
    const customFields = async () => {
      const { schemaFields } = await gateway.execute(SchemaFieldsDocument, { objectType: 'ACCOUNT' });
      return schemaFields
        .flatMap(({ fields }) => fields)
        .flatMap((field) => (field?.isCustom ? [field.uniqueName] : []));
    };
    await page.getByRole('button', { name: 'Add a field' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name in objects').fill('region');
    await dialog.getByLabel('Label').fill('Region');
    await dialog.getByLabel('Type').selectOption('PICKLIST');
    await dialog.getByLabel('Values').fill('North\nSouth');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.getByText('Added').waitFor();
    expect(await customFields()).toEqual([]);
    expect(await findings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Push it to Gong' }).click();
    await dialog.getByText('Done: Gong has the change.').waitFor();
    expect(await customFields()).toEqual(['region']);

    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Change region' }).click();
    await dialog.getByRole('button', { name: 'Plan to delete it' }).click();
    const push = dialog.getByRole('button', { name: 'Push it and delete the values' });
    await push.waitFor();
    expect(await push.isDisabled()).toBe(true);
    await dialog.getByLabel('Type the field’s name to go on').fill('regio');
    expect(await push.isDisabled()).toBe(true);
    expect(await customFields()).toEqual(['region']);
    await dialog.getByLabel('Type the field’s name to go on').fill('region');
    await push.click();
    await dialog.getByText('Done: Gong has the change.').waitFor();
    expect(await customFields()).toEqual([]);
  });

  test.skipIf(skip)(
    'finds an object with what it refers to, and shows foreign labels and values as text',
    async () => {
      await using gateway = await startHarness();
      await registerAcme(gateway);
      const label = '<img src=x onerror=alert(1)>';
      await gateway.execute(PushSchemaDocument, {
        input: { objectType: 'DEAL', fields: [{ uniqueName: 'note', label, type: 'STRING' }] },
      });
      await loadAccounts(gateway, [account('a1')]);
      const note = `\u202E${'long '.repeat(2_000)}end`;
      await loadDeals(gateway, [deal('d1', 'a1', { customFields: { note } })]);
      await using opened = await openConsole(gateway.url, { path: '/look-up', width: 360 });
      const { page } = opened;
      await page.getByLabel('ID in the CRM').fill('d1');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Deal Deal d1' }).waitFor();
      await page.getByText(label).waitFor();
      await page.getByRole('button', { name: /^Show all 10,0/ }).click();
      expect(await findings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Account a1' }).click();
      await page.getByRole('heading', { name: 'Account Account a1' }).waitFor();
    },
  );

  test.skipIf(skip)('says why Gong does not show an object, as far as it is known', async () => {
    await using gateway = await startWithCrm();
    await sendUnchecked(gateway, 'refused-file', line('a1'), BAD);
    await using opened = await openConsole(gateway.url, { path: '/look-up' });
    const { page } = opened;
    await page.getByLabel('Type').selectOption('ACCOUNT');
    await page.getByLabel('ID in the CRM').fill('bad-1');
    await page.keyboard.press('Enter');
    await page.getByText('Gong does not show account').waitFor();
    await page.getByText('refused-file').waitFor();
    await page.getByText(/modifiedDate/).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('ID in the CRM').fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByText('No request that the gateway remembers.').waitFor();
  });
});
