import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** Synchronous, buffered files for worker threads. */

export interface FileWriter extends Disposable {
  readonly path: string;
  /** Bytes written so far, including those still buffered. */
  readonly bytes: number;
  write(source: Buffer, start: number, end: number): void;
  writeByte(byte: number): void;
  /** Writes what is buffered and closes the file. Disposing closes it without writing. */
  finish(): void;
}

/** Creates the file with mode 0600; it must not exist. */
export function createFileWriter(path: string, bufferBytes: number): FileWriter {
  const file = openSync(path, 'wx', 0o600);
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let buffered = 0;
  let bytes = 0;
  let open = true;

  function flush(): void {
    writeAll(file, buffer, 0, buffered);
    buffered = 0;
  }
  function close(): void {
    if (open) closeSync(file);
    open = false;
  }

  return {
    path,
    get bytes() {
      return bytes;
    },
    write(source, start, end) {
      bytes += end - start;
      if (buffered + end - start > buffer.length) flush();
      if (end - start >= buffer.length) {
        writeAll(file, source, start, end);
      } else {
        source.copy(buffer, buffered, start, end);
        buffered += end - start;
      }
    },
    writeByte(byte) {
      if (buffered === buffer.length) flush();
      buffer[buffered] = byte;
      buffered += 1;
      bytes += 1;
    },
    finish() {
      flush();
      close();
    },
    [Symbol.dispose]: close,
  };
}

function writeAll(file: number, source: Buffer, start: number, end: number): void {
  let from = start;
  while (from < end) from += writeSync(file, source, from, end - from);
}

export interface FileReader extends Disposable {
  /** Length of the file when it was opened. */
  readonly bytes: number;
  /**
   * Returns bytes `[at, at + length)`, valid until the next call. Cheap in ascending order. Throws if the file is
   * shorter.
   */
  read(at: number, length: number): Buffer;
}

export function openFileReader(path: string, bufferBytes: number): FileReader {
  const file = openSync(path, 'r');
  const bytes = fstatSync(file).size;
  let buffer = Buffer.allocUnsafeSlow(bufferBytes);
  let bufferAt = 0;
  let buffered = 0;

  function fill(at: number, length: number): void {
    if (length > buffer.length) buffer = Buffer.allocUnsafeSlow(length);
    bufferAt = at;
    buffered = 0;
    while (buffered < length) {
      const got = readSync(file, buffer, buffered, buffer.length - buffered, at + buffered);
      if (got === 0) throw new Error(`The file must have ${at + length} bytes, got ${at + buffered}`);
      buffered += got;
    }
  }

  return {
    bytes,
    read(at, length) {
      if (at < bufferAt || at + length > bufferAt + buffered) fill(at, length);
      return buffer.subarray(at - bufferAt, at - bufferAt + length);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
