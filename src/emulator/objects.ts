import type { UploadObjectType } from '../crm/object-types.js';
import { jsonMembers } from './json-members.js';
import type { ObjectEpochs, SchemaStore } from './schema-store.js';
import { ShardedMap } from './sharded-map.js';

/**
 * An object as it was uploaded: raw storage. `main` is what was processed (reference, section 6): the same, an
 * earlier one if this one did not meet its dependencies, or nothing.
 */
export interface StoredObject extends ObjectEpochs {
  /** The object's JSON. A million short strings are lighter than a million trees, and numbers stay as written. */
  readonly line: string;
  /** The number of the upload that brought it, to notice an object that is twice in a file. */
  readonly upload: number;
  processedAt: number;
  main: StoredObject | null;
  /** The user whose mapping a deal waits for. */
  waitsFor: string | null;
}

export type ObjectsOfType = ShardedMap<StoredObject>;
export type ObjectStore = Readonly<Record<UploadObjectType, ObjectsOfType>>;

export function createObjectStore(): ObjectStore {
  return {
    ACCOUNT: new ShardedMap(),
    CONTACT: new ShardedMap(),
    DEAL: new ShardedMap(),
    LEAD: new ShardedMap(),
    BUSINESS_USER: new ShardedMap(),
    STAGE: new ShardedMap(),
  };
}

/** The JSON of an object as it is in the main database: only fields that its schema defines. */
export function mainJson(stored: StoredObject | undefined, schema: SchemaStore): string {
  const object = stored?.main ?? null;
  if (object === null) return 'null';
  const members: string[] = [];
  for (const [name, value] of jsonMembers(object.line)) {
    if (schema.shows(name, object, () => JSON.parse(value))) {
      members.push(`${JSON.stringify(name)}:${value}`);
    }
  }
  return `{${members.join(',')}}`;
}
