import { LRUCache } from 'lru-cache';
import type { GatewayError } from '../errors.js';
import { createSharers, type Sharers } from './budget/sharers.js';
import { givenUp } from './errors.js';
import type { CallOptions, CallPriority, Permit } from './types.js';

type Make<T> = (options: CallOptions) => Promise<T>;

/** Makes identical calls of one operation once. */
export interface SharedCall<T> {
  /**
   * Joins an identical call under way, or answers from the cache, or makes the call. Everyone who joined shares its
   * failure, which is not cached. A caller whose `signal` aborts leaves the call to the others.
   *
   * @param key identifies the call
   * @param make makes the call once it has its turn
   */
  get(key: string, options: SharedCallOptions, make: Make<T>): Promise<T>;
  /** Caches an answer that became known in another way. */
  put(key: string, value: T): void;
  /** Forgets everything. Calls under way still answer those who joined, but nobody else, and are not cached. */
  invalidate(): void;
}

export interface SharedCallOptions extends Omit<CallOptions, 'permit' | 'sharers'> {
  /** Bypasses the cache, though a call under way may be joined. */
  readonly fresh?: boolean;
}

export interface SharedCallSettings<T> {
  /** Waits for the first turn of any of the callers. */
  readonly reserve: (options: {
    readonly priority: CallPriority;
    readonly sharers: Sharers;
  }) => Promise<Permit>;
  /** How long an answer is cached, in milliseconds from the moment its call was sent. 0: not at all. */
  readonly ttlMs: number;
  /** Default: every answer may be cached. */
  readonly isCacheable?: (value: T) => boolean;
  readonly now?: () => number;
}

interface Underway<T> {
  readonly value: Promise<T>;
  /** Everyone who waits for it. */
  readonly sharers: Sharers;
}

/** A company has one integration and four object types, but callers may ask for any others. */
const MAX_CACHED = 50;

export function createSharedCall<T>(settings: SharedCallSettings<T>): SharedCall<T> {
  const { reserve, ttlMs, isCacheable = () => true, now = () => performance.now() } = settings;
  const underway = new Map<string, Underway<T>>();
  // Without its own `ttl`, which takes a start at 0 for no limit of time.
  const cached = new LRUCache<string, { readonly value: T; readonly expiresAt: number }>({ max: MAX_CACHED });

  function store(key: string, value: T, since: number): void {
    if (ttlMs > 0 && isCacheable(value)) cached.set(key, { value, expiresAt: since + ttlMs });
    else cached.delete(key);
  }

  function start(key: string, caller: string | undefined, priority: CallPriority, make: Make<T>): Promise<T> {
    const sharers = createSharers({ caller, priority });

    async function call(): Promise<T> {
      try {
        const permit = await reserve({ priority, sharers });
        try {
          const sentAt = now();
          const value = await make({ priority, permit, sharers });
          if (underway.get(key) === entry) store(key, value, sentAt);
          return value;
        } finally {
          permit.settled();
        }
      } finally {
        if (underway.get(key) === entry) underway.delete(key);
      }
    }
    const entry: Underway<T> = { value: Promise.resolve().then(call), sharers };
    underway.set(key, entry);
    return entry.value;
  }

  function answer(
    key: string,
    { caller, priority = 'interactive', fresh = false }: SharedCallOptions,
    make: Make<T>,
  ) {
    const known = fresh ? undefined : cached.get(key);
    if (known !== undefined && known.expiresAt > now()) return Promise.resolve(known.value);
    const call = underway.get(key);
    // A refusal that is still on its way is not meant for anyone who asks only now.
    if (call === undefined || call.sharers.isRefused) return start(key, caller, priority, make);
    call.sharers.join({ caller, priority });
    return call.value;
  }

  return {
    get(key, options, make) {
      const { signal } = options;
      if (signal === undefined) return answer(key, options, make);
      if (signal.aborted) return Promise.reject(abandoned(signal));
      return unlessAborted(answer(key, options, make), signal);
    },
    put: (key, value) => store(key, value, now()),
    invalidate() {
      cached.clear();
      underway.clear();
    },
  };
}

function unlessAborted<T>(value: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(abandoned(signal));
    signal.addEventListener('abort', leave, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

function abandoned(signal: AbortSignal): GatewayError {
  return givenUp('a shared call', signal.reason);
}
