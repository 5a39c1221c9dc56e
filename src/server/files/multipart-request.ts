import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { badUserInput, GatewayError } from '../../errors.js';
import { badRequest, type MappedFile, readMap, readObject, tooLarge } from './multipart-map.js';

/** The limit for each of `operations` and `map`. */
export const MAX_FIELD_BYTES = 256 * 1024;

/** The limit for everything before the file: both fields, boundaries and headers. */
export const FIELDS_BYTES = 2 * MAX_FIELD_BYTES + 16 * 1024;

const LIMITS = {
  fields: 2,
  files: 1,
  // The fields, the file, one more to tell what there is too much of, and the preamble.
  parts: 5,
  fieldSize: MAX_FIELD_BYTES,
  headerPairs: 100,
  headerSize: 16 * 1024,
};
const READ_BYTES = 256 * 1024;

export interface MultipartOptions {
  readonly maxFileBytes: number;
  /** Ends the request with its reason, a GatewayError. */
  readonly signal: AbortSignal | null;
  /** Called as soon as `operations` has been read: the rest may yet be refused. */
  readonly onOperations: (operations: object) => void;
  /** Called where the rest fails after the promise has resolved. */
  readonly onFailure: (error: GatewayError) => void;
}

export interface MultipartOperation {
  readonly operations: object;
  /** Where the file belongs in them, such as `variables.input.file`; `null`: there is none. */
  readonly filePath: string | null;
}

/**
 * Reads a GraphQL multipart request: the fields `operations` and `map`, then the file, in this order
 * (https://github.com/jaydenseric/graphql-multipart-request-spec). Resolves as soon as `map` has been read, with an
 * `Upload` of graphql-upload in place of the file. Unlike that package's `processRequest`, this streams the file to its
 * reader and not to disk; ends the stream only when the whole request has ended, so that one that breaks off is never
 * taken for a whole file; and allows the file in one place only.
 *
 * @throws GatewayError BAD_USER_INPUT, PAYLOAD_TOO_LARGE or REQUEST_TIMEOUT; after resolving, the file's stream throws
 *   them
 */
export function readMultipart(
  request: IncomingMessage,
  { maxFileBytes, signal, onOperations, onFailure }: MultipartOptions,
): Promise<MultipartOperation> {
  return new Promise((resolve, reject) => {
    const parser = createParser(request, maxFileBytes);
    const end = createEnd();
    let operations: object | undefined;
    let mapped: MappedFile | undefined;
    let file: BusboyFileStream | undefined;
    let isSettled = false;

    let bytes = 0;
    function countFields(chunk: Buffer): void {
      bytes += chunk.length;
      if (mapped !== undefined || isSettled) request.off('data', countFields);
      else if (bytes > FIELDS_BYTES)
        fail(tooLarge(`needed "operations" and "map" within ${FIELDS_BYTES} bytes, got more`));
    }

    function fail(error: GatewayError): void {
      if (isSettled) return;
      isSettled = true;
      request.off('data', countFields);
      request.unpipe(parser);
      if (mapped !== undefined) onFailure(error);
      end.fail(error);
      mapped?.upload?.reject(error);
      file?.destroy(error);
      reject(error);
    }
    const refuse = (message: string, ...part: string[]) => fail(badRequest(message, ...part));

    parser.on('field', (name, value, _nameTruncated, truncated) => {
      if (truncated) return fail(tooLarge(`${name}: needed at most ${MAX_FIELD_BYTES} bytes, got more`));
      try {
        if (name === 'operations') {
          operations = readObject(name, value);
          onOperations(operations);
        }
        if (name !== 'map') return;
        if (operations === undefined) throw badRequest('needed after "operations", got it first', 'map');
        mapped = readMap(value, operations);
        resolve({ operations, filePath: mapped.path });
      } catch (error) {
        fail(error instanceof GatewayError ? error : badRequest(String(error)));
      }
    });
    parser.on('file', (name, stream) => {
      file = stream;
      // The file may have no reader yet, and an `error` event without a listener would end the process.
      stream.on('error', () => {});
      stream.on('limit', () => fail(tooLarge(`needed a file of at most ${maxFileBytes} bytes, got more`)));
      if (mapped === undefined)
        return refuse('needed "operations" and "map" before the file, got the file first');
      if (mapped.upload === undefined || name !== mapped.name)
        return refuse('needed the name of the file’s part, got another one', 'map');
      mapped.upload.resolve(received(stream, end.reached));
    });
    parser.on('fieldsLimit', () => refuse('needed the fields "operations" and "map", got more'));
    parser.on('partsLimit', () => refuse('needed "operations", "map" and the file, got more'));
    parser.on('filesLimit', () => fail(tooLarge('needed one file, got several')));
    parser.on('error', (error) => refuse(error instanceof Error ? error.message : 'malformed'));
    parser.on('finish', () => {
      if (operations === undefined) return refuse('needed this field, got none', 'operations');
      if (mapped === undefined) return refuse('needed this field, got none', 'map');
      if (mapped.upload !== undefined && file === undefined) return refuse('needed the file, got none');
      isSettled = true;
      end.reach();
    });
    request.once('close', () => {
      if (!request.complete) refuse('the request ended early; nothing was sent to Gong');
    });
    const giveUp = () => {
      if (signal?.reason instanceof GatewayError) fail(signal.reason);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
    else request.pipe(parser);
    // The parser would discard an endless preamble for ever. It comes first: it may reach the file in the same chunk.
    request.on('data', countFields);
  });
}

/** @throws GatewayError where the content type has no boundary */
function createParser(request: IncomingMessage, maxFileBytes: number): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
      limits: { ...LIMITS, fileSize: maxFileBytes },
      highWaterMark: READ_BYTES,
      fileHwm: READ_BYTES,
    });
  } catch {
    const message = 'needed multipart/form-data with a boundary, got one without';
    throw badUserInput([{ path: ['header', 'content-type'], code: 'BAD_FORMAT', message }]);
  }
}

/** The format of graphql-upload. The file's own name is untrusted and not needed. */
function received(stream: Readable, ended: Promise<void>) {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield* stream;
    await ended;
  }
  const createReadStream = () => Readable.from(bytes(), { objectMode: false, highWaterMark: READ_BYTES });
  return { filename: '', mimetype: '', encoding: '', createReadStream };
}

/** A promise of the end of the request. */
function createEnd() {
  let reach = (): void => {};
  let fail: (error: Error) => void = () => {};
  const reached = new Promise<void>((resolve, reject) => {
    reach = resolve;
    fail = reject;
  });
  // A rejection may have no handler yet.
  reached.catch(() => {});
  return { reached, reach: () => reach(), fail: (error: Error) => fail(error) };
}
