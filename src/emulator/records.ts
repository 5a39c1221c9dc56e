import { hashOf } from './sharded-map.js';

/** Stored with each record; every value is an unsigned 32-bit integer. */
export interface RecordMeta {
  readonly upload: number;
  readonly receivedAt: number;
  readonly processedAt: number;
  readonly flags: number;
}

/** Where a record is: the index of its arena times 2^32, plus its offset, plus 1. 0 means no record. */
export type Address = number;

interface Arena {
  readonly bytes: Buffer;
  /** Where the next record goes. */
  end: number;
  /** Bytes of records that are not freed. */
  live: number;
}

const ARENA_BYTES = 1024 * 1024;
const FIRST_ARENA_BYTES = 64 * 1024;
const ARENA_STEP = 2 ** 32;
const BUCKETS = 2 ** 18;

// Offsets in a record's header. Then come the ID in UTF-16 (it may hold half a surrogate pair) and the line in UTF-8.
const ID_BYTES = 0;
const LINE_BYTES = 4;
const HASH = 8;
const UPLOAD = 12;
const RECEIVED_AT = 16;
const PROCESSED_AT = 20;
const FLAGS = 24;
/** The address of the next record in the same bucket, as a double. */
const NEXT = 28;
const HEADER_BYTES = 36;
const FREED = 0xffffffff;

/**
 * A hash table of records, each an ID and a line of JSON, in large buffers outside the JavaScript heap. A million of
 * them in a Map take 640 MiB instead of 370, and the garbage collector pauses the process for up to 100 ms. The
 * number of buckets is fixed, because growing a large table is a pause too.
 */
export class Records {
  readonly #arenas: (Arena | undefined)[] = [];
  readonly #unused: number[] = [];
  #current = -1;
  /** The first record of each bucket. */
  #buckets = new Float64Array(0);

  /** The memory held by all arenas, including what freed records occupied. */
  get bytes(): number {
    return this.#arenas.reduce((sum, arena) => sum + (arena?.bytes.length ?? 0), 0);
  }

  /** An address is valid until the next `put` or `delete`. */
  find(id: string): Address {
    const hash = hashOf(id);
    let address = this.#buckets[hash % BUCKETS] ?? 0;
    while (address !== 0) {
      const { bytes, at } = this.#locate(address);
      if (bytes.readUInt32LE(at + HASH) === hash && idAt(bytes, at) === id) break;
      address = bytes.readDoubleLE(at + NEXT);
    }
    return address;
  }

