import type { ApiDialect } from '../crm/dialects.js';

/**
 * The stages of a company's sales process, by what deals call them: `objectId` on the current paths, `internalName` on
 * the legacy ones. Only names are kept: stages cannot be read, and one that is inactive or deleted may still be that of a
 * deal.
 */
export class StageStore {
  /** Stages that have an id of their own. Those of the deprecated operation have not: their internal name serves as one. */
  readonly #ids = new Set<string>();
  /** Internal names by objectId, where legacy paths gave them. */
  readonly #nameOf = new Map<string, string>();
  /** By internal name; where several stages had the same, the last. */
  readonly #idOf = new Map<string, string>();

  has(dialect: ApiDialect, name: string): boolean {
    if (dialect === 'legacy') return this.#idOf.has(name);
    return this.#ids.has(name) || this.#idOf.get(name) === name;
  }

  /** What a dialect calls the stage that the other one knows by `name`; the same where it is not known. */
  nameIn(dialect: ApiDialect, name: string): string {
    return (dialect === 'legacy' ? this.#nameOf : this.#idOf).get(name) ?? name;
  }

  /** A stage uploaded on the current paths. Its internal name is what legacy paths called it, or its id. */
  putCurrent(objectId: string): void {
    this.#ids.add(objectId);
    if (!this.#nameOf.has(objectId) && !this.#idOf.has(objectId)) this.#idOf.set(objectId, objectId);
  }

  /** A stage uploaded on the legacy paths, which replaces its former internal name. */
  putLegacy(objectId: string, internalName: string): void {
    const isNamedByItsId = this.#ids.has(objectId) && this.#idOf.get(objectId) === objectId;
    const before = this.#nameOf.get(objectId) ?? (isNamedByItsId ? objectId : undefined);
    if (before !== undefined && before !== internalName) this.#idOf.delete(before);
    this.#ids.add(objectId);
    this.#nameOf.set(objectId, internalName);
    this.#idOf.set(internalName, objectId);
  }

  /** A stage of the deprecated operation, which has no id. */
  putNamed(internalName: string): void {
    if (!this.#idOf.has(internalName)) this.#idOf.set(internalName, internalName);
  }
}
