import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FileBody } from './types.js';

export interface MultipartFile {
  readonly headers: Readonly<Record<string, string>>;
  /** Returns a new stream of the same bytes; every attempt needs its own. */
  open(): Readable;
}

/**
 * Wraps a file as `multipart/form-data`, in the part `dataFile` (reference, section 2). It is streamed, so that a file of
 * 200 MB costs no memory, and its length is known beforehand, so that it need not be chunked.
 */
export function multipartFile(file: FileBody, fileName: string): MultipartFile {
  const boundary = `gong-crm-graphql-${randomUUID()}`;
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="dataFile"; filename="${fileName}"\r\n` +
      'Content-Type: application/x-ndjson\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);

  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* file.stream();
    yield tail;
  }

  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(head.length + file.size + tail.length),
    },
    open: () => Readable.from(bytes(), { objectMode: false }),
  };
}
