import { ShardedMap } from './sharded-map.js';

/** Which users of the CRM are mapped to which users of Gong, by e-mail address (reference, section 4). */
export class UserMapping {
  readonly #addressOf = new ShardedMap<string>();
  readonly #userOf = new ShardedMap<string>();
  readonly #gongUsers: ReadonlySet<string> | null;

  /** @param gongUsers lower-case addresses that exist at Gong; `null` = every address does */
  constructor(gongUsers: readonly string[] | null) {
    this.#gongUsers = gongUsers === null ? null : new Set(gongUsers);
  }

  isMapped(userId: string): boolean {
    return this.#addressOf.has(userId);
  }

  /**
   * Maps a user unless Gong has nobody of that address, the address is another's, or the user has an address
   * already. Gives whether a mapping was made.
   */
  map(userId: string, emailAddress: string): boolean {
    const address = emailAddress.toLowerCase();
    if (this.#gongUsers !== null && !this.#gongUsers.has(address)) return false;
    if (this.#addressOf.has(userId) || this.#userOf.has(address)) return false;
    this.#addressOf.set(userId, address);
    this.#userOf.set(address, userId);
    return true;
  }

  /** Removes a user's mapping and gives the address that it had. */
  unmap(userId: string): string | undefined {
    const address = this.#addressOf.get(userId);
    if (address === undefined) return undefined;
    this.#addressOf.delete(userId);
    this.#userOf.delete(address);
    return address;
  }
}

/**
 * The changes of one request. A mapping is changed by deleting it and sending the new one in a separate request, so
 * what this request frees, a user or an address, stays taken until it ends.
 */
export class UserMappingRequest {
  readonly #freed = new Set<string>();
  /** Users mapped by this request, for whom deals may be waiting. */
  readonly mapped: string[] = [];

  constructor(private readonly users: UserMapping) {}

  map(userId: string, emailAddress: string): void {
    if (this.#freed.has(emailAddress.toLowerCase())) return;
    if (this.users.map(userId, emailAddress)) this.mapped.push(userId);
  }

  unmap(userId: string): void {
    const address = this.users.unmap(userId);
    if (address !== undefined) this.#freed.add(address);
  }
}
