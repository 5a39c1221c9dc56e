import { expect, test } from 'vitest';
import type { RequestStatus } from '../../src/crm/request-status.js';
import { GatewayError } from '../../src/errors.js';
import { all, FakeGong, INTEGRATION, next, startWatcher, status } from './fake-gong.js';

test('a watch yields the current state at once, then each change once, and ends after the final state', async () => {
  const gong = new FakeGong();
  const answers = ['PENDING', 'PENDING', 'IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS', 'DONE'] as const;
  gong.answer = () => status(answers[gong.polls.length - 1] ?? 'DONE');
  await using watcher = startWatcher(gong);
  expect(await all(watcher.watch(INTEGRATION, ['up-1']))).toEqual(['PENDING', 'IN_PROGRESS', 'DONE']);
  expect(gong.polls).toHaveLength(answers.length);
});

test('the first poll has interactive priority, because someone may be waiting for it', async () => {
  const gong = new FakeGong();
  gong.answer = () => status(gong.polls.length < 3 ? 'PENDING' : 'DONE');
  await using watcher = startWatcher(gong);
  await all(watcher.watch(INTEGRATION, ['up-1']));
  expect(gong.polls.map((poll) => poll.priority)).toEqual(['interactive', 'poll', 'poll']);
});

test('of many requests in one subscription, five are first polled at interactive priority, the others at that of polls', async () => {
  const gong = new FakeGong();
  gong.answer = () => status('DONE');
  await using watcher = startWatcher(gong);
  const ids = Array.from({ length: 20 }, (_, index) => `up-${index}`);
  await all(watcher.watch(INTEGRATION, ids, 'a'));
  expect(gong.polls.map((poll) => poll.priority)).toEqual([
    ...Array<string>(5).fill('interactive'),
    ...Array<string>(15).fill('poll'),
  ]);
});

test('a poll waits for the turn of every subscribed caller, also of one who joins while it waits', async () => {
  const gong = new FakeGong();
  let answer = (_status: RequestStatus) => {};
  gong.answer = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  await using watcher = startWatcher(gong);
  const ids = Array.from({ length: 6 }, (_, index) => `other-${index}`);
  const first = gong.morePolls(7);
  const sixth = watcher.watch(INTEGRATION, [...ids.slice(1), 'up-1'], 'a');
  const seventh = watcher.watch(INTEGRATION, ['up-0'], 'b');
  await first;
  const look = gong.polls.find(({ clientRequestId }) => clientRequestId === 'up-1');
  expect(look?.sharers?.all()).toEqual([{ caller: 'a', priority: 'poll' }]);
  const joins = watcher.watch(INTEGRATION, ['up-1'], 'b');
  expect(look?.sharers?.all()).toEqual([
    { caller: 'a', priority: 'poll' },
    { caller: 'b', priority: 'interactive' },
  ]);
  answer(status('DONE'));
  for (const watch of [sixth, seventh, joins]) await watch.return?.();
});

test('a change of the counts is a change, and a slow reader misses no state', async () => {
  const gong = new FakeGong();
  const answers = [
    status('PENDING'),
    status('IN_PROGRESS', { totalSuccessCount: 1 }),
    status('IN_PROGRESS', { totalSuccessCount: 2 }),
    status('FAILED', { totalErrorCount: 1 }),
  ];
  gong.answer = () => answers[gong.polls.length - 1] ?? status('FAILED');
  await using watcher = startWatcher(gong);
  const late = watcher.watch(INTEGRATION, ['up-1']);
  expect(await all(watcher.watch(INTEGRATION, ['up-1']))).toEqual([
    'PENDING',
    'IN_PROGRESS',
    'IN_PROGRESS',
    'FAILED',
  ]);
  // Two IN_PROGRESS became one: the queue of a slow reader is bounded.
  expect(await all(late)).toEqual(['PENDING', 'IN_PROGRESS', 'FAILED']);
});

test('fifty subscribers of one request cost one poll loop, and a later one gets the state without a call', async () => {
  const gong = new FakeGong();
  let state: 'PENDING' | 'DONE' = 'PENDING';
  gong.answer = () => status(state);
  await using watcher = startWatcher(gong);
  const watches = Array.from({ length: 50 }, () => watcher.watch(INTEGRATION, ['up-1']));
  expect(await Promise.all(watches.map(next))).toEqual(Array(50).fill('PENDING'));
  expect(gong.polls).toHaveLength(1);
  const late = watcher.watch(INTEGRATION, ['up-1']);
  expect(await next(late)).toBe('PENDING');
  state = 'DONE';
  const heard = await Promise.all([...watches, late].map(all));
  expect(heard).toHaveLength(51);
  expect(heard.every((events) => events.join() === 'DONE')).toBe(true);
  const inFlight = gong.polls.filter((poll) => poll.signal?.aborted === false);
  expect(inFlight).toEqual([]);
});

