import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { badUserInput, GatewayError } from '../../errors.js';
import { badRequest, type Place, readMap, readObject, tooLarge } from './multipart-map.js';

/**
 * Reads a GraphQL multipart request: the fields `operations` and `map`, then the file, in this order
 * (https://github.com/jaydenseric/graphql-multipart-request-spec). The rules are those of graphql-upload, whose scalar
 * takes the file over. Unlike its `processRequest`, the file goes to who reads it as it comes, never to a disk; it
 * ends only when the whole request has ended well, so that a request that breaks off is never taken for a file; and
 * one file has one place.
 */

/** `operations` and `map`, each. */
export const MAX_FIELD_BYTES = 256 * 1024;

/** Of all that stands before the file: the two fields, boundaries and headers. */
export const FIELDS_BYTES = 2 * MAX_FIELD_BYTES + 16 * 1024;

const LIMITS = {
  fields: 2,
  files: 1,
  // One more than is needed to name what is too many, and what stands before the first boundary.
  parts: 5,
  fieldSize: MAX_FIELD_BYTES,
  headerPairs: 100,
  headerSize: 16 * 1024,
};
const READ_BYTES = 256 * 1024;

export interface MultipartOptions {
  readonly maxFileBytes: number;
  /** Ends it with its reason, an error of the catalogue. */
  readonly signal: AbortSignal | null;
  /** Told what `operations` holds as soon as that has been read: the rest may yet be refused. */
  readonly onOperations: (operations: object) => void;
  /** Told what is wrong with the rest, once the operation has been given. */
  readonly onFailure: (error: GatewayError) => void;
}

export interface MultipartOperation {
  readonly operations: object;
  /** Where the file stands in them, e.g. `variables.input.file`; `null`: there is none. */
  readonly filePath: string | null;
}

/**
 * The operation, with an `Upload` in the file's place: given as soon as `map` has been read.
 *
 * @throws GatewayError BAD_USER_INPUT, PAYLOAD_TOO_LARGE or REQUEST_TIMEOUT; once the operation is given, the file's
 *   bytes throw them
 */
export function readMultipart(
  request: IncomingMessage,
  { maxFileBytes, signal, onOperations, onFailure }: MultipartOptions,
): Promise<MultipartOperation> {
  return new Promise((resolve, reject) => {
    const parser = createParser(request, maxFileBytes);
    const end = createEnd();
    let operations: object | undefined;
    let place: Place | undefined;
    let file: BusboyFileStream | undefined;
    let isSettled = false;

    let bytes = 0;
    function countFields(chunk: Buffer): void {
      bytes += chunk.length;
      if (place !== undefined || isSettled) request.off('data', countFields);
      else if (bytes > FIELDS_BYTES)
        fail(tooLarge(`needed "operations" and "map" within ${FIELDS_BYTES} bytes, got more`));
    }

    function fail(error: GatewayError): void {
      if (isSettled) return;
      isSettled = true;
      request.off('data', countFields);
      request.unpipe(parser);
      if (place !== undefined) onFailure(error);
      end.fail(error);
      place?.upload?.reject(error);
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
        place = readMap(value, operations);
        resolve({ operations, filePath: place.path });
      } catch (error) {
        fail(error instanceof GatewayError ? error : badRequest(String(error)));
      }
    });
    parser.on('file', (name, stream) => {
      file = stream;
      // An error that nobody listens to would end the process, and the file may have no reader.
      stream.on('error', () => {});
      stream.on('limit', () => fail(tooLarge(`needed a file of at most ${maxFileBytes} bytes, got more`)));
      if (place === undefined)
        return refuse('needed "operations" and "map" before the file, got the file first');
      if (place.upload === undefined || name !== place.name)
        return refuse('needed the name of the file’s part, got none that has it', 'map');
      place.upload.resolve(received(stream, end.reached));
    });
    parser.on('fieldsLimit', () => refuse('needed the fields "operations" and "map", got more'));
    parser.on('partsLimit', () => refuse('needed "operations", "map" and the file, got more'));
    parser.on('filesLimit', () => fail(tooLarge('needed one file, got several')));
    parser.on('error', (error) => refuse(error instanceof Error ? error.message : 'malformed'));
    parser.on('finish', () => {
      if (operations === undefined) return refuse('needed this field, got none', 'operations');
      if (place === undefined) return refuse('needed this field, got none', 'map');
      if (place.upload !== undefined && file === undefined) return refuse('needed the file, got none');
      isSettled = true;
      end.reach();
    });
    request.once('close', () => {
      if (!request.complete) refuse('the request ended before its last byte; nothing was sent');
    });
    const giveUp = () => {
      if (signal?.reason instanceof GatewayError) fail(signal.reason);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted) giveUp();
    else request.pipe(parser);
    // After the parser, which discards what has no end, and would go on with it before anybody has asked who sends it.
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

/** In graphql-upload's form. The file's own name is a stranger's text, of no use here. */
function received(stream: Readable, ended: Promise<void>) {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield* stream;
    await ended;
  }
  const createReadStream = () => Readable.from(bytes(), { objectMode: false, highWaterMark: READ_BYTES });
  return { filename: '', mimetype: '', encoding: '', createReadStream };
}

/** The end of the request, for who waits for it. */
function createEnd() {
  let reach = (): void => {};
  let fail: (error: Error) => void = () => {};
  const reached = new Promise<void>((resolve, reject) => {
    reach = resolve;
    fail = reject;
  });
  // It may fail with nobody waiting.
  reached.catch(() => {});
  return { reached, reach: () => reach(), fail: (error: Error) => fail(error) };
}

/** @param part the field at fault, where it is one */
