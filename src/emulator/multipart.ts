import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { CallerGoneError, HttpError } from './http.js';
import { Utf8Check } from './utf8.js';

/** An uploaded file in the chunks it arrived in: joining them would take twice its size. */
export interface DataFile {
  /** Emptied while it is read. */
  readonly chunks: Buffer[];
  readonly isUtf8: boolean;
}

/** Delimiters and part headers around the file. */
const OVERHEAD_BYTES = 64 * 1024;
const LIMITS = { parts: 2, headerPairs: 100, headerSize: 16 * 1024, fieldSize: 1024 };

/**
 * Reads the one part `dataFile` of a `multipart/form-data` body (reference, section 4).
 *
 * @param onFile called when the file begins; may throw to reject the upload
 * @throws HttpError 400 for any other body, 413 for a file of more than `maxBytes`
 * @throws CallerGoneError
 */
export function receiveDataFile(
  request: IncomingMessage,
  maxBytes: number,
  onFile: () => void,
): Promise<DataFile> {
  const tooLarge = new HttpError(413, [`The part dataFile must not exceed ${maxBytes} bytes`]);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + OVERHEAD_BYTES) {
    return Promise.reject(tooLarge);
  }
  return new Promise((resolve, reject) => {
    const busboy = createBusboy(request);
    const chunks: Buffer[] = [];
    const utf8 = new Utf8Check();
    let bodyBytes = 0;
    let fileBytes = 0;
    let found = false;
    let hasOtherParts = false;

    const settle = (finish: () => void) => {
      request.off('data', onBody).off('end', onEnd).off('close', onClose).off('error', onClose);
      finish();
    };
    const fail = (error: unknown) => settle(() => reject(error));
    const onClose = () => {
      if (!request.complete) fail(new CallerGoneError());
    };
    const onBody = (chunk: Buffer) => {
      bodyBytes += chunk.length;
      if (bodyBytes > maxBytes + OVERHEAD_BYTES) {
        fail(tooLarge);
        return;
      }
      busboy.write(chunk);
      // While a large file arrives, garbage collection may take 10 ms per chunk, and Node would read 32 chunks before
      // it turns to other sockets.
      request.pause();
      setImmediate(() => request.resume());
    };
    const onEnd = () => busboy.end();
    const onOtherPart = () => {
      hasOtherParts = true;
      if (found) fail(wrongParts());
    };
    const onPart = (name: string | undefined, stream: BusboyFileStream) => {
      stream.on('error', () => fail(malformed()));
      if (name !== 'dataFile' || found || hasOtherParts) {
        stream.resume();
        if (name === 'dataFile') fail(wrongParts());
        else onOtherPart();
        return;
      }
      found = true;
      try {
        onFile();
      } catch (error) {
        stream.resume();
        fail(error);
        return;
      }
      stream.on('data', (chunk: Buffer) => {
        fileBytes += chunk.length;
        if (fileBytes > maxBytes) {
          fail(tooLarge);
          return;
        }
        chunks.push(chunk);
        utf8.push(chunk);
      });
    };

    busboy.on('file', onPart);
    busboy.on('field', onOtherPart);
    busboy.on('partsLimit', () => fail(wrongParts()));
    busboy.on('error', () => fail(found ? malformed() : noFile()));
    busboy.on('finish', () => {
      if (found) settle(() => resolve({ chunks, isUtf8: utf8.end() }));
      else fail(noFile());
    });
    request.on('data', onBody).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function createBusboy(request: IncomingMessage): BusboyInstance {
  const type = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type)) throw noFile();
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': type },
      limits: LIMITS,
      // Some clients send the file as a plain field, without a file name.
      isPartAFile: (name, _type, fileName) => name === 'dataFile' || fileName !== undefined,
    });
  } catch {
    // The Content-Type has no usable boundary.
    throw noFile();
  }
}

function noFile(): HttpError {
  return new HttpError(400, ['dataFile part is missing']);
}

function wrongParts(): HttpError {
  return new HttpError(400, ['The body must have exactly one part, named dataFile']);
}

function malformed(): HttpError {
  return new HttpError(400, ['The body is not well-formed multipart/form-data, or was cut off']);
}
