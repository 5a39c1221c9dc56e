import type { ApiDialect } from '../../crm/dialects.js';
import type { LineProblem } from '../../crm/ldjson-problems.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import type { SchemaField } from '../../crm/schema-field.js';

export const VALIDATION_MODES = ['ENFORCE', 'SKIP_INVALID', 'OFF'] as const;
/**
 * ENFORCE: one ERROR and there are no parts. SKIP_INVALID: lines with an ERROR are left out. OFF: bytes go as they
 * are, neither read as JSON nor sorted.
 */
export type ValidationMode = (typeof VALIDATION_MODES)[number];

export type { UploadEngineSettings } from '../settings.js';

export interface CheckJob {
  /** Whose rules the lines must keep. */
  readonly dialect: ApiDialect;
  readonly objectType: UploadObjectType;
  /** The type's live schema, as listed. */
  readonly schema: readonly SchemaField[];
  /** On the legacy paths alone. */
  readonly requirePhone: boolean;
  /** Whose file it is, so that callers get lanes in turn; `undefined`: nobody knows. */
  readonly caller?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called about every 256 KiB, and once at the end. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

export interface PrepareJob extends CheckJob {
  readonly validation: ValidationMode;
  /** Hashed before the bytes, e.g. object type and integration; must end in a character that sets it apart. */
  readonly hashPrefix: string;
  /** Where it is known beforehand: of the source, which then must have just so many. */
  readonly declaredBytes?: number | undefined;
  /**
   * Called when the first bytes are on disk, with validation OFF alone, and if the file will be its only part: plain
   * bytes, as many as declared and as a part may have.
   */
  readonly onArriving?: ((file: ArrivingFile) => void) | undefined;
}

/** A file on its way to disk, and already there to be read. */
export interface ArrivingFile {
  /** Its length in the end. */
  readonly bytes: number;
  readonly isComplete: boolean;
  /** Aborted where the rest will never come. */
  readonly signal: AbortSignal;
  /** From the first byte to the last, those that are still to come included; fails where they never do. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface UploadProgress {
  /** As received, before inflation. */
  readonly bytesReceived: number;
  readonly linesChecked: number;
  /** Problems of severity ERROR so far. */
  readonly errors: number;
}

export interface UploadReport {
  /** After inflation. */
  readonly bytes: number;
  /** Blank ones included. */
  readonly lines: number;
  readonly blankLines: number;
  /** Lines that hold a JSON object; 0 with validation OFF. */
  readonly objects: number;
  /** Objects without an ERROR. */
  readonly validObjects: number;
  /** Problems, not lines. */
  readonly errorCount: number;
  readonly warningCount: number;
  readonly countsByCode: Readonly<Record<string, number>>;
  /** The first by line; warnings only where errors leave room. */
  readonly problems: readonly LineProblem[];
  /** Whether the valid objects came sorted by `modifiedDate`; `true`, unexamined, with validation OFF. */
  readonly sorted: boolean;
}

/** A file on disk, ready to be sent as one request. */
export interface UploadPart {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  /**
   * Whether every earlier part must be DONE before this one is sent, because it may repeat an object of theirs. True
   * on the first part of each round of repeats and, with validation OFF, on every part but the first.
   */
  readonly afterPrevious: boolean;
  /** Its bytes, read from disk as they are asked for. Can be opened again for a retry. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface PreparedUpload extends AsyncDisposable {
  readonly report: UploadReport;
  /** Of `hashPrefix` and the inflated bytes as they came, in hexadecimal. */
  readonly sha256: string;
  /** In sending order. Empty if there is nothing to send: errors under ENFORCE, or no object. */
  readonly parts: readonly UploadPart[];
  /** Removes the parts from disk. May be called again. */
  dispose(): Promise<void>;
}

/** Bytes as they arrive, plain or gzip (told by its magic number). */
export type UploadSource = AsyncIterable<Uint8Array>;

export interface UploadEngine {
  /**
   * Reads `source` to its end and leaves its parts on disk. Fails with a `SpoolError`, or with the source's own
   * error; then nothing is left on disk. A `Readable` is never destroyed: what is unread stays the caller's.
   */
  prepare(source: UploadSource, job: PrepareJob): Promise<PreparedUpload>;
  /** The checks alone; nothing is left on disk. */
  check(source: UploadSource, job: CheckJob): Promise<UploadReport>;
  /** Ends work in progress with ABORTED, then the threads. */
  close(): Promise<void>;
}
