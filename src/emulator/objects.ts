import { API_DIALECTS, type ApiDialect } from '../crm/dialects.js';
import { perObjectType, type UploadObjectType } from '../crm/object-types.js';
import { Records } from './records.js';
import type { ObjectOrigin } from './schema-store.js';

/** What became of an object's last upload (reference, section 6). */
export type Placement =
  /** Processed, and shown in the main database. */
  | 'MAIN'
  /** Processed but not shown: a deal without an account (reference, section 7). */
  | 'HIDDEN'
  /** Received only, because its dependencies were not met. The main database keeps showing the previous version. */
  | 'RAW'
  /** Like RAW, but processed once the deal's owner is mapped. */
  | 'WAITING';

const PLACEMENTS: readonly Placement[] = ['MAIN', 'HIDDEN', 'RAW', 'WAITING'];

/** The placement and the dialect as one number, as records store them. */
const flagsOf = (placement: Placement, dialect: ApiDialect) =>
  PLACEMENTS.indexOf(placement) + PLACEMENTS.length * API_DIALECTS.indexOf(dialect);
const placementIn = (flags: number) => PLACEMENTS[flags % PLACEMENTS.length];
const dialectIn = (flags: number) => API_DIALECTS[Math.floor(flags / PLACEMENTS.length)] ?? 'current';

/** An object in the main database. */
export interface MainObject extends ObjectOrigin {
  /** The JSON as it was uploaded, with numbers as they were written. */
  readonly line: string;
}

export interface Arrival {
  readonly placement: Placement;
  /** The dialect of the path that the object was uploaded on. */
  readonly dialect: ApiDialect;
  /** The epoch of the object type's schema. */
  readonly epoch: number;
  /** The number of the upload. */
  readonly upload: number;
}

/** The objects of one type: raw storage, and which of it the main database shows. */
export class ObjectsOfType {
  readonly #records = new Records();
  /** What the main database keeps showing of objects whose last upload did not meet its dependencies. Few. */
  readonly #previous = new Map<string, MainObject>();

  /** Adds or replaces an object. */
  put(id: string, line: string, { placement, dialect, epoch, upload }: Arrival): void {
    const shown = placement === 'RAW' || placement === 'WAITING' ? this.main(id) : undefined;
    if (shown === undefined) this.#previous.delete(id);
    else this.#previous.set(id, shown);
    const flags = flagsOf(placement, dialect);
    this.#records.put(id, line, { upload, receivedAt: epoch, processedAt: epoch, flags });
  }

  delete(id: string): void {
    this.#previous.delete(id);
    this.#records.delete(id);
  }

  isInMain(id: string): boolean {
    return this.#find(id)?.placement === 'MAIN' || this.#previous.has(id);
  }

  main(id: string): MainObject | undefined {
    const found = this.#find(id);
    if (found?.placement !== 'MAIN') return this.#previous.get(id);
    const { address, dialect, receivedAt, processedAt } = found;
    return { line: this.#records.line(address), dialect, receivedAt, processedAt };
  }

  /** The number of the upload that brought the object. */
  uploadOf(id: string): number | undefined {
    return this.#find(id)?.upload;
  }

  /** The line of an object that is WAITING. */
  waiting(id: string): string | undefined {
    const found = this.#find(id);
    return found?.placement === 'WAITING' ? this.#records.line(found.address) : undefined;
  }

  /** Ends an object's waiting: it is processed now, or never. */
  settle(id: string, placement: 'MAIN' | 'RAW', epoch: number): void {
    const found = this.#find(id);
    if (found === undefined) return;
    if (placement === 'MAIN') this.#previous.delete(id);
    this.#records.setProcessed(found.address, epoch, flagsOf(placement, found.dialect));
  }

  #find(id: string) {
    const address = this.#records.find(id);
    if (address === 0) return undefined;
    const meta = this.#records.meta(address);
    return { ...meta, address, placement: placementIn(meta.flags), dialect: dialectIn(meta.flags) };
  }
}

export type ObjectStore = Readonly<Record<UploadObjectType, ObjectsOfType>>;

export function createObjectStore(): ObjectStore {
  return perObjectType(() => new ObjectsOfType());
}
