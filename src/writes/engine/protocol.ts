import type { ControlMemory } from './control.js';
import type { SpoolErrorKind } from './spool-error.js';
import type { CheckJob, UploadEngineSettings, UploadPart, UploadReport, ValidationMode } from './types.js';

/**
 * The messages between the main thread and a checking thread: one `CheckerJob` per file, answered by any number of
 * `checked` and then one `done` or `failed`. The thread reads the bytes from disk.
 */

export type CheckSpec = Pick<CheckJob, 'dialect' | 'objectType' | 'schema' | 'requirePhone'> &
  Pick<UploadEngineSettings, 'maxLineBytes' | 'maxListedProblems'>;

export interface ArrangeSpec {
  readonly validation: ValidationMode;
  readonly maxPartBytes: number;
  /** The job's own folder, with the received file in it. */
  readonly folder: string;
}

export type ArrangedPart = Omit<UploadPart, 'stream'>;

export interface CheckerJob {
  readonly control: ControlMemory;
  /** The received file, which may still grow. */
  readonly path: string;
  /** Whether the file came with a byte order mark, which is not on disk. */
  readonly hadBom: boolean;
  /** `null`: lines are only counted. */
  readonly check: CheckSpec | null;
  /** What to leave on disk; `null`: nothing, and nothing is hashed. */
  readonly keep: (ArrangeSpec & { readonly hashPrefix: string }) | null;
}

export interface CheckerResult {
  readonly report: UploadReport;
  /** Empty where nothing was hashed. */
  readonly sha256: string;
  readonly parts: readonly ArrangedPart[];
}

export type FromChecker =
  /** `bytes` since the last such message; the other two in all. */
  | {
      readonly kind: 'checked';
      readonly bytes: number;
      readonly linesChecked: number;
      readonly errors: number;
    }
  | { readonly kind: 'done'; readonly result: CheckerResult }
  /** `spoolKind` is `null` for errors other than `SpoolError`. */
  | {
      readonly kind: 'failed';
      readonly spoolKind: SpoolErrorKind | null;
      readonly message: string;
      readonly error: unknown;
    };
