import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLNonNull,
  type GraphQLNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { shown } from '../../crm/values.js';
import { type InputProblem, MAX_LISTED_PROBLEMS, type ProblemPath } from '../../errors.js';

/**
 * What is wrong with one value, judged by its GraphQL type. Codes and messages are the same for literals and variables;
 * graphql-js words the two differently and names the argument in neither.
 */
export type Misfit = Omit<InputProblem, 'path'>;

/** Code that reads the values later may be recursive. */
const MAX_JSON_DEPTH = 32;

const NEEDED: Readonly<Record<string, string>> = {
  ID: 'an ID, which is a string or an integer',
  String: 'a string',
  Int: 'an integer of 32 bits',
  Float: 'a number',
  Boolean: 'true or false',
  JSON: 'a JSON value',
  JSONObject: 'a JSON object',
  Upload: 'a file, sent as a GraphQL multipart request',
};

/** A walk through one given value. */
interface Walk {
  /** One array for the whole walk, copied only when there is a problem: lists have thousands of values. */
  readonly at: (string | number)[];
  /** Up to the number that an error lists. */
  readonly problems: InputProblem[];
}

/** Adds the problems of a value at the walk's place. */
type Check = (given: unknown, walk: Walk) => void;

/** The checks of the types of all schemas, made when they are first needed. */
const checks = new WeakMap<GraphQLInputType, Check>();

/** Adds the problems of the value at `path`, up to the number that an error lists. */
export function findProblems(
  value: unknown,
  type: GraphQLInputType,
  path: ProblemPath,
  problems: InputProblem[],
): void {
  checkOf(type)(value, { at: [...path], problems });
}

function checkOf(type: GraphQLInputType): Check {
  const known = checks.get(type);
  if (known !== undefined) return known;
  const check = createCheck(type);
  checks.set(type, check);
  return check;
}

function createCheck(type: GraphQLInputType): Check {
  if (isNonNullType(type)) {
    const check = checkOf(type.ofType);
    return (given, walk) => {
      if (given == null) report(walk, missing(type, given));
      else check(given, walk);
    };
  }
  const check = checkOfPresent(type);
  return (given, walk) => {
    if (given != null) check(given, walk);
  };
}

/** For values that are not null. */
function checkOfPresent(type: Exclude<GraphQLInputType, GraphQLNonNull<GraphQLNullableType>>): Check {
  if (isListType(type)) {
    const check = checkOf(type.ofType);
    return (given, walk) => {
      // GraphQL accepts a single value as a list of one.
      if (Array.isArray(given)) checkList(given, check, walk);
      else check(given, walk);
    };
  }
  if (isInputObjectType(type)) {
    return (given, walk) => {
      if (isPlainObject(given)) checkObject(given, type, walk);
      else report(walk, notAnObject(type, given));
    };
  }
  return (given, walk) => checkLeaf(given, type, walk);
}

function checkList(given: readonly unknown[], check: Check, walk: Walk): void {
  for (let index = 0; index < given.length && !isFull(walk); index += 1) {
    walk.at.push(index);
    check(given[index], walk);
    walk.at.pop();
  }
}

function checkObject(
  given: Readonly<Record<string, unknown>>,
  type: GraphQLInputObjectType,
  walk: Walk,
): void {
  const fields = type.getFields();
  if (type.isOneOf && !isOneMember(given)) report(walk, notOneMember(type, given));
  for (const name in fields) {
    const field = fields[name];
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (field === undefined || (value === undefined && !isRequiredInputField(field))) continue;
    walk.at.push(name);
    // An object may have fields of its own type, so this cannot be found beforehand.
    checkOf(field.type)(value, walk);
    walk.at.pop();
  }
  for (const name in given) {
    if (fields[name] !== undefined || isFull(walk)) continue;
    walk.at.push(name);
    report(walk, unknownField(type, name));
    walk.at.pop();
  }
}

function checkLeaf(given: unknown, type: GraphQLLeafType, walk: Walk): void {
  const found = leafMisfit(given, type) ?? inexact(given, type);
  if (found !== undefined) report(walk, found);
  else if (typeof given === 'object' && type.name.startsWith('JSON')) checkJson(given, 1, walk);
}

