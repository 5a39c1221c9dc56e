import { ShardedMap } from './sharded-map.js';

/** Maps users of the CRM to users of Gong by e-mail address (reference, section 4). */
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
   * Maps a user, unless Gong has no user with that address or either of the two is already mapped.
   *
   * @returns whether the user was mapped
   */
  map(userId: string, emailAddress: string): boolean {
    const address = emailAddress.toLowerCase();
    if (this.#gongUsers !== null && !this.#gongUsers.has(address)) return false;
    if (this.#addressOf.has(userId) || this.#userOf.has(address)) return false;
    this.#addressOf.set(userId, address);
    this.#userOf.set(address, userId);
    return true;
  }

  /** Removes a user's mapping and returns its address. */
  unmap(userId: string): string | undefined {
    const address = this.#addressOf.get(userId);
    if (address === undefined) return undefined;
    this.#addressOf.delete(userId);
    this.#userOf.delete(address);
    return address;
  }
}

/**
 * The changes made by one request. To change a mapping, callers must delete it in one request and create it in another,
 * so an address freed by this request cannot be mapped again by it.
 */
export class UserMappingRequest {
  readonly #freed = new Set<string>();
  /** Users mapped by this request; deals may be waiting for them. */
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
