import { integer, type SettingsOf } from '../env.js';
import type { WatchSettings } from './watcher.js';

export const WATCH_SETTINGS = {
  /** First interval between two polls of a request's status. The interval grows with the age of the request. */
  minMs: integer('WATCH_MIN_INTERVAL_MS', 1_000, [10, 3_600_000], 'ms'),
  /** Longest interval between two polls. */
  maxMs: integer('WATCH_MAX_INTERVAL_MS', 30_000, [10, 3_600_000], 'ms'),
  /** Longest interval between two polls of a deletion, which may take a day. */
  deletionMaxMs: integer('WATCH_DELETION_MAX_INTERVAL_MS', 300_000, [10, 86_400_000], 'ms'),
  /** Time after which another replica polls in place of one that is silent. Too short, and a busy replica loses its polls. */
  leaseMs: integer('WATCH_LEASE_MS', 6_000, [300, 600_000], 'ms'),
};

interface CallLimits {
  readonly callsPerSecond: number;
  readonly callsPerDay: number;
  /** Percent of `callsPerDay` that polls may take. */
  readonly pollDayShare: number;
  /** Each replica paces itself to its part, since none knows what the others watch. */
  readonly replicas: number;
}

export function watchSettings(
  { minMs, maxMs, deletionMaxMs }: SettingsOf<typeof WATCH_SETTINGS>,
  limits: CallLimits,
): WatchSettings {
  const share = limits.pollDayShare / 100 / limits.replicas;
  return {
    intervals: { minMs, maxMs, deletionMaxMs },
    pollsPerDay: limits.callsPerDay * share,
    pollsPerSecond: limits.callsPerSecond * share,
  };
}
