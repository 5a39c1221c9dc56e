import { type Credential, createCredential, isRefusal } from './credential.js';
import { connectionFailed, GatewayError } from './errors.js';

type Body = string | Blob | ReadableStream<Uint8Array>;

/** A `fetch` that takes what this client gives it: the global one, or that of undici with a dispatcher of its own. */
export type Fetch = (
  url: string,
  init: {
    readonly method: 'POST';
    readonly headers: Record<string, string>;
    readonly body: Body;
    readonly duplex: 'half';
    readonly redirect: 'manual';
    readonly signal: AbortSignal | null;
  },
) => Promise<Response>;

export interface ClientOptions {
  /** The gateway's address, without `/graphql`. */
  readonly url: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * What authenticates: a bearer token, or a value with its scheme, such as `Basic …`, which is sent as it is. A function
   * is asked before the first request, and once more for a request that is refused as UNAUTHENTICATED.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** How often a call is tried in all, where that is safe; 1 is never again. Default 8. */
  readonly attempts?: number;
  /** The longest pause before another attempt. If the gateway asks for more, the call fails. Default 60,000 ms. */
  readonly maxWaitMs?: number;
  /** Time for an answer, except that of a file. Default 120,000 ms: longer than the gateway's own timeouts. */
  readonly timeoutMs?: number;
  /** An event stream that is silent for longer is connected again. The gateway pings every 12 s. Default 60,000 ms. */
  readonly silenceMs?: number;
  /** Default: the global one, which in Node gives up after 300 s without an answer. */
  readonly fetch?: Fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Call<T> {
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called for each attempt. */
  body(): Body | Promise<Body>;
  /** Why an attempt ends, beside the caller's signal. */
  signal?(): AbortSignal;
  /** Throws a GatewayError if the answer is not what is needed. */
  read(response: Response): Promise<T>;
  /** Whether the body can be sent again after a refusal that changed nothing. */
  readonly isReplayable: boolean;
  /** Whether carrying the call out twice is the same as once. */
  readonly isIdempotent: boolean;
}

export interface Connection {
  readonly url: string;
  readonly timeoutMs: number;
  readonly silenceMs: number;
  readonly credential: Credential;
  /** One attempt; a second one with a renewed token if the gateway does not know the first. */
  attempt<T>(call: Call<T>, options: CallOptions): Promise<T>;
  /** Attempts until one succeeds, fails for good, or was the last. */
  retry<T>(attempt: () => Promise<T>, options: CallOptions): Promise<T>;
  /** Waits before another attempt, or throws the error if there must be none. */
  backOff(error: unknown, failures: number, options: CallOptions): Promise<void>;
}

const FIRST_WAIT_MS = 250;

/** @throws TypeError if an option is invalid */
export function createConnection({
  url: address,
  headers: given = {},
  token,
  attempts = 8,
  maxWaitMs = 60_000,
  timeoutMs = 120_000,
  silenceMs = 60_000,
  fetch = (url, init) => globalThis.fetch(url, init),
}: ClientOptions): Connection {
  const url = baseUrl(address);
  const headers = Object.fromEntries(new Headers(given).entries());
  const credential = createCredential(token);

  async function send<T>(call: Call<T>, authorization: string | undefined, signal?: AbortSignal): Promise<T> {
    const signals = [signal, call.signal?.()].filter((one) => one !== undefined);
    const request = {
      method: 'POST',
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }), ...call.headers },
      body: await call.body(),
      // Node and Chromium need it for a body that is a stream.
      duplex: 'half',
      // Following one could take the credentials elsewhere.
      redirect: 'manual',
      signal: signals.length === 0 ? null : AbortSignal.any(signals),
    } as const;
    try {
      return await call.read(await fetch(url + call.path, request));
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof GatewayError ? error : connectionFailed(`no answer from ${url}`, error);
    }
  }

  async function attempt<T>(call: Call<T>, { signal }: CallOptions): Promise<T> {
    signal?.throwIfAborted();
    const used = credential.current();
    try {
      return await send(call, await used, signal);
    } catch (error) {
      if (!credential.isRenewable || !call.isReplayable || !isRefusal(error, call.isIdempotent)) throw error;
      credential.refused(used);
      return await send(call, await credential.current(), signal);
    }
  }

  async function backOff(error: unknown, failures: number, { signal }: CallOptions): Promise<void> {
    if (!(error instanceof GatewayError) || !error.retryable || failures >= attempts) throw error;
    const askedMs = (error.retryAfterSeconds ?? 0) * 1_000;
    if (askedMs > maxWaitMs) throw error;
    // Random, so that many clients do not come back at the same moment.
    const ownMs = FIRST_WAIT_MS * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
    const waitMs = Math.max(ownMs, askedMs + Math.random() * FIRST_WAIT_MS);
    await sleep(Math.min(maxWaitMs, waitMs), signal);
  }

  return {
    url,
    timeoutMs,
    silenceMs,
    credential,
    attempt,
    backOff,
    async retry(run, callOptions) {
      for (let failures = 1; ; failures += 1) {
        try {
          return await run();
        } catch (error) {
          await backOff(error, failures, callOptions);
        }
      }
    },
  };
}

function baseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new TypeError('url: needed an http or https address without credentials and query');
  }
  return url.origin + url.pathname.replace(/(?<!\/)\/+$/, '');
}

/** Rejects with the reason of the signal when it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
