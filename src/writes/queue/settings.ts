import { DAY_MS } from '../../crm/gong-limits.js';
import { integer, type SettingsOf } from '../../env.js';
import type { ChangeQueueSettings } from './queue.js';

export const QUEUE_SETTINGS = {
  /** How long a queued change waits for others that can be sent with it. */
  mergeMs: integer('QUEUE_MERGE_MS', 1_000, [0, 3_600_000], 'ms'),
  /** Most objects of one upload; that many are sent before QUEUE_MERGE_MS is over. */
  maxObjects: integer('QUEUE_MAX_UPLOAD_OBJECTS', 10_000, [1, 100_000]),
  /** Largest upload. Gong's limit is 200 MB. */
  maxBytes: integer('QUEUE_MAX_UPLOAD_BYTES', 50_000_000, [1_024, 209_715_200], 'bytes'),
  /** How long contacts, leads and deals wait after Gong has received the accounts that were queued before them. */
  accountPauseMs: integer('QUEUE_ACCOUNT_PAUSE_MS', 60_000, [0, 3_600_000], 'ms'),
  /** A change that has been queued for this long no longer waits for changes of other types. */
  maxOrderWaitMs: integer('QUEUE_MAX_ORDER_WAIT_MS', 600_000, [0, 86_400_000], 'ms'),
  /** Objects that may be queued. Further changes are refused with `RATE_LIMITED`. */
  maxQueued: integer('QUEUE_MAX_OBJECTS', 1_000_000, [1, 100_000_000]),
  /** Days for which tickets, and what Gong has of each object, are remembered. */
  keepDays: integer('QUEUE_KEEP_DAYS', 30, [1, 3_650], 'days'),
};

export function queueSettings({
  keepDays,
  ...settings
}: SettingsOf<typeof QUEUE_SETTINGS>): ChangeQueueSettings {
  return { ...settings, keepMs: keepDays * DAY_MS };
}
