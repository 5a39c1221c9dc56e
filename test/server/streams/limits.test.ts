import { expect, test } from 'vitest';
import { openGreeted, openSocket, refusalOf, socketUrl } from '../../clients/clients.js';
import { startHarness } from '../../support/harness.js';

const SLOW_INIT = { initTimeoutMs: 60_000 };

test('WebSockets before their connection_init do not use up the connections of others with the same address', async () => {
  const streams = { ...SLOW_INIT, maxConnectionsPerCaller: 2, maxGreetingsPerAddress: 3 };
  await using harness = await startHarness({ streams });
  await using _first = await openSocket(harness.url);
  await using _second = await openSocket(harness.url);
  await using greeted = await openGreeted(harness.url);
  await using _other = await openGreeted(harness.url);
  // Both limits are reached now, each on its own.
  await using third = await openSocket(harness.url);
  expect(await refusalOf(socketUrl(harness.url), {})).toBe(429);
  third.send({ type: 'connection_init' });
  expect(await third.closed()).toBe(1013);
  greeted.socket.close();
  await greeted.closed();
  await expect
    .poll(async () => {
      const bare = await openGreeted(harness.url).catch(() => undefined);
      await bare?.[Symbol.asyncDispose]();
      return bare !== undefined;
    })
    .toBe(true);
});

test('WebSockets without a connection_init are at most half of all connections, and are closed in time', async () => {
  const streams = { initTimeoutMs: 500, maxConnections: 6, maxGreetingsPerAddress: 100 };
  await using harness = await startHarness({ streams });
  const silent = await Promise.all([1, 2, 3].map(() => openSocket(harness.url)));
  expect(await refusalOf(socketUrl(harness.url), {})).toBe(429);
  expect(await Promise.all(silent.map((bare) => bare.closed()))).toEqual([4408, 4408, 4408]);
  await using _greeted = await openGreeted(harness.url);
});
