import { instantAt } from '../../crm/byte-dates.js';
import { parseDateTime } from '../../crm/dates.js';
import {
  createLineSplitter,
  isBlank,
  type LineReceiver,
  type LineSkimmer,
  NOT_SKIMMED,
} from '../../crm/ldjson.js';
import { LineFault, parseLine } from '../../crm/ldjson-line.js';
import { createProblemLog } from '../../crm/ldjson-problems.js';
import { compileObjectCheck, type ObjectProblem } from '../../crm/object-rules.js';
import { createSoundLines, NOT_SOUND } from '../../crm/sound-lines.js';
import { createIdTable } from './id-table.js';
import type { CheckSpec } from './protocol.js';
import type { UploadReport } from './types.js';

/** How often one object may occur in a file: each repeat is a request of its own that waits for the one before. */
export const MAX_OCCURRENCES = 100;

/** After so many lines in a row that are not sound, only one in so many is looked at: the file may have a field too many. */
const MAX_MISSED = 32;

/** Where a valid object's line lies in the spool file and how it sorts. */
export interface LineRecord {
  /** Offset of its first byte; a byte order mark is not in the spool file. */
  readonly at: number;
  /** Without the LF. */
  readonly bytes: number;
  /** Seconds since 1970. */
  readonly instant: number;
  readonly idLow: number;
  readonly idHigh: number;
}

export interface FileCheck {
  /** The bytes are read before this returns. */
  push(chunk: Buffer): void;
  end(): FileFindings;
  readonly linesChecked: number;
  readonly errors: number;
}

export interface FileFindings {
  readonly report: UploadReport;
  readonly hasRepeats: boolean;
}

