import type { UploadObjectType } from '../crm/object-types.js';
import { IdTable } from './id-table.js';
import { jsonMembers } from './json-members.js';
import { Records } from './records.js';
import type { ObjectEpochs, SchemaStore } from './schema-store.js';
import { ShardedMap } from './sharded-map.js';

/** Where an upload of an object stands (reference, section 6). */
export type Placement =
  /** Processed: the main database shows it. */
  | 'MAIN'
  /** Received only, since its dependencies were not met: main shows what it showed before. */
  | 'RAW'
  /** As RAW, but processed when the owner of the deal is mapped. */
  | 'WAITING';

const PLACEMENTS: readonly Placement[] = ['MAIN', 'RAW', 'WAITING'];

/** An object in the main database. */
export interface MainObject extends ObjectEpochs {
  /** Its JSON as it was uploaded, in which numbers are as they were written. */
  readonly line: string;
}

/** The objects of one type: raw storage, and what of it is in main. */
export class ObjectsOfType {
  readonly #records = new Records((id, to) => this.#table.set(id, to));
  readonly #table = new IdTable((address) => this.#records.id(address));
  /** What main goes on showing of objects whose last upload did not meet its dependencies. Few. */
  readonly #earlier = new ShardedMap<MainObject>();

  /** Replaces an object as a whole. */
  put(id: string, line: string, placement: Placement, epoch: number, upload: number): void {
    if (placement === 'MAIN') this.#earlier.delete(id);
    else {
      const shown = this.main(id);
      if (shown !== undefined) this.#earlier.set(id, shown);
    }
    const flags = PLACEMENTS.indexOf(placement);
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
    const { receivedAt, processedAt } = this.#records.meta(address);
    return { line: this.#records.line(address), receivedAt, processedAt };
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
    this.#records.setProcessed(address, epoch, PLACEMENTS.indexOf(placement));
  }

  #placement(id: string): Placement | undefined {
    const address = this.#table.get(id);
    return address === 0 ? undefined : this.#placementAt(address);
  }

  #placementAt(address: number): Placement | undefined {
    return PLACEMENTS[this.#records.meta(address).flags];
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

/** The JSON of an object as main shows it, with the fields that its schema defines, or `null`. */
export function mainJson(object: MainObject | undefined, schema: SchemaStore): string {
  if (object === undefined) return 'null';
  const members: string[] = [];
  for (const [name, value] of jsonMembers(object.line)) {
    if (schema.shows(name, object, () => JSON.parse(value))) {
      members.push(`${JSON.stringify(name)}:${value}`);
    }
  }
  return `{${members.join(',')}}`;
}
