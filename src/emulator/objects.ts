import { API_DIALECTS, type ApiDialect } from '../crm/dialects.js';
import type { UploadObjectType } from '../crm/object-types.js';
import { IdTable } from './id-table.js';
import { Records } from './records.js';
import type { ObjectOrigin } from './schema-store.js';
import { ShardedMap } from './sharded-map.js';

/** Where an upload of an object stands (reference, section 6). */
export type Placement =
  /** Processed: the main database shows it. */
  | 'MAIN'
  /** Processed, but not shown: a deal without an account (reference, section 7). */
  | 'HIDDEN'
  /** Received only, since its dependencies were not met: main shows what it showed before. */
  | 'RAW'
  /** As RAW, but processed when the owner of the deal is mapped. */
  | 'WAITING';

const PLACEMENTS: readonly Placement[] = ['MAIN', 'HIDDEN', 'RAW', 'WAITING'];

/** A record's flags: which of the four placements, and above it which dialect. */
const flagsOf = (placement: Placement, dialect: ApiDialect) =>
  PLACEMENTS.indexOf(placement) + PLACEMENTS.length * API_DIALECTS.indexOf(dialect);
const placementIn = (flags: number) => PLACEMENTS[flags % PLACEMENTS.length];
const dialectIn = (flags: number) => API_DIALECTS[Math.floor(flags / PLACEMENTS.length)] ?? 'current';

/** An object in the main database. */
export interface MainObject extends ObjectOrigin {
  /** Its JSON as it was uploaded, in which numbers are as they were written. */
  readonly line: string;
}

/** How an object came. */
export interface Arrival {
  readonly placement: Placement;
  /** Of the path that it was uploaded on. */
  readonly dialect: ApiDialect;
  /** Of its schema. */
  readonly epoch: number;
  /** The number of its upload. */
  readonly upload: number;
}

/** The objects of one type: raw storage, and what of it is in main. */
export class ObjectsOfType {
  readonly #records = new Records((id, to) => this.#table.set(id, to));
  readonly #table = new IdTable((address) => this.#records.id(address));
  /** What main goes on showing of objects whose last upload did not meet its dependencies. Few. */
  readonly #earlier = new ShardedMap<MainObject>();

  /** Replaces an object as a whole. */
  put(id: string, line: string, { placement, dialect, epoch, upload }: Arrival): void {
    if (placement === 'MAIN' || placement === 'HIDDEN') this.#earlier.delete(id);
    else {
      const shown = this.main(id);
      if (shown !== undefined) this.#earlier.set(id, shown);
    }
    const flags = flagsOf(placement, dialect);
    const address = this.#records.append(id, line, { upload, receivedAt: epoch, processedAt: epoch, flags });
    // Looked up only now: making room may have moved it.
    const before = this.#table.get(id);
    this.#table.set(id, address);
    if (before !== 0) this.#records.free(before);
  }

  delete(id: string): void {
    this.#earlier.delete(id);
    const address = this.#table.get(id);
    if (address === 0) return;
    this.#table.delete(id);
    this.#records.free(address);
  }

  isInMain(id: string): boolean {
    return this.#placement(id) === 'MAIN' || this.#earlier.has(id);
  }

  main(id: string): MainObject | undefined {
    const address = this.#table.get(id);
    if (address === 0 || this.#placementAt(address) !== 'MAIN') return this.#earlier.get(id);
    const { receivedAt, processedAt, flags } = this.#records.meta(address);
    return { line: this.#records.line(address), dialect: dialectIn(flags), receivedAt, processedAt };
  }

  /** The upload that brought an object, if it is there. */
  uploadOf(id: string): number | undefined {
    const address = this.#table.get(id);
    return address === 0 ? undefined : this.#records.meta(address).upload;
  }

  /** The line of an object that waits. */
  waiting(id: string): string | undefined {
    const address = this.#table.get(id);
    if (address === 0 || this.#placementAt(address) !== 'WAITING') return undefined;
    return this.#records.line(address);
  }

  /** Ends an object's waiting: it is processed now, or never. */
  settle(id: string, placement: 'MAIN' | 'RAW', epoch: number): void {
    const address = this.#table.get(id);
    if (address === 0) return;
    if (placement === 'MAIN') this.#earlier.delete(id);
    const dialect = dialectIn(this.#records.meta(address).flags);
    this.#records.setProcessed(address, epoch, flagsOf(placement, dialect));
  }

  #placement(id: string): Placement | undefined {
    const address = this.#table.get(id);
    return address === 0 ? undefined : this.#placementAt(address);
  }

  #placementAt(address: number): Placement | undefined {
    return placementIn(this.#records.meta(address).flags);
  }
}

export type ObjectStore = Readonly<Record<UploadObjectType, ObjectsOfType>>;

export function createObjectStore(): ObjectStore {
  return {
    ACCOUNT: new ObjectsOfType(),
    CONTACT: new ObjectsOfType(),
    DEAL: new ObjectsOfType(),
    LEAD: new ObjectsOfType(),
    BUSINESS_USER: new ObjectsOfType(),
    STAGE: new ObjectsOfType(),
  };
}
