import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { integer, type SettingsOf, setting } from '../env.js';

/** What the upload engine needs to receive and check files. */
export const UPLOAD_SETTINGS = {
  /**
   * Folder where files wait until they are checked and sent; created with mode 0700. It belongs to one machine. Without
   * this setting, a folder in the temporary directory of the system.
   */
  spoolDir: setting('UPLOAD_SPOOL_DIR', z.string(), { default: join(tmpdir(), 'gong-crm-graphql-spool') }),
  /** Largest file, as received. */
  maxBytes: integer('UPLOAD_MAX_BYTES', 2_147_483_648, [1_024, 1e12], 'bytes'),
  /** Largest file, after decompression. */
  maxInflatedBytes: integer('UPLOAD_MAX_INFLATED_BYTES', 2_147_483_648, [1_024, 1e12], 'bytes'),
  /** Disk space for received files, those of all callers together. One caller may use half of it. */
  maxSpoolBytes: integer('UPLOAD_MAX_SPOOL_BYTES', 8_589_934_592, [1_024, 1e14], 'bytes'),
  /** Longest line of a file. Must be less than UPLOAD_MAX_PART_BYTES. */
  maxLineBytes: integer('UPLOAD_MAX_LINE_BYTES', 1_048_576, [64, 100_000_000], 'bytes'),
  /** Larger files are sent to Gong in parts of this size. Gong's limit is 200 MB. */
  maxPartBytes: integer('UPLOAD_MAX_PART_BYTES', 200_000_000, [1_024, 209_715_200], 'bytes'),
  /** Problems of a file that are listed; all are counted. */
  maxListedProblems: integer('UPLOAD_MAX_LISTED_PROBLEMS', 1_000, [1, 100_000]),
  /** Files that are checked at once, each by one thread. Further files are received meanwhile. */
  maxConcurrent: integer('UPLOAD_MAX_CONCURRENT', 2, [1, 64]),
  /** A thread that makes no progress for this long is terminated, and its file is refused. */
  checkTimeoutMs: integer('UPLOAD_CHECK_TIMEOUT_MS', 30_000, [1_000, 3_600_000], 'ms'),
};

export type UploadEngineSettings = SettingsOf<typeof UPLOAD_SETTINGS>;

/** Limits of the HTTP routes that receive files. */
export const UPLOAD_LIMITS = {
  /** Files of all callers that may be in progress, from their first byte to the answer. */
  maxUnderWay: integer('UPLOAD_MAX_UNDER_WAY', 64, [1, 10_000]),
  /** Files of one caller that may be in progress; without authentication, of one network address. */
  maxPerCaller: integer('UPLOAD_MAX_PER_CALLER', 8, [1, 10_000]),
  /** A sender that is slower than this over ten seconds is disconnected. */
  minBytesPerSecond: integer('UPLOAD_MIN_BYTES_PER_SECOND', 16_384, [1, 1_000_000_000], 'bytes/s'),
};

export type UploadLimits = SettingsOf<typeof UPLOAD_LIMITS>;