test('a request that Gong does not know is NOT_FOUND, and the others of the same watch continue', async () => {
  const gong = new FakeGong();
  gong.answer = ({ clientRequestId }) =>
    clientRequestId === 'nobody' ? new GatewayError('NOT_FOUND', 'no such request') : status('DONE');
  await using watcher = startWatcher(gong);
  expect(await all(watcher.watch(INTEGRATION, ['nobody']))).toEqual(['NOT_FOUND']);
  expect((await all(watcher.watch(INTEGRATION, ['nobody', 'up-1']))).sort()).toEqual(['DONE', 'NOT_FOUND']);
});

test('transient failures do not end a watch; being refused does', async () => {
  const gong = new FakeGong();
  const failures = ['RATE_LIMITED', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT', 'UPSTREAM_ERROR'] as const;
  gong.answer = () => {
    const code = failures[gong.polls.length - 2];
    if (gong.polls.length === 1) return status('PENDING');
    if (code !== undefined) return new GatewayError(code, 'not now');
    return gong.polls.length < 7 ? status('IN_PROGRESS') : new GatewayError('UPSTREAM_UNAUTHENTICATED', 'no');
  };
  await using watcher = startWatcher(gong);
  expect(await all(watcher.watch(INTEGRATION, ['up-1']))).toEqual([
    'PENDING',
    'IN_PROGRESS',
    'UPSTREAM_UNAUTHENTICATED',
  ]);
});

test('a state that goes backwards is logged and ignored', async () => {
  const gong = new FakeGong();
  const answers = ['IN_PROGRESS', 'PENDING', 'PENDING', 'IN_PROGRESS', 'DONE'] as const;
  gong.answer = () => status(answers[gong.polls.length - 1] ?? 'DONE');
  await using watcher = startWatcher(gong);
  expect(await all(watcher.watch(INTEGRATION, ['up-1']))).toEqual(['IN_PROGRESS', 'DONE']);
  expect(watcher.warnings.map(({ fields }) => fields)).toEqual([
    { request: `${INTEGRATION}/up-1`, known: 'IN_PROGRESS', got: 'PENDING' },
    { request: `${INTEGRATION}/up-1`, known: 'IN_PROGRESS', got: 'PENDING' },
  ]);
});

test('the last subscriber to leave stops the loop, during a poll, and the next one starts a new loop', async () => {
  const gong = new FakeGong();
  await using watcher = startWatcher(gong);
  const stays = watcher.watch(INTEGRATION, ['up-1']);
  const leaves = watcher.watch(INTEGRATION, ['up-1']);
  expect([await next(stays), await next(leaves)]).toEqual(['PENDING', 'PENDING']);
  await leaves.return?.();
  await gong.morePolls(2);
  gong.answer = ({ signal }) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  await gong.morePolls(1);
  const waiting = stays.next();
  await stays.return?.();
  expect(await waiting).toMatchObject({ done: true });
  expect(gong.polls.at(-1)?.signal?.aborted).toBe(true);
  const before = gong.polls.length;
  gong.answer = () => status('DONE');
  expect(await all(watcher.watch(INTEGRATION, ['up-1']))).toEqual(['DONE']);
  expect(gong.polls).toHaveLength(before + 1);
});

test('when ten thousand subscribers leave at once, polling stops', async () => {
  const gong = new FakeGong();
  await using watcher = startWatcher(gong);
  const watches = Array.from({ length: 10_000 }, () => watcher.watch(INTEGRATION, ['up-1']));
  expect(new Set(await Promise.all(watches.map(next)))).toEqual(new Set(['PENDING']));
  const endings = watches.map(next);
  await Promise.all(watches.map((watch) => watch.return?.()));
  expect(new Set(await Promise.all(endings))).toEqual(new Set(['over']));
  expect(
    gong.polls.every((poll, index) => poll.signal?.aborted === true || index < gong.polls.length - 1),
  ).toBe(true);
  const before = gong.polls.length;
  const other = watcher.watch(INTEGRATION, ['up-2']);
  await next(other);
  await gong.morePolls(5);
  expect(gong.polls.slice(before).every((poll) => poll.clientRequestId === 'up-2')).toBe(true);
  await other.return?.();
});

test('a gateway that shuts down ends every watch with an error', async () => {
  const gong = new FakeGong();
  const watcher = startWatcher(gong);
  const watch = watcher.watch(INTEGRATION, ['up-1', 'up-2']);
  expect([await next(watch), await next(watch)]).toEqual(['PENDING', 'PENDING']);
  await watcher.close();
  expect(await all(watch)).toEqual(['UPSTREAM_UNAVAILABLE', 'UPSTREAM_UNAVAILABLE']);
  expect(await all(watcher.watch(INTEGRATION, ['up-1']))).toEqual(['UPSTREAM_UNAVAILABLE']);
});
