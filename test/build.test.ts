import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startHarness } from './support/harness.js';
import { parseMetrics } from './telemetry/metrics-text.js';

const at = (path: string) => new URL(`../${path}`, import.meta.url);
const readJson = (path: string) => JSON.parse(readFileSync(at(path), 'utf8'));

test('/health and /metrics tell the version and the revision of the build', async () => {
  const { version } = readJson('package.json');
  const { revision } = readJson('dist/build-info.json');
  await using harness = await startHarness();
  expect(await (await fetch(`${harness.url}/health`)).json()).toEqual({
    status: 'ok',
    upstream: 'emulator',
    version,
    revision,
  });
  const samples = parseMetrics(await (await fetch(`${harness.url}/metrics`)).text());
  expect(samples.filter(({ name }) => name === 'gateway_build_info')).toEqual([
    { name: 'gateway_build_info', labels: { version, revision }, value: 1 },
  ]);
});

test('the build knows its revision from the repository, or from REVISION where there is none', () => {
  expect(readJson('dist/build-info.json').revision).toMatch(/^[0-9a-f]{40}(-dirty)?$|^unknown$/);
  const path = join(tmpdir(), `build-info-${process.pid}.json`);
  const written = (variables: Record<string, string>) => {
    const env = { PATH: process.env.PATH, ...variables };
    execFileSync(process.execPath, ['scripts/build-info.mjs', path], { cwd: at('.'), env });
    return JSON.parse(readFileSync(path, 'utf8'));
  };
  expect(written({ REVISION: 'abc1234' })).toEqual({ revision: 'abc1234' });
  expect(written({ GIT_DIR: '/nowhere' })).toEqual({ revision: 'unknown' });
  rmSync(path);
});
