import { integer } from '../env.js';
import type { WatchSettings } from './watcher.js';

/** Environment variables for watching requests; read by config.ts. */
export const WATCH_VARIABLES = {
  WATCH_MIN_INTERVAL_MS: integer({ min: 10, max: 3_600_000, default: 1_000 }),
  WATCH_MAX_INTERVAL_MS: integer({ min: 10, max: 3_600_000, default: 30_000 }),
  WATCH_DELETION_MAX_INTERVAL_MS: integer({ min: 10, max: 86_400_000, default: 300_000 }),
  /** A busy replica would lose shorter leases. */
  WATCH_LEASE_MS: integer({ min: 300, max: 600_000, default: 6_000 }),
};

interface Variables {
  readonly WATCH_MIN_INTERVAL_MS: number;
  readonly WATCH_MAX_INTERVAL_MS: number;
  readonly WATCH_DELETION_MAX_INTERVAL_MS: number;
}

interface CallLimits {
  readonly callsPerSecond: number;
  readonly callsPerDay: number;
  /** Percent of `callsPerDay` that polls may take. */
  readonly pollDayShare: number;
  /** Each paces itself to an equal part, since none knows what the others watch. */
  readonly replicas: number;
}

export function watchSettings(variables: Variables, limits: CallLimits): WatchSettings {
  const share = limits.pollDayShare / 100 / limits.replicas;
  return {
    intervals: {
      minMs: variables.WATCH_MIN_INTERVAL_MS,
      maxMs: variables.WATCH_MAX_INTERVAL_MS,
      deletionMaxMs: variables.WATCH_DELETION_MAX_INTERVAL_MS,
    },
    pollsPerDay: limits.callsPerDay * share,
    pollsPerSecond: limits.callsPerSecond * share,
  };
}
