import { type EnvironmentProblem, integer, oneOf, type SettingsOf, setting } from '../../env.js';
import type { WebhookSettings } from '../../webhooks/settings.js';

export const JOURNAL_SETTINGS = {
  /** How many requests the journal remembers; with GONG_CREDENTIALS=passthrough, of each caller's credentials. */
  maxEntries: integer('JOURNAL_MAX_ENTRIES', 10_000, [100, 1_000_000]),
  /** How long the journal remembers a request. */
  maxAgeDays: integer('JOURNAL_MAX_AGE_DAYS', 90, [1, 3_650], 'days'),
  /**
   * Whether the gateway follows every request to its end by itself. With `off`, the journal learns how a request ended only if
   * a caller asks, follows it, or wants a webhook.
   */
  follow: setting('JOURNAL_FOLLOW', oneOf(['on', 'off']), { default: 'on' }),
  /** Shortest interval between two polls of a request that only the journal follows. */
  followMinMs: integer('JOURNAL_FOLLOW_MIN_INTERVAL_MS', 10_000, [10, 3_600_000], 'ms'),
};

export type JournalSettings = SettingsOf<typeof JOURNAL_SETTINGS>;

export function journalProblems(
  { follow }: JournalSettings,
  { url }: Pick<WebhookSettings, 'url'>,
): EnvironmentProblem[] {
  if (follow === 'on' || url === null) return [];
  const needed = 'on (or unset), since WEBHOOK_URL is to be told how every request ends';
  return [{ variable: JOURNAL_SETTINGS.follow.variable, needed, got: '"off"' }];
}
