import { integer, type SettingsOf } from '../env.js';

export const PASSTHROUGH_SETTINGS = {
  /**
   * With GONG_CREDENTIALS=passthrough: callers' credentials held at once. While all are in use, further callers
   * get `RATE_LIMITED`.
   */
  maxCredentials: integer('PASSTHROUGH_MAX_CREDENTIALS', 100, [1, 10_000]),
  /** With GONG_CREDENTIALS=passthrough: credentials are dropped after this time without an operation. */
  idleMs: integer('PASSTHROUGH_IDLE_MS', 300_000, [10, 86_400_000], 'ms'),
};

export type PassthroughLimits = SettingsOf<typeof PASSTHROUGH_SETTINGS>;
