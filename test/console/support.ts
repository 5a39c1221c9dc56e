import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Download, Page } from 'playwright-core';
import { expect } from 'vitest';
import { chromiumPath, keepLocal, launchChromium } from '../browser/chromium.js';

/** Where CI runs, a missing browser is a failure; elsewhere the names of the tests say why they did not run. */
export const skip = chromiumPath === undefined && process.env.CI !== 'true';
export const why = skip ? ' (skipped: no Chromium in CHROMIUM_PATH or on the PATH)' : '';

/** A browser on a busy machine takes its time. */
export const PATIENCE = { timeout: 20_000 };

export interface ConsoleOptions {
  /** Below `/console`. */
  readonly path?: string;
  /** In pixels. */
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** The console in a browser without the internet. In the end nothing may have been refused, or have failed in the page. */
export async function openConsole(
  url: string,
  { path = '/', width = 1280, colorScheme }: ConsoleOptions = {},
) {
  const browser = await launchChromium();
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    acceptDownloads: true,
    ...(colorScheme === undefined ? {} : { colorScheme }),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE.timeout);
  const refused = await keepLocal(page);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted Type/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${url}/console${path}`);
  return {
    page,
    context,
    async [Symbol.asyncDispose]() {
      await browser.close();
      expect(refused).toEqual([]);
      expect(complaints).toEqual([]);
    },
  };
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds serious or critical in the page, and whether the page is wider than its window. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const found = serious.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  const tooWide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  return tooWide > 0 ? [...found, `the page is ${tooWide} px too wide`] : found;
}

/** Presses Tab until what has the focus has this name. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const text = await page.evaluate<string>(
      `(() => { const e = document.activeElement; return (e?.labels?.[0] ?? e)?.textContent?.trim() ?? ''; })()`,
    );
    if (text.startsWith(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`needed something called ${name} in the order of the keyboard, found none`);
}

export async function textOf(download: Download): Promise<string> {
  return readFile(await download.path(), 'utf8');
}
