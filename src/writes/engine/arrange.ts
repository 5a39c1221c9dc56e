import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openFileReader } from './disk-file.js';
import type { FileFindings, LineRecord } from './file-check.js';
import { createIdTable } from './id-table.js';
import { readLineIndex } from './line-index.js';
import { createPartFiles } from './part-files.js';
import type { ArrangedPart, ArrangeSpec } from './protocol.js';
import { type SortedLine, sortLines } from './sort.js';
import { splitAtLineEnds } from './split.js';

export const spoolPath = (folder: string): string => join(folder, 'spool');
export const indexPath = (folder: string): string => join(folder, 'index');

/** Lines sorted in memory at once. */
const RUN_BYTES = 8 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;
/** Lines between two checks of whether to stop. */
const STOP_CHECK_LINES = 1024;

/**
 * Makes the parts of a spooled file by the cheapest means that its findings allow: the file itself, a split, a copy in
 * order or a sort. Removes everything that is not a part.
 */
export function arrange(
  spec: ArrangeSpec,
  findings: FileFindings,
  throwIfStopped: () => void,
): ArrangedPart[] {
  const spool = spoolPath(spec.folder);
  const { report, hasRepeats } = findings;
  if (spec.validation === 'OFF') return splitAtLineEnds(spool, spec, report.lines, throwIfStopped);
  if (report.validObjects === 0 || (spec.validation === 'ENFORCE' && report.errorCount > 0)) {
    rmSync(spool);
    rmSync(indexPath(spec.folder));
    return [];
  }
  const isWhole = report.validObjects === report.lines;
  if (report.sorted && isWhole && !hasRepeats) {
    using file = openFileReader(spool, 0);
    if (file.bytes <= spec.maxPartBytes) {
      rmSync(indexPath(spec.folder));
      return [{ path: spool, bytes: file.bytes, lines: report.lines, afterPrevious: false }];
    }
  }
  return copyLines(spec, findings, throwIfStopped);
}

function copyLines(spec: ArrangeSpec, findings: FileFindings, throwIfStopped: () => void): ArrangedPart[] {
  const spool = spoolPath(spec.folder);
  const index = indexPath(spec.folder);
  using file = openFileReader(spool, READ_BYTES);
  using files = createPartFiles(spec);
  const ids = findings.hasRepeats ? createIdTable() : undefined;
  const readLine = (record: LineRecord) => file.read(record.at, record.bytes);
  const removeInput = () => {
    rmSync(spool);
    rmSync(index);
  };

  const lines: Iterable<SortedLine> = findings.report.sorted
    ? inFileOrder(index, readLine)
    : sortLines(readLineIndex(index), {
        folder: spec.folder,
        runBytes: RUN_BYTES,
        readLine,
        onRead: removeInput,
      });
  let count = 0;
  for (const line of lines) {
    // The k-th occurrence of an object goes to round k: Gong must process the rounds one after the other.
    files.add(ids?.addHash(line.idLow, line.idHigh) ?? 1, line.bytes);
    count += 1;
    if (count % STOP_CHECK_LINES === 0) throwIfStopped();
  }
  if (findings.report.sorted) removeInput();
  return files.finish();
}

function* inFileOrder(index: string, readLine: (record: LineRecord) => Buffer): Generator<SortedLine> {
  for (const record of readLineIndex(index)) yield { ...record, bytes: readLine(record) };
}
