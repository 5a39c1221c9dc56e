import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createFileWriter, openFileReader } from './disk-file.js';
import type { LineRecord } from './file-check.js';

/**
 * A stable external merge sort by instant: runs of bounded size are sorted in memory and written out, then merged.
 * Whole lines are moved, so that every file is read from front to back whatever the order was.
 */

/** A line on its way, its bytes lent until the next one. */
export interface SortedLine {
  readonly bytes: Buffer;
  readonly idLow: number;
  readonly idHigh: number;
}

export interface SortSpec {
  /** Where the runs go; they are gone when the sort ends well. */
  readonly folder: string;
  /** Lines held in memory at once, in bytes; a line must not be longer. */
  readonly runBytes: number;
  readonly readLine: (record: LineRecord) => Buffer;
  /** Called when every line was read. */
  readonly onRead: () => void;
}

const RUN_HEADER_BYTES = 20;
/** Shared by the runs being merged. */
const MERGE_BUFFER_BYTES = 8 * 1024 * 1024;

export function* sortLines(records: Iterable<LineRecord>, spec: SortSpec): Generator<SortedLine> {
  let memory = Buffer.allocUnsafeSlow(spec.runBytes);
  const paths: string[] = [];
  let run: LineRecord[] = [];
  let used = 0;

  for (const record of records) {
    if (used + record.bytes > memory.length || run.length === MAX_RUN_LINES) {
      paths.push(writeRun(join(spec.folder, `run-${paths.length}`), memory, sorted(run)));
      run = [];
      used = 0;
    }
    spec.readLine(record).copy(memory, used);
    run.push({ ...record, at: used });
    used += record.bytes;
  }
  spec.onRead();
  if (paths.length === 0) {
    for (const record of sorted(run)) yield { ...record, bytes: bytesOf(memory, record) };
    return;
  }
  paths.push(writeRun(join(spec.folder, `run-${paths.length}`), memory, sorted(run)));
  // The merge needs the room.
  run = [];
  memory = Buffer.alloc(0);
  yield* mergeRuns(paths);
  for (const path of paths) rmSync(path);
}

/** Bounds the records in memory where lines are very short. */
const MAX_RUN_LINES = 65_536;

/** `Array.sort` is stable. */
function sorted(run: LineRecord[]): LineRecord[] {
  return run.sort((left, right) => left.instant - right.instant);
}

function bytesOf(memory: Buffer, record: LineRecord): Buffer {
  return memory.subarray(record.at, record.at + record.bytes);
}

function writeRun(path: string, memory: Buffer, run: readonly LineRecord[]): string {
  using file = createFileWriter(path, 1024 * 1024);
  const header = Buffer.alloc(RUN_HEADER_BYTES);
  for (const record of run) {
    header.writeDoubleLE(record.instant, 0);
    header.writeUInt32LE(record.bytes, 8);
    header.writeInt32LE(record.idLow, 12);
    header.writeInt32LE(record.idHigh, 16);
    file.write(header, 0, RUN_HEADER_BYTES);
    file.write(memory, record.at, record.at + record.bytes);
  }
  file.finish();
  return path;
}

interface RunReader extends Disposable {
  readonly instant: number;
  /** Position among the runs: of equal instants the earlier run's line comes first. */
  readonly order: number;
  line(): SortedLine;
  /** Moves to the next line; `false` at the end. */
  next(): boolean;
}

function openRun(path: string, order: number, bufferBytes: number): RunReader {
  const file = openFileReader(path, bufferBytes);
  const head = { instant: 0, bytes: 0, idLow: 0, idHigh: 0 };
  let at = 0;
  let end = 0;
  return {
    order,
    get instant() {
      return head.instant;
    },
    line: () => ({ bytes: file.read(at, head.bytes), idLow: head.idLow, idHigh: head.idHigh }),
    next() {
      if (end >= file.bytes) return false;
      const header = file.read(end, RUN_HEADER_BYTES);
      head.instant = header.readDoubleLE(0);
      head.bytes = header.readUInt32LE(8);
      head.idLow = header.readInt32LE(12);
      head.idHigh = header.readInt32LE(16);
      at = end + RUN_HEADER_BYTES;
      end = at + head.bytes;
      return true;
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

function* mergeRuns(paths: readonly string[]): Generator<SortedLine> {
  const bufferBytes = Math.max(65_536, Math.min(1024 * 1024, Math.floor(MERGE_BUFFER_BYTES / paths.length)));
  const opened: RunReader[] = [];
  try {
    for (const [order, path] of paths.entries()) opened.push(openRun(path, order, bufferBytes));
    const heap = opened.filter((run) => run.next());
    for (let index = heap.length >> 1; index >= 0; index -= 1) sink(heap, index);
    while (heap[0] !== undefined) {
      yield heap[0].line();
      if (!heap[0].next()) {
        const last = heap.pop();
        if (last !== undefined && heap.length > 0) heap[0] = last;
      }
      sink(heap, 0);
    }
  } finally {
    for (const run of opened) run[Symbol.dispose]();
  }
}

/** Restores a binary heap of which only the entry at `index` may be too high. */
function sink(heap: RunReader[], index: number): void {
  let at = index;
  for (;;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && isBefore(heap[child], heap[least])) least = child;
    }
    const [upper, lower] = [heap[at], heap[least]];
    if (least === at || upper === undefined || lower === undefined) return;
    heap[at] = lower;
    heap[least] = upper;
    at = least;
  }
}

function isBefore(left: RunReader | undefined, right: RunReader | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  return left.instant < right.instant || (left.instant === right.instant && left.order < right.order);
}
