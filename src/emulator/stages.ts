export interface Stage {
  readonly internalName: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly sortOrder: number;
}

/** The stages of a company's sales process. Deals name them by `internalName` (reference, section 4). */
export class StageStore {
  readonly #stages = new Map<string, Stage>();
  /** Uploaded stages have an id beside their internal name; those of the deprecated operation have not. */
  readonly #nameOf = new Map<string, string>();

  has(internalName: string): boolean {
    return this.#stages.has(internalName);
  }

  put(stage: Stage, objectId?: string): void {
    if (objectId !== undefined) {
      const before = this.#nameOf.get(objectId);
      if (before !== undefined && before !== stage.internalName) this.#stages.delete(before);
      this.#nameOf.set(objectId, stage.internalName);
    }
    this.#stages.set(stage.internalName, stage);
  }

  /** Deals may still name an inactive stage: that is what deals closed long ago do. */
  deactivate(objectId: string): void {
    const stage = this.#stages.get(this.#nameOf.get(objectId) ?? objectId);
    if (stage !== undefined) this.#stages.set(stage.internalName, { ...stage, isActive: false });
  }
}
