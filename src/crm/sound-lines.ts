import { isOf, SPACE } from './byte-classes.js';
import { createByteNames, NOT_FOUND } from './byte-names.js';
import {
  type EndOf,
  endOfId,
  endOfOrdinal,
  endOfPlain,
  endOfValue,
  endOfVisible,
  isAt,
} from './byte-values.js';
import { type FieldRule, type ObjectRulesOptions, objectRules } from './object-rules.js';

/**
 * Recognizes lines about which there is nothing to report by their bytes alone. That is most lines of most files, and
 * takes a third of the time of parsing and checking them. It makes no garbage either.
 */
export interface SoundLines {
  /**
   * Returns the position of the LF after the line that begins at `start`, or `NOT_SOUND` if the line has to be parsed:
   * there may be something wrong with it, or something rare, such as an escaped key.
   *
   * @param bytes valid UTF-8 from `start` to an LF
   */
  match(bytes: Uint8Array, start: number): number;
  /** Where the last line has its ID, which is ASCII without escapes. */
  readonly idStart: number;
  readonly idEnd: number;
  /** Where the last line has the datetime that orders the lines; 0 if it has none. */
  readonly dateStart: number;
}

export const NOT_SOUND = -1;

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const NULL = Buffer.from('null');

/** @param options `reportWarnings` must be set: a line with a warning is not sound */
export function createSoundLines(options: ObjectRulesOptions): SoundLines {
  const { fields, allWanted, wantedOfDeletion } = objectRules(options);
  const all = [...fields.keys()];
  const names = createByteNames(all);
  const ends = [...fields.values()].map(endOfField);
  const fills = Int32Array.from(fields.values(), (rule) => rule.fills);
  const idField = all.indexOf('objectId');
  const dateField = all.indexOf('modifiedDate');
  const otherDateField = all.indexOf('lastModified');
  const deletionField = all.indexOf('isDeleted');
  /** The field that came after each, and first at the end: lines of a file have their keys in the same order. */
  const following = new Int32Array(all.length + 1).fill(NOT_FOUND);
  const first = all.length;
  /** The number of the last line that had each field: a key that comes twice is not for this. */
  const seenIn = new Int32Array(all.length);
  let line = 0;
  let idStart = 0;
  let idEnd = 0;
  let dateStart = 0;

  function match(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== OPEN) return NOT_SOUND;
    line = (line + 1) | 0;
    dateStart = 0;
    let otherDateStart = 0;
    let wanted = allWanted;
    let filled = 0;
    let previous = first;
    let at = start;
    do {
      at = afterSpace(bytes, at + 1);
      if (bytes[at] !== QUOTE) return NOT_SOUND;
      let field = following[previous] ?? NOT_FOUND;
      let end = field === NOT_FOUND ? 0 : names.endAt(bytes, at + 1, field);
      if (end === 0 || bytes[end] !== QUOTE) {
        end = endOfPlain(bytes, at) - 1;
        field = names.find(bytes, at + 1, end);
        if (field === NOT_FOUND) return NOT_SOUND;
        following[previous] = field;
      }
      if (seenIn[field] === line) return NOT_SOUND;
      seenIn[field] = line;
      previous = field;
      at = afterSpace(bytes, end + 1);
      if (bytes[at] !== COLON) return NOT_SOUND;
      at = afterSpace(bytes, at + 1);
      if (bytes[at] === LOWER_N) {
        if (!isAt(bytes, at, NULL)) return NOT_SOUND;
        end = at + NULL.length;
      } else {
        end = ends[field]?.(bytes, at) ?? 0;
        if (end === 0) return NOT_SOUND;
        const bits = fills[field] ?? 0;
        if (bits !== 0) {
          if (bytes[at] === QUOTE && end === at + 2) return NOT_SOUND;
          filled |= bits;
        }
        if (field === idField) {
          idStart = at + 1;
          idEnd = end - 1;
        } else if (field === dateField) dateStart = at + 1;
        else if (field === otherDateField) otherDateStart = at + 1;
        else if (field === deletionField && bytes[at] === LOWER_T) wanted = wantedOfDeletion;
      }
      at = afterSpace(bytes, end);
    } while (bytes[at] === COMMA);
    if (bytes[at] !== CLOSE || (wanted & ~filled) !== 0) return NOT_SOUND;
    if (dateStart === 0) dateStart = otherDateStart;
    at = afterSpace(bytes, at + 1);
    return bytes[at] === LF ? at : NOT_SOUND;
  }

  return {
    match,
    get idStart() {
      return idStart;
    },
    get idEnd() {
      return idEnd;
    },
    get dateStart() {
      return dateStart;
    },
  };
}

function afterSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isOf(bytes[at], SPACE)) at += 1;
  return at;
}

/** Recognizes what is neither an error nor a warning. */
function endOfField({ field, type, values }: FieldRule): EndOf {
  if (field?.isFormer === true) return () => 0;
  if (field?.isOrdinal === true) return endOfOrdinal;
  if (field?.name !== 'objectId') return endOfValue(type, values);
  const { maxLength } = field;
  if (maxLength === undefined) return endOfVisible;
  return (bytes, at) => {
    const end = endOfId(bytes, at);
    return end <= at + maxLength + 2 ? end : 0;
  };
}