/** Checks a file as its bytes arrive and calls `onValid` for each valid object (reference, sections 4 and 5). */
export function createFileCheck(spec: CheckSpec, onValid: (record: LineRecord) => void): FileCheck {
  const log = createProblemLog(spec.maxListedProblems);
  const checkObject = compileObjectCheck({ ...spec, reportWarnings: true });
  const soundLines = createSoundLines({ ...spec, reportWarnings: true });
  const ids = createIdTable();
  let bytes = 0;
  let blankLines = 0;
  let objects = 0;
  let validObjects = 0;
  let sorted = true;
  let hasRepeats = false;
  let line = 0;
  /** Lines in a row that were not sound, of those that were looked at. */
  let missed = 0;
  let objectId: string | null = null;
  let lastLine = 0;
  let lastInstant = Number.NEGATIVE_INFINITY;

  const onObjectProblem = (problem: ObjectProblem): void =>
    log.add(problem.code, line, objectId, problem.field, () => problem.message);

  const onLine: LineReceiver = (block, start, end, at, number, encoding) => {
    line = number;
    if (isBlank(block, start, end)) {
      blankLines += 1;
      return;
    }
    const parsed = parseLine(block, start, end, encoding);
    if (parsed instanceof LineFault) {
      log.add(parsed.code, line, null, null, () => parsed.message);
      return;
    }
    objects += 1;
    const id = typeof parsed.objectId === 'string' ? parsed.objectId : null;
    objectId = id;
    const errorsBefore = log.errorCount;
    checkObject(parsed, onObjectProblem);
    if (log.errorCount !== errorsBefore) return;
    const date = parsed.modifiedDate || parsed.lastModified;
    const dateText = typeof date === 'string' ? date : '';
    // The object has passed the rules, so a date that is there is well-formed.
    onGoodObject(at, end - start, ids.add(id ?? ''), parseDateTime(dateText), () => [id, dateText]);
  };

  const skim: LineSkimmer = (block, start, at, number) => {
    if (missed >= MAX_MISSED && number % MAX_MISSED !== 0) return NOT_SKIMMED;
    const end = soundLines.match(block, start);
    if (end === NOT_SOUND || end - start > spec.maxLineBytes) {
      missed += 1;
      return NOT_SKIMMED;
    }
    missed = 0;
    line = number;
    objects += 1;
    const { idStart, idEnd, dateStart } = soundLines;
    const occurrence = ids.addAscii(block, idStart, idEnd);
    const instant = dateStart === 0 ? undefined : instantAt(block, dateStart);
    onGoodObject(at, end - start, occurrence, instant, () => [
      block.toString('latin1', idStart, idEnd),
      block.toString('latin1', dateStart, block.indexOf(QUOTE, dateStart)),
    ]);
    return end;
  };

  /** @param texts the object's ID and date */
  function onGoodObject(
    at: number,
    lineBytes: number,
    occurrence: number,
    ownInstant: number | undefined,
    texts: () => readonly [id: string | null, date: string],
  ): void {
    if (occurrence > MAX_OCCURRENCES) {
      log.add('TOO_MANY_REPEATS', line, texts()[0], 'objectId', () => tooManyRepeats);
      return;
    }
    if (occurrence > 1) {
      hasRepeats = true;
      log.add('DUPLICATE_OBJECT', line, texts()[0], 'objectId', () => duplicateMessage(occurrence));
    }
    // A stage needs no date: without one it keeps its place after the line before.
    const instant = ownInstant ?? (Number.isFinite(lastInstant) ? lastInstant : 0);
    if (instant < lastInstant) {
      sorted = false;
      const [id, date] = texts();
      const before = lastLine;
      log.add('OUT_OF_ORDER', line, id, 'modifiedDate', () => orderMessage(date, before));
    }
    lastInstant = instant;
    lastLine = line;
    validObjects += 1;
    onValid({ at, bytes: lineBytes, instant, idLow: ids.low, idHigh: ids.high });
  }

  const splitter = createLineSplitter({
    maxLineBytes: spec.maxLineBytes,
    skim,
    onLine,
    onLongLine(number) {
      line = number;
      log.add(
        'LINE_TOO_LONG',
        number,
        null,
        null,
        () => `The line must have at most ${spec.maxLineBytes} bytes, got more`,
      );
    },
  });

  return {
    push(chunk) {
      bytes += chunk.length;
      splitter.push(chunk);
    },
    end() {
      const lines = splitter.end();
      // The sort needs the room.
      ids.free();
      const counts = { errorCount: log.errorCount, warningCount: log.warningCount };
      const findings = { countsByCode: log.countsByCode(), problems: log.listed(), sorted };
      return {
        report: { bytes, lines, blankLines, objects, validObjects, ...counts, ...findings },
        hasRepeats,
      };
    },
    get linesChecked() {
      return line;
    },
    get errors() {
      return log.errorCount;
    },
  };
}

const LF = 10;
const QUOTE = 0x22;

/** Stands in for `createFileCheck` with validation OFF: only counts line ends. */
export function createLineCount(): FileCheck {
  let bytes = 0;
  let ended = 0;
  let last = LF;
  return {
    push(chunk) {
      bytes += chunk.length;
      for (let lf = chunk.indexOf(LF); lf !== -1; lf = chunk.indexOf(LF, lf + 1)) ended += 1;
      last = chunk[chunk.length - 1] ?? last;
    },
    end() {
      const none = { blankLines: 0, objects: 0, validObjects: 0, errorCount: 0, warningCount: 0 };
      const lines = last === LF ? ended : ended + 1;
      return {
        report: { bytes, lines, ...none, countsByCode: {}, problems: [], sorted: true },
        hasRepeats: false,
      };
    },
    get linesChecked() {
      return ended;
    },
    errors: 0,
  };
}

const tooManyRepeats =
  `An object must occur at most ${MAX_OCCURRENCES} times in a file, got one more: ` +
  'each repeat is a request of its own, so keep its latest line only';

function duplicateMessage(occurrence: number): string {
  return `An object should come once in a file, got it for time ${occurrence}: it will be sent in part ${occurrence} or later`;
}

function orderMessage(date: string, before: number): string {
  return `Lines should be sorted by modifiedDate, got ${date} which is before that of line ${before}: the file will be sent sorted`;
}
