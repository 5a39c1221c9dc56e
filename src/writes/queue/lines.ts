import type { FileBody } from '../../gong/types.js';
import { type Store, StoreError } from '../../store/store.js';
import { keysOf, type Members } from './records.js';

/** Lines that are in memory at once. */
const SLICE = 500;

export interface BatchLines {
  /** The members whose lines are there, in the order of the lines. */
  readonly members: Members;
  /** The lines, read from the store as they are sent. */
  readonly file: FileBody;
}

/** Finds the lines of a batch's members. */
export async function linesOf(store: Store, integrationId: string, all: Members): Promise<BatchLines> {
  const keys = keysOf(integrationId);
  const members: Members = [];
  let size = 0;
  for await (const [slice, lines] of slices(all)) {
    for (const [index, line] of lines.entries()) {
      const member = slice[index];
      if (line === null || member === undefined) continue;
      members.push(member);
      size += Buffer.byteLength(line.value);
    }
  }
  return { members, file: { size, stream } };

  async function* slices(of: Members) {
    for (let start = 0; start < of.length; start += SLICE) {
      const slice = of.slice(start, start + SLICE);
      yield [slice, await store.read(slice.map(([, seq]) => keys.line(seq)))] as const;
    }
  }

  async function* stream(): AsyncGenerator<Uint8Array> {
    for await (const [, lines] of slices(members)) {
      if (lines.includes(null)) throw new StoreError('needed the lines of a batch, and some are gone');
      yield Buffer.from(lines.map((line) => line?.value ?? '').join(''));
    }
  }
}
