import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { BOM } from '../../crm/ldjson.js';
import { arrange, indexPath } from './arrange.js';
import { type Controlled, controlledBy } from './control.js';
import { openFileReader } from './disk-file.js';
import { createFileCheck, createLineCount, type FileFindings } from './file-check.js';
import { createLineIndex } from './line-index.js';
import type { CheckerJob, CheckerResult, FromChecker } from './protocol.js';
import { asSpoolError, SpoolError } from './spool-error.js';

/** The thread that reads, hashes and checks a file, and then sorts and splits it. One file at a time. */

const READ_BYTES = 262_144;
const PRIORITY = 10;

const port = parentPort;
if (port === null) throw new Error('This module must be started as a worker thread');
yieldToEventLoop();

const post = (message: FromChecker) => port.postMessage(message);

port.on('message', (job: CheckerJob) => {
  try {
    post({ kind: 'done', result: run(job, controlledBy(job.control)) });
  } catch (cause) {
    const error = asSpoolError(cause);
    const message = error instanceof Error ? error.message : String(error);
    const spoolKind = error instanceof SpoolError ? error.kind : null;
    post({ kind: 'failed', spoolKind, message, error: cause });
  }
});

function run(job: CheckerJob, control: Controlled): CheckerResult {
  const { findings, sha256 } = readFile(job, control);
  const { report } = findings;
  const parts = job.keep === null ? [] : arrange(job.keep, findings, control.throwIfStopped);
  return { report, sha256, parts };
}

function readFile(
  { path, hadBom, check: spec, keep }: CheckerJob,
  control: Controlled,
): { readonly findings: FileFindings; readonly sha256: string } {
  using index = spec === null || keep === null ? undefined : createLineIndex(indexPath(keep.folder));
  using file = openFileReader(path, READ_BYTES);
  const hash = keep === null ? undefined : createHash('sha256').update(keep.hashPrefix);
  const check = spec === null ? createLineCount() : createFileCheck(spec, (record) => index?.add(record));
  if (hadBom) {
    hash?.update(BOM);
    check.push(BOM);
  }
  let position = 0;
  for (;;) {
    const readable = control.waitForBytes(position);
    if (readable === 0) break;
    const block = file.read(position, Math.min(readable, READ_BYTES));
    position += block.length;
    hash?.update(block);
    check.push(block);
    post({ kind: 'checked', bytes: block.length, linesChecked: check.linesChecked, errors: check.errors });
  }
  // A last line without LF is found only now, and belongs in the index like any other.
  const findings = check.end();
  index?.finish();
  return { findings, sha256: hash?.digest('hex') ?? '' };
}

/**
 * Where cores are few the event loop should go first: a file may take a little longer, other callers should not
 * notice. Only Linux has priorities for single threads.
 */
function yieldToEventLoop(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), PRIORITY);
  } catch {
    // All threads then have the same priority.
  }
}
