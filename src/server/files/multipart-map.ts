import Upload from 'graphql-upload/Upload.mjs';
import { badUserInput, GatewayError } from '../../errors.js';
import { parseJson } from '../../parse-json.js';

/** Where the file of a GraphQL multipart request belongs in its operation. */
export interface MappedFile {
  /** The name of the file's part. */
  readonly name: string;
  /** `undefined` where the map is empty: there is no file. */
  readonly upload: Upload | undefined;
  readonly path: string | null;
}

/**
 * Puts an `Upload` where the map says.
 *
 * @throws GatewayError BAD_USER_INPUT or PAYLOAD_TOO_LARGE
 */
export function readMap(text: string, operations: object): MappedFile {
  const entries = Object.entries(readObject('map', text));
  const [entry] = entries;
  if (entry === undefined) return { name: '', upload: undefined, path: null };
  if (entries.length > 1) throw tooLarge(`map: needed one file, got ${entries.length}`);
  const [name, paths] = entry;
  if (!Array.isArray(paths) || paths.length !== 1 || typeof paths[0] !== 'string') {
    throw badRequest('needed a list of one path for the file, got something else', 'map');
  }
  const [path] = paths;
  const shown = JSON.stringify(path.slice(0, 100));
  if (!path.startsWith('variables.')) throw badRequest(`needed a path in the variables, got ${shown}`, 'map');
  const upload = new Upload();
  if (!replaceNull(operations, path, upload)) {
    throw badRequest(
      `needed a path to null in "operations", such as variables.input.file, got ${shown}`,
      'map',
    );
  }
  return { name, upload, path };
}

/** Returns whether there is a null. */
function replaceNull(operations: object, path: string, value: Upload): boolean {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<unknown>(ownProperty, operations);
  if (ownProperty(holder, last) !== null || !isObject(holder)) return false;
  // Plain assignment to `__proto__` would set the prototype.
  return Reflect.defineProperty(holder, last, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function ownProperty(holder: unknown, key: string): unknown {
  return isObject(holder) ? Object.getOwnPropertyDescriptor(holder, key)?.value : undefined;
}

/** @throws GatewayError BAD_USER_INPUT */
export function readObject(name: string, text: string): object {
  const value = parseJson(text);
  if (value === undefined) throw badRequest('needed JSON, got something else', name);
  if (!isObject(value) || Array.isArray(value))
    throw badRequest('needed an object, got something else', name);
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** @param part the field at fault, where it is one */
export function badRequest(message: string, ...part: string[]): GatewayError {
  return badUserInput([{ path: ['body', ...part], code: 'INVALID_VALUE', message }]);
}

export function tooLarge(message: string): GatewayError {
  return new GatewayError('PAYLOAD_TOO_LARGE', `multipart request: ${message}.`);
}
