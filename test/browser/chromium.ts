import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The browser of this machine: `CHROMIUM_PATH`, or one of the usual names on the PATH. */
export const chromiumPath: string | undefined =
  process.env.CHROMIUM_PATH ||
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));

export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) {
    throw new Error(`needed Chromium in CHROMIUM_PATH or on the PATH as ${NAMES.join(', ')}, got none`);
  }
  return chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Cuts a page off from the internet; gives the list of addresses that it would have asked. */
export async function keepLocal(page: Page): Promise<readonly string[]> {
  const refused: string[] = [];
  await page.route('**/*', (route) => {
    const { protocol, hostname, href } = new URL(route.request().url());
    if (hostname === '127.0.0.1' || protocol === 'data:' || protocol === 'blob:') return route.continue();
    refused.push(href);
    return route.abort();
  });
  return refused;
}
