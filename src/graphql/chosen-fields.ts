import type { CrmRecord } from '../gong/types.js';

/**
 * Those of some fields that a record has. Compiled queries write them as they are; a JSON object is made of them only for
 * graphql-js.
 */
export class ChosenFields {
  /** Each once. */
  readonly names: readonly string[];

  constructor(
    private readonly record: CrmRecord,
    names: readonly string[],
  ) {
    this.names = eachOnce(names);
  }

  /** `undefined` where the record has no such field. */
  value(name: string): unknown {
    return Object.hasOwn(this.record, name) ? this.record[name] : undefined;
  }

  toObject(): Record<string, unknown> {
    const chosen: Record<string, unknown> = {};
    for (const name of this.names) {
      const value = this.value(name);
      if (value === undefined) continue;
      // An assignment to `__proto__` would make no field of that name.
      if (name === '__proto__') Object.defineProperty(chosen, name, { value, enumerable: true });
      else chosen[name] = value;
    }
    return chosen;
  }
}

/** All objects of a list are asked for the same names. */
const known = new WeakMap<readonly string[], readonly string[]>();

function eachOnce(names: readonly string[]): readonly string[] {
  let once = known.get(names);
  if (once === undefined) {
    once = [...new Set(names)];
    known.set(names, once);
  }
  return once;
}
