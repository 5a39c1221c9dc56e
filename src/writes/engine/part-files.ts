import { join } from 'node:path';
import { createFileWriter, type FileWriter } from './disk-file.js';
import type { ArrangedPart, ArrangeSpec } from './protocol.js';

const LF = 10;
const FIRST_ROUND_BUFFER_BYTES = 1024 * 1024;
/** Up to 99 further rounds are open at once, and each receives few lines. */
const REPEAT_BUFFER_BYTES = 65_536;

export interface PartFiles extends Disposable {
  /** Appends the line and an LF to the round's open part, or to a new part if that is full. Rounds count from 1. */
  add(round: number, line: Buffer): void;
  /** Returns all parts, round by round. */
  finish(): ArrangedPart[];
}

interface Round {
  file: FileWriter;
  lines: number;
  readonly done: Omit<ArrangedPart, 'afterPrevious'>[];
}

/** Every line and its LF must fit into `maxPartBytes`. */
export function createPartFiles(spec: Pick<ArrangeSpec, 'folder' | 'maxPartBytes'>): PartFiles {
  const rounds: Round[] = [];

  function create(round: number, number: number): FileWriter {
    const path = join(spec.folder, `part-${round}-${number}`);
    return createFileWriter(path, round === 1 ? FIRST_ROUND_BUFFER_BYTES : REPEAT_BUFFER_BYTES);
  }

  function finishFile(round: Round): void {
    round.file.finish();
    round.done.push({ path: round.file.path, bytes: round.file.bytes, lines: round.lines });
    round.lines = 0;
  }

  return {
    add(number, line) {
      // A new round is always the next one: an object's k-th occurrence follows its (k - 1)-th.
      const round = rounds[number - 1] ?? { file: create(number, 1), lines: 0, done: [] };
      rounds[number - 1] = round;
      if (round.file.bytes + line.length + 1 > spec.maxPartBytes) {
        finishFile(round);
        round.file = create(number, round.done.length + 1);
      }
      round.file.write(line, 0, line.length);
      round.file.writeByte(LF);
      round.lines += 1;
    },
    finish() {
      rounds.forEach(finishFile);
      return rounds.flatMap((round, index) =>
        round.done.map((part, position) => ({ ...part, afterPrevious: index > 0 && position === 0 })),
      );
    },
    [Symbol.dispose]() {
      for (const round of rounds) round.file[Symbol.dispose]();
    },
  };
}
