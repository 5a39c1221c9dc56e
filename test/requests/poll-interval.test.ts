import { describe, expect, test } from 'vitest';
import { pollBackoffMs, pollIntervalMs } from '../../src/crm/poll-interval.js';
import { createPollPace } from '../../src/requests/poll-pace.js';

const INTERVALS = { minMs: 1_000, maxMs: 30_000, deletionMaxMs: 300_000 };

describe('the interval between two polls', () => {
  test.each([
    [0, false, 1_000],
    [10_000, false, 1_000],
    [60_000, false, 6_000],
    [300_000, false, 30_000],
    [3_600_000, false, 30_000],
    [300_000, true, 30_000],
    [3_000_000, true, 300_000],
    [86_400_000, true, 300_000],
  ])('after %d ms (deletion: %s) is %d ms', (ageMs, isDeletion, expected) => {
    expect(pollIntervalMs(ageMs, isDeletion, INTERVALS)).toBe(expected);
  });

  test.each([
    [0, 1_000],
    [3, 8_000],
    [5, 30_000],
    [5_000, 30_000],
  ])('after %d failures in a row is %d ms', (failures, expected) => {
    expect(pollBackoffMs(failures, INTERVALS)).toBe(expected);
  });
});

describe('the pace of all polls', () => {
  test.each([1, 10, 100, 1_000])(
    'with %d watched requests stays within the share in any 24 hours',
    (requests) => {
      let now = 0;
      const pace = createPollPace({ pollsPerDay: 5_000, pollsPerSecond: 1.5, now: () => now });
      for (let count = 0; count < requests; count += 1) pace.enter('c');
      const polls: number[] = [];
      // The requests take turns.
      for (let day = 0; day < 3 * 86_400_000; day = now) {
        now += Math.max(pace.minIntervalMs('c'), 1_000) / requests;
        pace.spent();
        polls.push(now);
      }
      expect(polls.length).toBeGreaterThan(5_000);
      for (const [index, at] of polls.entries()) {
        const later = polls[index + 5_001];
        if (later !== undefined && later - at < 86_400_000) {
          throw new Error(`5,001 polls between ${at} and ${later}`);
        }
      }
    },
  );

  test('is shared evenly by callers: one who watches thousands slows down no other', () => {
    let now = 0;
    const pace = createPollPace({ pollsPerDay: 0, pollsPerSecond: 2, now: () => now });
    pace.enter('modest');
    expect(pace.minIntervalMs('modest')).toBe(500);
    for (let count = 0; count < 5_000; count += 1) pace.enter('greedy');
    expect(pace.minIntervalMs('modest')).toBe(1_000);
    expect(pace.minIntervalMs('greedy')).toBe(5_000_000);
    for (let count = 0; count < 5_000; count += 1) pace.leave('greedy');
    now += 1_000;
    expect(pace.minIntervalMs('modest')).toBe(500);
  });

  test('without limits does not delay polls', () => {
    const pace = createPollPace({ pollsPerDay: 0, pollsPerSecond: 0, now: () => 0 });
    pace.enter('c');
    expect(pace.minIntervalMs('c')).toBe(0);
  });
});
