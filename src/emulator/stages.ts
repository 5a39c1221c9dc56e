import type { ApiDialect } from '../crm/dialects.js';

/** What each dialect calls a stage: its `objectId` on the current paths, its `internalName` on the legacy ones. */
type Stage = Record<ApiDialect, string>;

/**
 * The stages of a company's sales process, by the names under which deals may refer to them. Only names are kept:
 * stages cannot be read, and one that is inactive or deleted may still be that of a deal.
 */
export class StageStore {
  readonly #byName: Readonly<Record<ApiDialect, Map<string, Stage>>> = {
    current: new Map(),
    legacy: new Map(),
  };

  has(dialect: ApiDialect, name: string): boolean {
    return this.#byName[dialect].has(name);
  }

  /** What a dialect calls the stage that the other one knows by `name`; the same where it is not known. */
  nameIn(dialect: ApiDialect, name: string): string {
    const stage = this.#byName[dialect === 'current' ? 'legacy' : 'current'].get(name);
    return stage?.[dialect] ?? name;
  }

  /** A stage uploaded on the current paths: an internal name that legacy paths gave it before stays. */
  putCurrent(objectId: string): void {
    const { current, legacy } = this.#byName;
    if (current.has(objectId)) return;
    const stage: Stage = { current: objectId, legacy: objectId };
    current.set(objectId, stage);
    if (!legacy.has(objectId)) legacy.set(objectId, stage);
  }

  /** A stage uploaded on the legacy paths. That of the deprecated operation has no id: current paths use its name. */
  putLegacy(internalName: string, objectId?: string): void {
    const { current, legacy } = this.#byName;
    const before = objectId === undefined ? undefined : current.get(objectId);
    if (before !== undefined && before.legacy !== internalName && legacy.get(before.legacy) === before) {
      legacy.delete(before.legacy);
    }
    const stage = legacy.get(internalName) ??
      before ?? { current: objectId ?? internalName, legacy: internalName };
    stage.legacy = internalName;
    if (objectId !== undefined) stage.current = objectId;
    legacy.set(internalName, stage);
    if (objectId !== undefined || !current.has(stage.current)) current.set(stage.current, stage);
  }
}
