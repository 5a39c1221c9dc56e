import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { integer } from '../env.js';
import type { UploadEngineSettings } from './engine/types.js';

/** How many files may be under way, and how fast they must come. */
export interface UploadLimits {
  /** Of all callers together, from the first byte to the answer. */
  readonly maxUnderWay: number;
  /** Of one caller; where nobody says who asks, of one address. */
  readonly maxPerCaller: number;
  /** Over any ten seconds in which the gateway reads; a slower sender is cut off. */
  readonly minBytesPerSecond: number;
}

/** What a deployment can say about files; part of config.ts. */
export const UPLOAD_VARIABLES = {
  UPLOAD_SPOOL_DIR: z.string().default(join(tmpdir(), 'gong-crm-graphql-spool')),
  UPLOAD_MAX_BYTES: integer({ min: 1024, max: 1_000_000_000_000, default: 2_147_483_648 }),
  UPLOAD_MAX_INFLATED_BYTES: integer({ min: 1024, max: 1_000_000_000_000, default: 2_147_483_648 }),
  UPLOAD_MAX_SPOOL_BYTES: integer({ min: 1024, max: 100_000_000_000_000, default: 8_589_934_592 }),
  UPLOAD_MAX_LINE_BYTES: integer({ min: 64, max: 100_000_000, default: 1_048_576 }),
  UPLOAD_MAX_PART_BYTES: integer({ min: 1024, max: 209_715_200, default: 200_000_000 }),
  UPLOAD_MAX_LISTED_PROBLEMS: integer({ min: 1, max: 100_000, default: 1000 }),
  UPLOAD_MAX_CONCURRENT: integer({ min: 1, max: 64, default: 2 }),
  UPLOAD_CHECK_TIMEOUT_MS: integer({ min: 1_000, max: 3_600_000, default: 30_000 }),
  UPLOAD_MAX_UNDER_WAY: integer({ min: 1, max: 10_000, default: 64 }),
  UPLOAD_MAX_PER_CALLER: integer({ min: 1, max: 10_000, default: 8 }),
  UPLOAD_MIN_BYTES_PER_SECOND: integer({ min: 1, max: 1_000_000_000, default: 16_384 }),
};

type Variables = {
  readonly [Name in Exclude<keyof typeof UPLOAD_VARIABLES, 'UPLOAD_SPOOL_DIR'>]: number;
} & { readonly UPLOAD_SPOOL_DIR: string };

export function uploadSettings(variables: Variables): UploadEngineSettings {
  return {
    spoolDir: variables.UPLOAD_SPOOL_DIR,
    maxBytes: variables.UPLOAD_MAX_BYTES,
    maxInflatedBytes: variables.UPLOAD_MAX_INFLATED_BYTES,
    maxSpoolBytes: variables.UPLOAD_MAX_SPOOL_BYTES,
    maxLineBytes: variables.UPLOAD_MAX_LINE_BYTES,
    maxPartBytes: variables.UPLOAD_MAX_PART_BYTES,
    maxListedProblems: variables.UPLOAD_MAX_LISTED_PROBLEMS,
    maxConcurrent: variables.UPLOAD_MAX_CONCURRENT,
    checkTimeoutMs: variables.UPLOAD_CHECK_TIMEOUT_MS,
  };
}

export function uploadLimits(variables: Variables): UploadLimits {
  return {
    maxUnderWay: variables.UPLOAD_MAX_UNDER_WAY,
    maxPerCaller: variables.UPLOAD_MAX_PER_CALLER,
    minBytesPerSecond: variables.UPLOAD_MIN_BYTES_PER_SECOND,
  };
}
