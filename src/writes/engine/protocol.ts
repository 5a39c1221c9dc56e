import type { ApiDialect } from '../../crm/dialects.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import type { SchemaField } from '../../crm/schema-field.js';
import type { SpoolErrorKind } from './spool-error.js';
import type { UploadReport, ValidationMode } from './types.js';

/** The messages between the main thread and a lane's two threads. Bytes are not in them: they lie in shared blocks. */

export const BLOCK_BYTES = 262_144;
/** How many blocks may be under way at once: the bound on unread bytes of a file, 2 MiB. */
export const BLOCK_COUNT = 8;

/** What a lane's threads are born with. */
export interface LaneMemory {
  readonly blocks: SharedArrayBuffer;
  /** One 32-bit integer; not 0 means: stop at once, even in the middle of sorting. */
  readonly stop: SharedArrayBuffer;
}

/** What one thread is born with, beside. */
export interface ThreadMemory extends LaneMemory {
  /** Two 32-bit integers: how many messages were handled, and signs of life within one. */
  readonly pulse: SharedArrayBuffer;
}

export interface CheckSpec {
  readonly dialect: ApiDialect;
  readonly objectType: UploadObjectType;
  readonly schema: readonly SchemaField[];
  readonly requirePhone: boolean;
  readonly maxLineBytes: number;
  readonly maxListedProblems: number;
}

export interface ArrangeSpec {
  readonly validation: ValidationMode;
  readonly maxPartBytes: number;
  /** The job's own folder, with the received file in it. */
  readonly folder: string;
}

export interface ArrangedPart {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  readonly afterPrevious: boolean;
}

interface Block {
  readonly kind: 'block';
  readonly slot: number;
  readonly bytes: number;
}

/**
 * `folder` is `null` where nothing is to be kept, `check` where lines are only counted. `hadBom`: the file came with a
 * byte order mark, which is not in the blocks.
 */
export type ToChecker =
  | {
      readonly kind: 'start';
      readonly check: CheckSpec | null;
      readonly folder: string | null;
      readonly hadBom: boolean;
    }
  | Block
  | { readonly kind: 'finish' }
  | { readonly kind: 'arrange'; readonly spec: ArrangeSpec }
  | { readonly kind: 'stop' };

export type ToHasher =
  | { readonly kind: 'start'; readonly hashPrefix: string; readonly hadBom: boolean }
  | Block
  | { readonly kind: 'finish' }
  | { readonly kind: 'stop' };

interface Consumed {
  readonly kind: 'consumed';
  readonly slot: number;
}

export interface Failed {
  readonly kind: 'failed';
  /** `null` for an error that is not the spool's, but a bug. */
  readonly spoolKind: SpoolErrorKind | null;
  readonly error: unknown;
  readonly message: string;
}

export type FromChecker =
  | (Consumed & { readonly bytes: number; readonly linesChecked: number; readonly errors: number })
  | { readonly kind: 'checked'; readonly report: UploadReport }
  | { readonly kind: 'arranged'; readonly parts: readonly ArrangedPart[] }
  | { readonly kind: 'stopped' }
  | Failed;

export type FromHasher =
  | Consumed
  | { readonly kind: 'hashed'; readonly sha256: string }
  | { readonly kind: 'stopped' }
  | Failed;
