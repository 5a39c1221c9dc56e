import Upload from 'graphql-upload/Upload.mjs';
import { badUserInput, GatewayError } from '../../errors.js';

/** Where the file of a GraphQL multipart request stands in its operation. */
export interface Place {
  /** Of the file's part. */
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
export function readMap(text: string, operations: object): Place {
  const entries = Object.entries(readObject('map', text));
  const [entry] = entries;
  if (entry === undefined) return { name: '', upload: undefined, path: null };
  if (entries.length > 1) throw tooLarge(`map: needed one file, got ${entries.length}`);
  const [name, paths] = entry;
  if (!Array.isArray(paths) || paths.length !== 1 || typeof paths[0] !== 'string') {
    throw badRequest('needed one place for the file in a list, got something else', 'map');
  }
  if (!paths[0].startsWith('variables.')) {
    throw badRequest(`needed a place in the variables, got ${JSON.stringify(paths[0].slice(0, 100))}`, 'map');
  }
  const upload = new Upload();
  putAt(operations, paths[0], upload);
  return { name, upload, path: paths[0] };
}

function putAt(operations: object, path: string, upload: Upload): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let holder: unknown = operations;
  for (const key of keys) holder = ownProperty(holder, key);
  if (ownProperty(holder, last) !== null || !isObject(holder)) {
    throw badRequest(
      `needed a place in "operations" that holds null, such as variables.input.file, got ${JSON.stringify(path.slice(0, 100))}`,
      'map',
    );
  }
  Object.defineProperty(holder, last, {
    value: upload,
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
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('needed JSON, got something else', name);
  }
  if (!isObject(value) || Array.isArray(value))
    throw badRequest('needed an object, got something else', name);
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function badRequest(message: string, ...part: string[]): GatewayError {
  return badUserInput([{ path: ['body', ...part], code: 'INVALID_VALUE', message }]);
}

export function tooLarge(message: string): GatewayError {
  return new GatewayError('PAYLOAD_TOO_LARGE', `multipart request: ${message}.`);
}
