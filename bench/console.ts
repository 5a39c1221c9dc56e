import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';
import { launchChromium } from '../test/browser/chromium.js';
import { startCommand } from '../test/start/program.js';

/**
 * What the console costs, in Chromium: the bytes of its first load against the limit of 200 kB; the time of the page's main
 * thread for what people do with 1,000 errors of 100,000 lines, as a part of that of the first load; and the gateway's
 * processor time for all files of a first load, as a multiple of that for `/health`. Needs `npm run build`, and runs in the
 * folder of the package:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/console.js
 */

const LIMIT_BYTES = 200_000;
const LOADS = 300;
const LINES = 100_000;

await using gateway = startCommand(process.execPath, ['dist/main.js'], {
  PORT: '0',
  EMULATOR_PORT: '0',
  LOG_LEVEL: 'warn',
});
const url = /http:\/\/[\d.:]+/.exec(await gateway.plainLine)?.[0] ?? '';
const post = (path: string, type: string, body: string) =>
  fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body });
const registration =
  'mutation { registerIntegration(input: {name: "Acme", ownerEmail: "a@acme.com"}) { id } }';
await post('/graphql', 'application/json', JSON.stringify({ query: registration }));

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const cdp = await page.context().newCDPSession(page);
await cdp.send('Performance.enable');
await cdp.send('Network.enable');
let received = 0;
const paths: string[] = [];
cdp.on('Network.responseReceived', ({ response }) => {
  if (/\/console\/(assets\/.*)?$/.test(response.url)) paths.push(new URL(response.url).pathname);
});
cdp.on('Network.loadingFinished', ({ encodedDataLength }) => {
  received += encodedDataLength;
});

const firstLoadMs = await mainThreadMs(cdp, async () => {
  await page.goto(`${url}/console/`);
  await page.getByText('Gong accepts them').waitFor();
});
const bytes = received;
console.log(`first load: ${bytes} bytes with headers, ${percent(bytes / LIMIT_BYTES)} of ${LIMIT_BYTES}`);
console.log(`first load: ${firstLoadMs.toFixed(0)} ms of the main thread, the unit of what follows`);

await openProblems(page);
await report(
  'a letter in the search of 1,000 errors',
  () => page.keyboard.press('1'),
  async () => {
    await page.getByLabel('Search').focus();
  },
);
await report(
  'sorting 1,000 errors',
  () => page.getByRole('button', { name: 'Reason' }).click(),
  async () => {
    await page.getByLabel('Search').fill('');
  },
);
await report(
  'a screen further in 1,000 errors',
  () => page.keyboard.press('PageDown'),
  async () => {
    await page.getByRole('region', { name: 'Problems, scrollable' }).focus();
  },
);
await browser.close();

const ofHealth = await gatewayMs(['/health']);
const ofFiles = await gatewayMs(paths);
console.log(
  `the gateway’s processor time for a first load: ${(ofFiles / ofHealth).toFixed(1)} × that for /health (${paths.length} files)`,
);

async function openProblems(opened: Page): Promise<void> {
  const lines = Array.from({ length: LINES }, (_, index) =>
    index % 100 === 0
      ? `{"objectId":"bad-${index}"}`
      : `{"objectId":"a${index}","modifiedDate":"2024-03-01T12:00:00Z","name":"A","domains":[]}`,
  );
  await opened.getByRole('link', { name: 'Load a file' }).click();
  await opened.locator('input[type=file]').setInputFiles({
    ...{ name: 'accounts.ldjson', mimeType: 'application/x-ndjson' },
    buffer: Buffer.from(`${lines.join('\n')}\n`),
  });
  const checkMs = await mainThreadMs(cdp, async () => {
    await opened.getByRole('button', { name: 'Check only' }).click();
    await opened.getByText('1,000 errors in 100,000 objects').waitFor({ timeout: 120_000 });
  });
  console.log(`checking ${LINES} lines: ${(checkMs / firstLoadMs).toFixed(2)} first loads in the page`);
}

/** The median of five. */
async function report(what: string, act: () => Promise<void>, prepare: () => Promise<void>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await prepare();
    times.push(await mainThreadMs(cdp, act));
  }
  times.sort((left, right) => left - right);
  console.log(`${what}: ${((times[2] ?? 0) / firstLoadMs).toFixed(2)} first loads`);
}

/** Time in tasks of the page's main thread, until two frames after `act`. */
async function mainThreadMs(session: CDPSession, act: () => Promise<unknown>): Promise<number> {
  const before = await taskMs(session);
  await act();
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  return (await taskMs(session)) - before;
}

async function taskMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000;
}

/** Processor time of the gateway for these paths, one after the other, as browsers ask for them. */
async function gatewayMs(wanted: readonly string[]): Promise<number> {
  const headers = { 'accept-encoding': 'gzip, deflate, br' };
  const before = processorMs();
  for (let load = 0; load < LOADS; load += 1) {
    for (const path of wanted) await (await fetch(url + path, { headers })).arrayBuffer();
  }
  return processorMs() - before;
}

/** In clock ticks of 10 ms: fields 14 and 15 of /proc/<pid>/stat. */
function processorMs(): number {
  const fields = readFileSync(`/proc/${gateway.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)}%`;
}
