import { integer, type SettingsOf } from '../../env.js';

export const ANSWER_SETTINGS = {
  /** Approximate memory that one answer may take. Root fields that do not fit are null, each with an error. */
  maxBytes: integer('MAX_ANSWER_BYTES', 16_777_216, [1_024, 1_073_741_824], 'bytes'),
  /**
   * Memory for all large answers that clients have not read yet. One caller may use a quarter of it. A client that reads
   * its answer at less than 16 KiB/s is disconnected.
   */
  maxUnreadBytes: integer('MAX_UNREAD_ANSWER_BYTES', 134_217_728, [1_024, 17_179_869_184], 'bytes'),
};

export type AnswerLimits = SettingsOf<typeof ANSWER_SETTINGS>;