  /** Adds a record or replaces the one with the same ID. */
  put(id: string, line: string, meta: RecordMeta): void {
    this.delete(id);
    if (this.#buckets.length === 0) this.#buckets = new Float64Array(BUCKETS);
    const idBytes = id.length * 2;
    const lineBytes = Buffer.byteLength(line);
    const hash = hashOf(id);
    const previous = this.#current;
    const address = this.#allocate(HEADER_BYTES + idBytes + lineBytes);
    const { bytes, at } = this.#locate(address);
    bytes.writeUInt32LE(idBytes, at + ID_BYTES);
    bytes.writeUInt32LE(lineBytes, at + LINE_BYTES);
    bytes.writeUInt32LE(hash, at + HASH);
    bytes.writeUInt32LE(meta.upload, at + UPLOAD);
    bytes.writeUInt32LE(meta.receivedAt, at + RECEIVED_AT);
    bytes.writeUInt32LE(meta.processedAt, at + PROCESSED_AT);
    bytes.writeUInt32LE(meta.flags, at + FLAGS);
    bytes.writeDoubleLE(this.#buckets[hash % BUCKETS] ?? 0, at + NEXT);
    bytes.write(id, at + HEADER_BYTES, idBytes, 'utf16le');
    bytes.write(line, at + HEADER_BYTES + idBytes, lineBytes, 'utf8');
    this.#buckets[hash % BUCKETS] = address;
    this.#compact(previous);
  }

  delete(id: string): void {
    const address = this.find(id);
    if (address === 0) return;
    const { arena, bytes, at } = this.#locate(address);
    this.#relink(address, bytes.readDoubleLE(at + NEXT));
    bytes.writeUInt32LE(FREED, at + FLAGS);
    arena.live -= sizeOf(bytes, at);
    this.#compact(Math.floor(address / ARENA_STEP));
  }

  line(address: Address): string {
    const { bytes, at } = this.#locate(address);
    const start = at + HEADER_BYTES + bytes.readUInt32LE(at + ID_BYTES);
    return bytes.toString('utf8', start, start + bytes.readUInt32LE(at + LINE_BYTES));
  }

  meta(address: Address): RecordMeta {
    const { bytes, at } = this.#locate(address);
    return {
      upload: bytes.readUInt32LE(at + UPLOAD),
      receivedAt: bytes.readUInt32LE(at + RECEIVED_AT),
      processedAt: bytes.readUInt32LE(at + PROCESSED_AT),
      flags: bytes.readUInt32LE(at + FLAGS),
    };
  }

  setProcessed(address: Address, processedAt: number, flags: number): void {
    const { bytes, at } = this.#locate(address);
    bytes.writeUInt32LE(processedAt, at + PROCESSED_AT);
    bytes.writeUInt32LE(flags, at + FLAGS);
  }

  #locate(address: Address): { readonly arena: Arena; readonly bytes: Buffer; readonly at: number } {
    const arena = this.#arenas[Math.floor(address / ARENA_STEP)];
    if (arena === undefined) throw new Error(`no record at ${address}`);
    return { arena, bytes: arena.bytes, at: (address % ARENA_STEP) - 1 };
  }

  #allocate(size: number): Address {
    let arena = this.#arenas[this.#current];
    if (arena === undefined || arena.bytes.length - arena.end < size) {
      const bytes = Math.max(size, arena === undefined ? FIRST_ARENA_BYTES : ARENA_BYTES);
      arena = { bytes: Buffer.allocUnsafeSlow(bytes), end: 0, live: 0 };
      this.#current = this.#unused.pop() ?? this.#arenas.length;
      this.#arenas[this.#current] = arena;
    }
    const address = this.#current * ARENA_STEP + arena.end + 1;
    arena.end += size;
    arena.live += size;
    return address;
  }

  /** Makes whatever points at a record, its bucket or the record before it, point at another. */
  #relink(from: Address, to: Address): void {
    const record = this.#locate(from);
    const bucket = record.bytes.readUInt32LE(record.at + HASH) % BUCKETS;
    let address = this.#buckets[bucket] ?? 0;
    if (address === from) {
      this.#buckets[bucket] = to;
      return;
    }
    for (;;) {
      const { bytes, at } = this.#locate(address);
      address = bytes.readDoubleLE(at + NEXT);
      if (address !== from) continue;
      bytes.writeDoubleLE(to, at + NEXT);
      return;
    }
  }

  /** Moves what is left of an arena that is at most a quarter full, and releases the arena. */
  #compact(index: number): void {
    const arena = this.#arenas[index];
    if (arena === undefined || index === this.#current || arena.live * 4 > arena.end) return;
    const { bytes } = arena;
    for (let at = 0; at < arena.end && arena.live > 0; at += sizeOf(bytes, at)) {
      if (bytes.readUInt32LE(at + FLAGS) === FREED) continue;
      const size = sizeOf(bytes, at);
      const to = this.#allocate(size);
      const target = this.#locate(to);
      bytes.copy(target.bytes, target.at, at, at + size);
      this.#relink(index * ARENA_STEP + at + 1, to);
      arena.live -= size;
    }
    this.#arenas[index] = undefined;
    this.#unused.push(index);
  }
}

function idAt(bytes: Buffer, at: number): string {
  const start = at + HEADER_BYTES;
  return bytes.toString('utf16le', start, start + bytes.readUInt32LE(at + ID_BYTES));
}

function sizeOf(bytes: Buffer, at: number): number {
  return HEADER_BYTES + bytes.readUInt32LE(at + ID_BYTES) + bytes.readUInt32LE(at + LINE_BYTES);
}
