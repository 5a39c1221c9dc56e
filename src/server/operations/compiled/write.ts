import {
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLNullableType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
} from 'graphql';
import { passesStrings } from '../../../graphql/scalars.js';
import { answerTooLarge } from '../answer-size.plugin.js';
import { TOO_LARGE } from './json-bytes.js';
import { call, itemsOf, typeOf } from './resolve.js';
import type { Below, PlannedField, Selection, Settled, WriteValue, Writing } from './types.js';

/** Returns what writes values of a type. Fields that were not awaited are resolved as they are written. */
export function writerOf(type: GraphQLOutputType): WriteValue {
  if (isNonNullType(type)) return nonNullWriter(presentWriterOf(type.ofType));
  return nullableWriter(presentWriterOf(type));
}

/** Of values that are there. */
function presentWriterOf(type: GraphQLNullableType & GraphQLOutputType): WriteValue {
  if (isListType(type)) return listWriter(writerOf(type.ofType));
  if (isLeafType(type)) return leafWriter(type);
  return isObjectType(type) ? objectWriter(type) : abstractWriter(type);
}

function nullableWriter(write: WriteValue): WriteValue {
  return (writing, field, value, below, depth) => {
    const { json } = writing;
    if (value === null || value === undefined) {
      json.raw(NULL);
      return true;
    }
    const start = json.at;
    if (value instanceof Error) fail(writing, field, value, depth);
    else if (write(writing, field, value, below, depth)) return true;
    json.at = start;
    json.raw(NULL);
    return true;
  };
}

function nonNullWriter(write: WriteValue): WriteValue {
  return (writing, field, value, below, depth) => {
    if (value instanceof Error) return fail(writing, field, value, depth);
    if (value !== null && value !== undefined) return write(writing, field, value, below, depth);
    const { parent, definition } = field;
    const message = `Cannot return null for non-nullable field ${parent.name}.${definition.name}.`;
    return fail(writing, field, new Error(message), depth);
  };
}

function listWriter(write: WriteValue): WriteValue {
  return (writing, field, value, below, depth) => {
    const items = itemsOf(value);
    if (items === undefined) {
      const { parent, definition } = field;
      const message = `Expected Iterable, but did not find one for field "${parent.name}.${definition.name}".`;
      return fail(writing, field, new GraphQLError(message), depth);
    }
    const { json, path } = writing;
    json.character(0x5b);
    for (let index = 0; index < items.length; index += 1) {
      if (index > 0) json.character(0x2c);
      path[depth] = index;
      if (!write(writing, field, items[index], below?.[index] as Below, depth + 1)) return false;
    }
    json.character(0x5d);
    return true;
  };
}

function leafWriter(type: GraphQLLeafType): WriteValue {
  const takesStrings = passesStrings(type);
  return (writing, field, value, _below, depth) => {
    const { json } = writing;
    if (takesStrings && typeof value === 'string') {
      json.string(value);
      return true;
    }
    let serialized: unknown;
    try {
      serialized = type.serialize(value);
    } catch (error) {
      return fail(writing, field, error, depth);
    }
    if (serialized === undefined || serialized === null)
      return fail(writing, field, new Error(`Expected a value of the type ${type.name}, got none.`), depth);
    json.value(serialized);
    return true;
  };
}

function objectWriter(type: GraphQLObjectType): WriteValue {
  return (writing, field, value, below, depth) =>
    writeObject(writing, field.select(type), value, below, depth);
}

function abstractWriter(type: GraphQLAbstractType): WriteValue {
  return (writing, field, value, below, depth) => {
    const actual = typeOf(writing, type, value);
    if (actual instanceof Error) return fail(writing, field, actual, depth);
    return writeObject(writing, field.select(actual), value, below, depth);
  };
}

function writeObject(
  writing: Writing,
  { fields }: Selection,
  source: unknown,
  below: Below,
  depth: number,
): boolean {
  const { json, path } = writing;
  json.character(0x7b);
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] as PlannedField;
    json.raw(field.keyBytes, index === 0 ? 1 : 0);
    path[depth] = field.key;
    if (!writeField(writing, field, source, below, depth + 1)) return false;
  }
  json.character(0x7d);
  return true;
}

function writeField(
  writing: Writing,
  field: PlannedField,
  source: unknown,
  below: Below,
  depth: number,
): boolean {
  if (field.awaitedIndex !== -1) {
    const settled = below?.[field.awaitedIndex] as Settled;
    return field.write(writing, field, settled.value, settled.below, depth);
  }
  return field.write(writing, field, call(writing, field, source, undefined), undefined, depth);
}

/** Writes `{"data": …}` in a line. A root field that would not fit into what is left of the bytes is null with an error. */
export function writeAnswer(writing: Writing, settled: Below, maxBytes: number): void {
  const { json } = writing;
  json.allow(START.length);
  json.raw(START);
  const start = json.at;
  if (!writeData(writing, settled, maxBytes)) {
    json.at = start;
    json.allow(NULL.length);
    json.raw(NULL);
  }
  json.allow(END.length);
  json.raw(END);
}

function writeData(writing: Writing, settled: Below, maxBytes: number): boolean {
  const { json, plan, errors, path } = writing;
  let left = maxBytes;
  json.allow(1);
  json.character(0x7b);
  for (const [index, field] of plan.root.fields.entries()) {
    json.allow(field.keyBytes.length);
    json.raw(field.keyBytes, index === 0 ? 1 : 0);
    const start = json.at;
    const errorsBefore = errors.length;
    path[0] = field.key;
    json.allow(left);
    try {
      if (!writeField(writing, field, undefined, settled, 1)) return false;
      left -= json.at - start;
    } catch (error) {
      if (error !== TOO_LARGE) throw error;
      json.at = start;
      json.allow(NULL.length);
      json.raw(NULL);
      errors.length = errorsBefore;
      const reason = answerTooLarge(field.key, maxBytes);
      errors.push(new GraphQLError(reason.message, { path: [field.key], originalError: reason }));
    }
  }
  json.allow(1);
  json.character(0x7d);
  return true;
}

function fail({ errors, path }: Writing, { nodes }: PlannedField, error: unknown, depth: number): false {
  errors.push(locatedError(error, nodes, path.slice(0, depth)));
  return false;
}

const NULL = Buffer.from('null');
const START = Buffer.from('{"data":');
const END = Buffer.from('}\n');
