import type { IncomingMessage } from 'node:http';
import { CallerGoneError, HttpError } from './http.js';

/** Larger JSON bodies are answered with 413. A full schema with long picklists is far smaller. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;

/**
 * Reads the JSON value in a request's body, or `undefined` if the body is empty.
 *
 * @throws HttpError 400 or 413
 * @throws CallerGoneError
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HttpError(400, [`The body must not be encoded, got Content-Encoding ${encoding}`]);
  }
  const bytes = await readBytes(request);
  const text = decode(bytes);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, ['The body is not valid JSON']);
  }
}

/** @throws HttpError 400 for a Content-Type other than JSON, unless it is missing or a wildcard */
export function requireJsonContentType(request: IncomingMessage): void {
  const type = (request.headers['content-type'] ?? '*/*').split(';', 1).join('').trim().toLowerCase();
  if (type === '*/*' || type === 'application/json' || type.endsWith('+json')) return;
  throw new HttpError(400, [`Content-Type must be application/json, got ${type}`]);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError(400, ['The body is not valid UTF-8']);
  }
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new HttpError(413, [`The body must not exceed ${MAX_JSON_BYTES} bytes`]);
  if (Number(request.headers['content-length'] ?? 0) > MAX_JSON_BYTES) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (finish: () => void) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      finish();
    };
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_JSON_BYTES) settle(() => reject(tooLarge));
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks)));
    const onClose = () => settle(() => reject(new CallerGoneError()));
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
