import { describe, expect, test } from 'vitest';
import { createRedisBackend } from '../../src/requests/redis-backend.js';
import { connect, redisMissing, startRedis, until } from '../support/redis.js';
import { all, FakeGong, INTEGRATION, next, startWatcher, status } from './fake-gong.js';

const AN_HOUR = 3_600_000;

describe('someone who follows a request and is not in a hurry', () => {
  test('waits for polls of the least priority, in turns of the gateway’s own', async () => {
    const gong = new FakeGong();
    gong.answer = () => status(gong.polls.length < 3 ? 'PENDING' : 'DONE');
    await using watcher = startWatcher(gong);
    expect(await all(watcher.follow(INTEGRATION, 'up-1', 5))).toEqual(['PENDING', 'DONE']);
    expect(gong.polls.map(({ priority, sharers }) => [priority, sharers?.all()])).toEqual(
      Array(3).fill(['poll', [{ caller: undefined, priority: 'poll' }]]),
    );
  });

  test('causes no more polls than one in the interval, until someone else watches', async () => {
    const gong = new FakeGong();
    await using watcher = startWatcher(gong);
    const follower = watcher.follow(INTEGRATION, 'up-1', AN_HOUR);
    expect(await next(follower)).toBe('PENDING');
    expect(gong.polls).toHaveLength(1);
    const more = gong.morePolls(3);
    const watch = watcher.watch(INTEGRATION, ['up-1'], 'a');
    await more;
    gong.answer = () => status('DONE');
    expect(await all(watch)).toEqual(['PENDING', 'DONE']);
    expect(await all(follower)).toEqual(['DONE']);
  });

  test.skipIf(redisMissing() !== undefined)(
    'does not slow down a subscriber on another replica',
    async () => {
      await using server = await startRedis();
      await using here = connect(server.url);
      await using there = connect(server.url);
      await until('connections', () => here.redis.status === 'ready' && there.redis.status === 'ready');
      const gong = new FakeGong();
      await using patient = startWatcher(gong, createRedisBackend({ redis: here.redis, leaseMs: 300 }));
      await using hasty = startWatcher(gong, createRedisBackend({ redis: there.redis, leaseMs: 300 }));
      const follower = patient.follow(INTEGRATION, 'up-1', AN_HOUR);
      expect(await next(follower)).toBe('PENDING');
      const watch = hasty.watch(INTEGRATION, ['up-1']);
      expect(await next(watch)).toBe('PENDING');
      await gong.morePolls(1);
      gong.answer = () => status('DONE');
      expect(await all(watch)).toEqual(['DONE']);
    },
  );
});
