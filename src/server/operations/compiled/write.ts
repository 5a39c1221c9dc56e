import {
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLOutputType,
  getNullableType,
  isLeafType,
  isListType,
  isObjectType,
  locatedError,
} from 'graphql';
import { ChosenFields } from '../../../graphql/chosen-fields.js';
import { passesStrings } from '../../../graphql/scalars.js';
import { answerTooLarge } from '../answer-size.plugin.js';
import { TOO_LARGE } from './json-bytes.js';
import { call, itemsOf, typeOf } from './resolve.js';
import type { Below, PlannedField, Selection, Settled, Shape, Writing } from './types.js';

/** Works out once how values of a type are written. */
export function shapeOf(type: GraphQLOutputType): Shape {
  const present = getNullableType(type);
  const isLeaf = isLeafType(present);
  const common = { isNullable: present === type, takesText: isLeaf && passesStrings(present) };
  if (isListType(present)) return { kind: 'list', item: shapeOf(present.ofType), ...common };
  if (isLeaf) return { kind: 'leaf', type: present, ...common };
  return isObjectType(present)
    ? { kind: 'object', type: present, ...common }
    : { kind: 'abstract', type: present, ...common };
}

/**
 * Writes a value, or null with an error.
 *
 * @param depth of the value's path
 * @returns false where it may not be null: then the parent is null, and what was written of it is to be taken back
 */
function writeValue(
  writing: Writing,
  field: PlannedField,
  shape: Shape,
  value: unknown,
  below: Below,
  depth: number,
): boolean {
  const { json } = writing;
  if (typeof value === 'string' && shape.takesText) {
    json.string(value);
    return true;
  }
  const start = json.at;
  if (value === null || value === undefined) {
    if (!shape.isNullable) return fail(writing, field, noValue(field), depth);
  } else if (value instanceof Error) {
    fail(writing, field, value, depth);
  } else if (writePresent(writing, field, shape, value, below, depth)) {
    return true;
  }
  if (!shape.isNullable) return false;
  json.at = start;
  json.raw(NULL);
  return true;
}

function writePresent(
  writing: Writing,
  field: PlannedField,
  shape: Shape,
  value: unknown,
  below: Below,
  depth: number,
): boolean {
  switch (shape.kind) {
    case 'leaf':
      return writeLeaf(writing, field, shape.type, value, depth);
    case 'list':
      return writeList(writing, field, shape.item, value, below, depth);
    case 'object':
      return writeObject(writing, field.select(shape.type), value, below, depth);
    case 'abstract': {
      const actual = typeOf(writing, shape.type, value);
      return actual instanceof Error
        ? fail(writing, field, actual, depth)
        : writeObject(writing, field.select(actual), value, below, depth);
    }
  }
}

function writeLeaf(
  writing: Writing,
  field: PlannedField,
  type: GraphQLLeafType,
  value: unknown,
  depth: number,
): boolean {
  if (value instanceof ChosenFields) {
    writing.json.chosen(value);
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
  writing.json.value(serialized);
  return true;
}

function writeList(
  writing: Writing,
  field: PlannedField,
  shape: Shape,
  value: unknown,
  below: Below,
  depth: number,
): boolean {
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
    const own = below?.[index] as Below;
    if (!writeValue(writing, field, shape, items[index], own, depth + 1)) return false;
  }
  json.character(0x5d);
  return true;
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
  const { shape, awaitedIndex } = field;
  if (awaitedIndex === -1)
    return writeValue(writing, field, shape, call(writing, field, source, undefined), undefined, depth);
  const settled = below?.[awaitedIndex] as Settled;
  return writeValue(writing, field, shape, settled.value, settled.below, depth);
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

function noValue({ parent, definition }: PlannedField): Error {
  return new Error(`Cannot return null for non-nullable field ${parent.name}.${definition.name}.`);
}

function fail({ errors, path }: Writing, { nodes }: PlannedField, error: unknown, depth: number): false {
  errors.push(locatedError(error, nodes, path.slice(0, depth)));
  return false;
}

const NULL = Buffer.from('null');
const START = Buffer.from('{"data":');
const END = Buffer.from('}\n');
