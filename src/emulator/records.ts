/** What is kept beside an object's text: numbers of 32 bits. */
export interface RecordMeta {
  readonly upload: number;
  readonly receivedAt: number;
  readonly processedAt: number;
  readonly flags: number;
}

/** Where a record lies: the number of its arena times 2^32, plus its offset, plus 1. 0 is no record. */
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

// A record: this header, the id in UTF-16 (it may hold half a surrogate pair), the line in UTF-8.
const ID_BYTES = 0;
const LINE_BYTES = 4;
const UPLOAD = 8;
const RECEIVED_AT = 12;
const PROCESSED_AT = 16;
const FLAGS = 20;
const HEADER_BYTES = 24;
const FREED = 0xffffffff;

/**
 * Records of an id and a line of JSON, in a few large buffers outside of JavaScript's heap: a million strings and
 * objects inside of it would have the garbage collector stop the process for long, again and again.
 */
export class Records {
  readonly #arenas: (Arena | undefined)[] = [];
  readonly #unused: number[] = [];
  #current = -1;

  /** @param onMove told when a record lies elsewhere, since an arena with little left in it was cleared */
  constructor(private readonly onMove: (id: string, to: Address) => void) {}

  /** The memory that all records take, with what freed ones have left. */
  get bytes(): number {
    return this.#arenas.reduce((sum, arena) => sum + (arena?.bytes.length ?? 0), 0);
  }

  append(id: string, line: string, meta: RecordMeta): Address {
    const idBytes = id.length * 2;
    const lineBytes = Buffer.byteLength(line);
    const address = this.#allocate(HEADER_BYTES + idBytes + lineBytes);
    const { bytes, at } = this.#locate(address);
    bytes.writeUInt32LE(idBytes, at + ID_BYTES);
    bytes.writeUInt32LE(lineBytes, at + LINE_BYTES);
    bytes.writeUInt32LE(meta.upload, at + UPLOAD);
    bytes.writeUInt32LE(meta.receivedAt, at + RECEIVED_AT);
    bytes.writeUInt32LE(meta.processedAt, at + PROCESSED_AT);
    bytes.writeUInt32LE(meta.flags, at + FLAGS);
    bytes.write(id, at + HEADER_BYTES, idBytes, 'utf16le');
    bytes.write(line, at + HEADER_BYTES + idBytes, lineBytes, 'utf8');
    return address;
  }

  id(address: Address): string {
    const { bytes, at } = this.#locate(address);
    const start = at + HEADER_BYTES;
    return bytes.toString('utf16le', start, start + bytes.readUInt32LE(at + ID_BYTES));
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

  free(address: Address): void {
    const { arena, bytes, at } = this.#locate(address);
    bytes.writeUInt32LE(FREED, at + FLAGS);
    arena.live -= sizeOf(bytes, at);
    this.#clear(Math.floor(address / ARENA_STEP));
  }

  #locate(address: Address): { readonly arena: Arena; readonly bytes: Buffer; readonly at: number } {
    const arena = this.#arenas[Math.floor(address / ARENA_STEP)];
    if (arena === undefined) throw new Error(`no record at ${address}`);
    return { arena, bytes: arena.bytes, at: (address % ARENA_STEP) - 1 };
  }

  #allocate(size: number): Address {
    let arena = this.#arenas[this.#current];
    if (arena === undefined || arena.bytes.length - arena.end < size) {
      const full = this.#current;
      const room = arena === undefined ? FIRST_ARENA_BYTES : ARENA_BYTES;
      arena = { bytes: Buffer.allocUnsafeSlow(Math.max(room, size)), end: 0, live: 0 };
      this.#current = this.#unused.pop() ?? this.#arenas.length;
      this.#arenas[this.#current] = arena;
      if (full !== -1) this.#clear(full);
    }
    // Clearing may have put records into the arena, even all it can hold.
    if (arena !== this.#arenas[this.#current] || arena.bytes.length - arena.end < size)
      return this.#allocate(size);
    const address = this.#current * ARENA_STEP + arena.end + 1;
    arena.end += size;
    arena.live += size;
    return address;
  }

  /** Gives an arena back of which less than a quarter is alive, after moving that. */
  #clear(index: number): void {
    const arena = this.#arenas[index];
    if (arena === undefined || index === this.#current || arena.live * 4 > arena.end) return;
    const { bytes } = arena;
    for (let at = 0; at < arena.end && arena.live > 0; at += sizeOf(bytes, at)) {
      if (bytes.readUInt32LE(at + FLAGS) === FREED) continue;
      const from = index * ARENA_STEP + at + 1;
      const id = this.id(from);
      const size = sizeOf(bytes, at);
      const to = this.#allocate(size);
      const target = this.#locate(to);
      bytes.copy(target.bytes, target.at, at, at + size);
      arena.live -= size;
      this.onMove(id, to);
    }
    this.#arenas[index] = undefined;
    this.#unused.push(index);
  }
}

function sizeOf(bytes: Buffer, at: number): number {
  return HEADER_BYTES + bytes.readUInt32LE(at + ID_BYTES) + bytes.readUInt32LE(at + LINE_BYTES);
}
