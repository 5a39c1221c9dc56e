import { BOM } from '../../crm/ldjson.js';
import { arrange, indexPath } from './arrange.js';
import { createFileCheck, type FileCheck, type FileFindings } from './file-check.js';
import { createLineCount } from './line-count.js';
import { createLineIndex, type LineIndexWriter } from './line-index.js';
import type { FromChecker, ToChecker } from './protocol.js';
import { createThreadSide } from './thread.js';

/** The thread that reads the lines, and then sorts and splits the received file. One file at a time. */

interface Job {
  readonly check: FileCheck;
  readonly index: LineIndexWriter | undefined;
}

const side = createThreadSide<ToChecker, FromChecker>();
let job: Job | undefined;
let findings: FileFindings | undefined;

function start(message: Extract<ToChecker, { kind: 'start' }>): Job {
  if (message.check === null) return { check: createLineCount(), index: undefined };
  const index = message.folder === null ? undefined : createLineIndex(indexPath(message.folder));
  return { check: createFileCheck(message.check, (record) => index?.add(record)), index };
}

function drop(): void {
  job?.index?.[Symbol.dispose]();
  job = undefined;
  findings = undefined;
}

side.onMessage((message) => {
  switch (message.kind) {
    case 'start':
      job = start(message);
      if (message.hadBom) job.check.push(BOM);
      return;
    case 'block':
      side.throwIfStopped();
      job?.check.push(side.block(message.slot, message.bytes));
      side.post({
        kind: 'consumed',
        slot: message.slot,
        bytes: message.bytes,
        linesChecked: job?.check.linesChecked ?? 0,
        errors: job?.check.errors ?? 0,
      });
      return;
    case 'finish': {
      if (job === undefined) return;
      // A last line without LF is found only now, and has a place in the index like any other.
      findings = job.check.end();
      job.index?.finish();
      // The table of ids is the largest thing here; sorting needs the room.
      job = undefined;
      side.post({ kind: 'checked', report: findings.report });
      return;
    }
    case 'arrange':
      if (findings === undefined) return;
      side.post({ kind: 'arranged', parts: arrange(message.spec, findings, side.throwIfStopped) });
      findings = undefined;
      return;
    case 'stop':
      drop();
      side.post({ kind: 'stopped' });
  }
});
