import type { FileBody } from '../../gong/types.js';
import { type Store, StoreError } from '../../store/store.js';
import { keysOf, type Members } from './records.js';

/** Lines that are in memory at once. */
const SLICE = 500;

export interface BatchLines {
  /** The lines, read from the store as they are sent. */
  readonly file: FileBody;
  /** Versions whose lines are gone. */
  readonly missing: ReadonlySet<string>;
}

/** Finds the lines of a batch's members. */
export async function linesOf(store: Store, integrationId: string, members: Members): Promise<BatchLines> {
  const keys = keysOf(integrationId);
  const missing = new Set<string>();
  let size = 0;
  for await (const [slice, lines] of slices()) {
    for (const [index, [, seq]] of slice.entries()) {
      const line = lines[index] ?? null;
      if (line === null) missing.add(seq);
      else size += Buffer.byteLength(line.value);
    }
  }
  return { file: { size, stream }, missing };

  async function* slices() {
    for (let start = 0; start < members.length; start += SLICE) {
      const slice = members.slice(start, start + SLICE);
      yield [slice, await store.read(slice.map(([, seq]) => keys.line(seq)))] as const;
    }
  }

  async function* stream(): AsyncGenerator<Uint8Array> {
    for await (const [, lines] of slices()) {
      if (lines.includes(null)) throw new StoreError('needed the lines of a batch, and some are gone');
      yield Buffer.from(lines.map((line) => line?.value ?? '').join(''));
    }
  }
}
