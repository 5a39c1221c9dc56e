import type { ApiDialect } from '../crm/dialects.js';

/**
 * The stages that deals may name: by `objectId` on the current paths, by `internalName` on the legacy ones. Only names
 * are stored, because stages cannot be read, and deals may also name inactive and deleted ones.
 */
export class StageStore {
  /** Without the stages of the deprecated operation, which have no ID: their internal name serves as one. */
  readonly #ids = new Set<string>();
  /** Internal names by objectId, if uploaded on the legacy paths. */
  readonly #nameOf = new Map<string, string>();
  /** By internal name; the last of several stages with the same name. */
  readonly #idOf = new Map<string, string>();

  has(dialect: ApiDialect, name: string): boolean {
    if (dialect === 'legacy') return this.#idOf.has(name);
    return this.#ids.has(name) || this.#idOf.get(name) === name;
  }

  /** Translates the other dialect's name of a stage into this dialect's, or returns it unchanged if unknown. */
  nameIn(dialect: ApiDialect, name: string): string {
    return (dialect === 'legacy' ? this.#nameOf : this.#idOf).get(name) ?? name;
  }

  /** Adds a stage uploaded on the current paths. Its internal name is the one from the legacy paths, or its ID. */
  putCurrent(objectId: string): void {
    this.#ids.add(objectId);
    if (!this.#nameOf.has(objectId) && !this.#idOf.has(objectId)) this.#idOf.set(objectId, objectId);
  }

  /** Adds a stage uploaded on the legacy paths, or changes its internal name. */
  putLegacy(objectId: string, internalName: string): void {
    const isNamedByItsId = this.#ids.has(objectId) && this.#idOf.get(objectId) === objectId;
    const before = this.#nameOf.get(objectId) ?? (isNamedByItsId ? objectId : undefined);
    if (before !== undefined && before !== internalName) this.#idOf.delete(before);
    this.#ids.add(objectId);
    this.#nameOf.set(objectId, internalName);
    this.#idOf.set(internalName, objectId);
  }

  /** Adds a stage of the deprecated operation, which has no ID. */
  putNamed(internalName: string): void {
    if (!this.#idOf.has(internalName)) this.#idOf.set(internalName, internalName);
  }
}