function checkJson(given: unknown, depth: number, walk: Walk): void {
  const found = jsonMisfit(given, depth);
  if (found !== undefined) report(walk, found);
  else if (typeof given === 'object' && given !== null) {
    for (const [key, value] of Object.entries(given)) {
      if (isFull(walk)) return;
      walk.at.push(Array.isArray(given) ? Number(key) : key);
      checkJson(value, depth + 1, walk);
      walk.at.pop();
    }
  }
}

function report({ at, problems }: Walk, found: Misfit): void {
  problems.push({ path: [...at], ...found });
}

function isFull({ problems }: Walk): boolean {
  return problems.length >= MAX_LISTED_PROBLEMS;
}

/** Whether exactly one member is given, and not null. */
function isOneMember(given: Readonly<Record<string, unknown>>): boolean {
  const values = Object.values(given).filter((value) => value !== undefined);
  return values.length === 1 && values[0] !== null;
}

/** For an `@oneOf` object with none, several, or null. */
export function notOneMember(
  wanted: GraphQLInputObjectType,
  given: Readonly<Record<string, unknown>>,
): Misfit {
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  const got = names.length === 1 ? `${names[0]}: null` : `${names.length}`;
  return {
    code: names.length === 0 ? 'MISSING_FIELD' : 'INVALID_VALUE',
    message: `needed exactly one of ${Object.keys(wanted.getFields()).join(', ')}, got ${got}`,
  };
}

/** Returns `undefined` for a value that the type accepts. The value must not be null. */
export function leafMisfit(value: unknown, type: GraphQLLeafType): Misfit | undefined {
  try {
    return type.parseValue(value) === undefined ? misfit(value, type) : undefined;
  } catch (error) {
    return misfit(value, type, error);
  }
}

/** @param error what `parseValue` threw; custom scalars say there what they need */
export function misfit(value: unknown, type: GraphQLLeafType, error?: unknown): Misfit {
  if (isEnumType(type)) {
    const names = type.getValues().map(({ name }) => name);
    const code = typeof value === 'string' ? 'NOT_IN_PICKLIST' : 'WRONG_TYPE';
    return { code, message: needed(`one of ${names.join(', ')}`, value) };
  }
  const builtIn = Object.hasOwn(NEEDED, type.name) ? NEEDED[type.name] : undefined;
  if (builtIn !== undefined) {
    const isTooLarge = type.name === 'Int' && Number.isInteger(value);
    return { code: isTooLarge ? 'OUT_OF_RANGE' : 'WRONG_TYPE', message: needed(builtIn, value) };
  }
  const message = error instanceof Error ? error.message : needed(`a value of the type ${type.name}`, value);
  return { code: typeof value === 'string' ? 'BAD_FORMAT' : 'WRONG_TYPE', message };
}

/**
 * Returns the problem of a number that `JSON.parse` may have rounded, or that JSON cannot express.
 *
 * @param type `undefined` inside a JSON scalar
 */
export function inexact(value: unknown, type?: GraphQLLeafType): Misfit | undefined {
  if (typeof value !== 'number') return undefined;
  if (Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value))) return undefined;
  const hint =
    type?.name === 'Float'
      ? 'a Float holds no larger integer'
      : 'send 64-bit ids and larger numbers as strings';
  const message = `needed a number within ±(2^53 - 1), got one near ${value}: ${hint}`;
  return { code: 'OUT_OF_RANGE', message };
}

export function missing(type: GraphQLInputType, value: unknown): Misfit {
  return { code: 'MISSING_FIELD', message: needed(`a value of the type ${type}`, value) };
}

export function unknownField(type: GraphQLInputObjectType, name: string): Misfit {
  return { code: 'UNKNOWN_FIELD', message: needed(`a field of ${type.name}`, name) };
}

export function notAnObject(type: GraphQLInputType, value: unknown): Misfit {
  return { code: 'WRONG_TYPE', message: needed(`an object of the type ${type}`, value) };
}

function jsonMisfit(value: unknown, depth: number): Misfit | undefined {
  if (depth > MAX_JSON_DEPTH) {
    return { code: 'INVALID_VALUE', message: `needed at most ${MAX_JSON_DEPTH} levels, got more` };
  }
  if (typeof value !== 'object' || value === null) return inexact(value);
  if (Array.isArray(value) || isPlainObject(value)) return undefined;
  return { code: 'WRONG_TYPE', message: 'needed a JSON value, got a file' };
}

function needed(what: string, value: unknown): string {
  return `needed ${what}, got ${shown(value)}`;
}

/** What `JSON.parse` creates. An `Upload` is an instance of a class. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
