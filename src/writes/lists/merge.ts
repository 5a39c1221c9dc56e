import { byDate, type ListLine } from './check.js';

/** Lists of one object type as one file. */
export interface MergedLists<List> {
  /** LDJSON. */
  readonly file: string;
  /** One per line. */
  readonly objectIds: readonly string[];
  /** For each line, the lists that have it. */
  readonly sources: readonly (readonly List[])[];
}

/**
 * Merges lists, sorted as each of them is. An object may be in several of them only with the same line, which the file has
 * once.
 */
export function mergeLists<List extends { readonly lines: readonly ListLine[] }>(
  lists: readonly List[],
): MergedLists<List> {
  const merged = new Map<string, ListLine>();
  const sources = new Map<string, List[]>();
  for (const list of lists) {
    for (const line of list.lines) {
      const others = sources.get(line.objectId);
      if (others !== undefined) {
        others.push(list);
        continue;
      }
      merged.set(line.objectId, line);
      sources.set(line.objectId, [list]);
    }
  }
  const lines = byDate([...merged.values()]);
  return {
    file: lines.map(({ text }) => text).join(''),
    objectIds: lines.map(({ objectId }) => objectId),
    sources: lines.map(({ objectId }) => sources.get(objectId) ?? []),
  };
}
