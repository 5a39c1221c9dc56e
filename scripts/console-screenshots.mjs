/**
 * Writes the pictures of docs/console.md: the pages of the console with the sample company, in Chromium (CHROMIUM_PATH, or
 * `chromium` on the PATH). Needs `npm run build && npm run build:examples`.
 *
 *     node scripts/console-screenshots.mjs
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const run = promisify(execFile);

const BAD_LINES = [
  '{"objectId":"a-17","modifiedDate":"yesterday","name":"Nordhavn Logistics","domains":["nordhavn.example"]}',
  '{"objectId":"a-18","name":"Café Zoë Roasters","domains":["zoe.example"]}',
  '{"objectId":"a-19","modifiedDate":"2026-03-01T12:00:00Z","name":"Lumen","domains":"lumen.example"}',
];
const GOOD_LINE = (number) =>
  `{"objectId":"a-${number}","modifiedDate":"2026-03-01T12:00:00Z","name":"Account ${number}","domains":["a${number}.example"]}`;
const FILE = {
  name: 'accounts.ldjson',
  mimeType: 'application/x-ndjson',
  buffer: Buffer.from(
    [...Array.from({ length: 16 }, (_, index) => GOOD_LINE(index)), ...BAD_LINES, ''].join('\n'),
  ),
};

/** What is in sight on each page before its picture is taken. */
const PICTURES = [
  ['now', '', (page) => page.getByText('Acme CRM').waitFor()],
  [
    'request',
    'requests',
    async (page) => {
      await page.locator('tbody button').first().click();
      await page.getByRole('dialog').getByText('a-17').waitFor();
    },
  ],
  [
    'load',
    'load',
    async (page) => {
      await page.locator('input[type=file]').setInputFiles(FILE);
      await page.getByRole('button', { name: 'Check only' }).click();
      await page.getByText('3 errors in 19 objects').waitFor();
    },
  ],
  [
    'schema',
    'schema',
    async (page) => {
      await page.locator('td button').first().click();
      await page.getByRole('button', { name: 'Plan to delete it' }).click();
      await page.getByLabel('Type the field’s name to go on').waitFor();
    },
  ],
  [
    'look-up',
    'look-up',
    async (page) => {
      await page.getByLabel('ID in the CRM').fill('8630218');
      await page.keyboard.press('Enter');
      await page.getByText('Café Zoë Roasters').waitFor();
    },
  ],
];

const dataDir = await mkdtemp(join(tmpdir(), 'console-screenshots-'));
const gateway = spawn(process.execPath, [inRoot('dist/main.js')], {
  env: { ...process.env, PORT: '0', EMULATOR_PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await new Promise((resolve) => {
    createInterface(gateway.stdout).on('line', (line) => {
      const greeting = JSON.parse(line);
      if (greeting.url !== undefined) resolve(greeting.url);
    });
  });
  await run(process.execPath, [inRoot('dist/examples/demo.js')], {
    env: { ...process.env, GATEWAY_URL: url },
  });
  await fetch(`${url}/upload/ACCOUNT?validation=OFF`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: FILE.buffer,
  });
  await takePictures(url);
} finally {
  gateway.kill('SIGTERM');
  await new Promise((resolve) => gateway.once('close', resolve));
  await rm(dataDir, { recursive: true });
}

async function takePictures(url) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  for (const [suffix, width, height, colorScheme] of [
    ['', 1280, 800, 'light'],
    ['-narrow', 360, 720, 'dark'],
  ]) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      timezoneId: 'Europe/London',
    });
    // Two are enough to show how a narrow page looks.
    for (const [name, path, prepare] of width < 500 ? [PICTURES[0], PICTURES[2]] : PICTURES) {
      const page = await context.newPage();
      await page.goto(`${url}/console/${path}`);
      await prepare(page);
      await page.screenshot({ path: inRoot(`docs/console-${name}${suffix}.png`) });
      await page.close();
    }
  }
  await browser.close();
}
