import { request } from 'undici';
import { expect, it } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../src/emulator/settings.js';
import { account, loader, start } from './helper.js';

it('refuses to start on a port that is in use', async () => {
  await using emulator = await start();
  const port = Number(new URL(emulator.url).port);
  await expect(startEmulator(DEFAULT_EMULATOR_SETTINGS, { port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

it('closes with connections open and requests under way, and discards everything', async () => {
  const emulator = await start({ processingMs: 60_000 });
  const crm = await loader(emulator);
  expect((await crm.upload('ACCOUNT', [account('a1')])).status).toBe(201);
  await emulator.close();
  await expect(request(`${emulator.url}/v2/crm/integrations`)).rejects.toThrow();
});

it('is a separate company each time', async () => {
  await using first = await start();
  await using second = await start();
  await loader(first);
  expect((await second.call('GET', '/v2/crm/integrations')).body.integrations).toEqual([]);
});

it('handles many requests at a time without a leak warning', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  try {
    await using emulator = await start({ processingMs: 60_000 });
    const crm = await loader(emulator);
    const statuses: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      statuses.push((await crm.upload('ACCOUNT', [account('a1')])).status);
    }
    expect(statuses).toEqual(new Array(12).fill(201));
    expect(warnings.map(({ name }) => name)).not.toContain('MaxListenersExceededWarning');
  } finally {
    process.off('warning', onWarning);
  }
});
