import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createFileWriter, openFileReader } from './disk-file.js';
import type { LineRecord } from './file-check.js';
import { createMemoryRelease } from './free-memory.js';

/**
 * A stable external merge sort by instant: runs of bounded size are sorted in memory, written out and then merged. Runs
 * hold whole lines, so that every file is read sequentially whatever the order was.
 */

/** A line whose bytes are valid until the next one. */
export interface SortedLine {
  readonly bytes: Buffer;
  readonly idLow: number;
  readonly idHigh: number;
}

export interface SortSpec {
  /** Where the runs are written; they are removed when the sort succeeds. */
  readonly folder: string;
  /** Bytes of lines held in memory at once, if no line is longer. */
  readonly runBytes: number;
  readonly readLine: (record: LineRecord) => Buffer;
  /** Called when every line has been read. */
  readonly onRead: () => void;
}

const RUN_HEADER_BYTES = 20;
/** Memory shared by the runs that are merged. */
const MERGE_BUFFER_BYTES = 8 * 1024 * 1024;

export function* sortLines(records: Iterable<LineRecord>, spec: SortSpec): Generator<SortedLine> {
  let memory = Buffer.allocUnsafeSlow(spec.runBytes);
  const paths: string[] = [];
  let run: LineRecord[] = [];
  let used = 0;

  for (const record of records) {
    if ((used > 0 && used + record.bytes > memory.length) || run.length === MAX_RUN_LINES) {
      paths.push(writeRun(join(spec.folder, `run-${paths.length}`), memory, sorted(run)));
      run = [];
      used = 0;
    }
    if (record.bytes > memory.length) memory = Buffer.allocUnsafeSlow(record.bytes);
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
  // Freed for the merge.
  run = [];
  createMemoryRelease()([memory]);
  yield* mergeRuns(paths);
  for (const path of paths) rmSync(path);
}

/** Limits the records in memory if lines are very short. */
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
  /** Position among the runs: of lines with equal instants, that of the earlier run comes first. */
  readonly order: number;
  line(): SortedLine;
  /** Moves to the next line and returns whether there is one. */
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

/** Restores a binary heap in which only the entry at `index` may be out of place. */
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
