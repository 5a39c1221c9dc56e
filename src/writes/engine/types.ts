import type { ApiDialect } from '../../crm/dialects.js';
import type { LineProblem } from '../../crm/ldjson-problems.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import type { SchemaField } from '../../crm/schema-field.js';

export const VALIDATION_MODES = ['ENFORCE', 'SKIP_INVALID', 'OFF'] as const;
/**
 * ENFORCE: a file with an ERROR has no parts. SKIP_INVALID: lines with an ERROR are left out. OFF: the bytes are sent
 * unchanged, neither read as JSON nor sorted.
 */
export type ValidationMode = (typeof VALIDATION_MODES)[number];

export type { UploadEngineSettings } from '../settings.js';

export interface CheckJob {
  /** The dialect whose rules apply. */
  readonly dialect: ApiDialect;
  readonly objectType: UploadObjectType;
  /** The type's live schema, as listed. */
  readonly schema: readonly SchemaField[];
  /** Applies to the legacy dialect only. */
  readonly requirePhone: boolean;
  /** Whose file it is, if known: callers get threads in turn. */
  readonly caller?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called about every 256 KiB, and once at the end. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

export interface PrepareJob extends CheckJob {
  readonly validation: ValidationMode;
  /** Hashed before the bytes, e.g. object type and integration; must end in a separator. */
  readonly hashPrefix: string;
  /** Length of the source, if known beforehand; a source of another length then fails. */
  readonly declaredBytes?: number | undefined;
  /**
   * Called when the first bytes are on disk, if the file will be its only part: with validation OFF, for a source that is
   * not gzip and whose declared length fits into a part.
   */
  readonly onArriving?: ((file: ArrivingFile) => void) | undefined;
}

/** A file that can be read while it is written to disk. */
export interface ArrivingFile {
  /** Its final length. */
  readonly bytes: number;
  /** Aborted when the rest will never come. */
  readonly signal: AbortSignal;
  /** All bytes from the first to the last, including those still to come; fails if they never do. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface UploadProgress {
  /** Before inflation. */
  readonly bytesReceived: number;
  readonly linesChecked: number;
  /** Problems of severity ERROR so far. */
  readonly errors: number;
}

export interface UploadReport {
  /** After inflation. */
  readonly bytes: number;
  /** Including blank ones. */
  readonly lines: number;
  readonly blankLines: number;
  /** Lines that hold a JSON object; 0 with validation OFF. */
  readonly objects: number;
  /** Objects without an ERROR. */
  readonly validObjects: number;
  /** Counts problems, not lines. */
  readonly errorCount: number;
  readonly warningCount: number;
  readonly countsByCode: Readonly<Record<string, number>>;
  /** The first ones by line; warnings only if errors leave room. */
  readonly problems: readonly LineProblem[];
  /** Whether the valid objects were sorted by `modifiedDate`; always `true` with validation OFF. */
  readonly sorted: boolean;
}

/** A file on disk, ready to be sent as one request. */
export interface UploadPart {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  /**
   * Whether every earlier part must be DONE before this one is sent, because it may repeat their objects: the first part
   * of each round of repeats and, with validation OFF, every part but the first.
   */
  readonly afterPrevious: boolean;
  /** Reads the bytes from disk on demand, as `fileChunks` does. Can be called again for a retry. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface PreparedUpload extends AsyncDisposable {
  readonly report: UploadReport;
  /** Hexadecimal hash of `hashPrefix` and the inflated bytes as received. */
  readonly sha256: string;
  /** In the order in which to send them. Empty for a file with errors under ENFORCE, or without objects. */
  readonly parts: readonly UploadPart[];
  /** Removes the parts from disk. May be called again. */
  dispose(): Promise<void>;
}

/**
 * Bytes as they arrive, plain or gzip (recognised by its magic number). Chunks that are all of their memory are freed once
 * they are on disk.
 */
export type UploadSource = AsyncIterable<Uint8Array>;

export interface UploadEngine {
  /**
   * Reads `source` to its end and leaves its parts on disk. Rejects with a `SpoolError` or the source's own error, and
   * then leaves nothing on disk. Never destroys a `Readable`: the caller may still read the rest.
   */
  prepare(source: UploadSource, job: PrepareJob): Promise<PreparedUpload>;
  /** Only checks; leaves nothing on disk. */
  check(source: UploadSource, job: CheckJob): Promise<UploadReport>;
  /** Fails work in progress with ABORTED, then ends the threads. */
  close(): Promise<void>;
}
