import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, `${Math.random()}`);
  await writeFile(path, text);
  return path;
}

const GONG = { GONG_BASE_URL: 'https://us-12345.api.gong.io' };

test('a secret can come from a file, without its final line break', async () => {
  for (const end of ['', '\n', '\r\n']) {
    const environment = { ...GONG, GONG_BEARER_TOKEN_FILE: await file(`canary-token${end}`) };
    expect(readConfig(environment).gong?.credentials).toEqual({ kind: 'bearer', token: 'canary-token' });
  }
});

test.each([
  [
    'both are set',
    async () => ({ GONG_BEARER_TOKEN: 'canary-token', GONG_BEARER_TOKEN_FILE: await file('canary-token') }),
  ],
  ['the file is missing', async () => ({ GONG_BEARER_TOKEN_FILE: join(folder, 'nothing') })],
  ['the file is a folder', async () => ({ GONG_BEARER_TOKEN_FILE: folder })],
  ['the file holds two lines', async () => ({ GONG_BEARER_TOKEN_FILE: await file('canary-token\n\n') })],
])('%s: the start is refused, and nothing of the secret is shown', async (_what, environment) => {
  const settings = { ...GONG, ...(await environment()) };
  expect(() => readConfig(settings)).toThrow(/GONG_BEARER_TOKEN(_FILE)?: needed/);
  expect(() => readConfig(settings)).not.toThrow('canary');
});
