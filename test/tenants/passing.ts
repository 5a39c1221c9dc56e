import { SCOPES } from '../../src/auth/scopes.js';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.js';
import { startProxy } from '../support/proxy.js';

/** Credentials that the emulator accepts, as `Authorization` headers. */
export const READER = 'Bearer reader-token-1a2b3c';
export const WRITER = 'Bearer writer-token-4d5e6f';
export const KEY = `Basic ${btoa('emulator:emulator')}`;
/** One that it refuses. */
export const STRANGER = 'Bearer stranger-token-7g8h9i';

const TOKENS = new Map([
  ['reader-token-1a2b3c', SCOPES.filter((scope) => !scope.endsWith(':upload'))],
  ['writer-token-4d5e6f', [...SCOPES]],
]);

/** A call to Gong. */
export interface PassedCall {
  /** The last segment of its path, such as `integrations`. */
  readonly what: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface Passing extends AsyncDisposable {
  readonly harness: Harness;
  readonly calls: readonly PassedCall[];
  /** The credentials of the calls to one path. */
  askersOf(what: string): string[];
}

/** A gateway in passthrough mode, and all its calls to Gong. */
export async function startPassing(
  options: HarnessOptions = {},
  fault: (call: PassedCall) => ReturnType<Parameters<typeof startProxy>[1]> = () => undefined,
): Promise<Passing> {
  const calls: PassedCall[] = [];
  let emulatorUrl = '';
  const proxy = await startProxy(
    () => emulatorUrl,
    ({ url, headers, body }) => {
      const { pathname, searchParams: query } = new URL(url, 'http://gong');
      const what = pathname.split('/').at(-1) ?? '';
      const call = { what, query, authorization: headers.authorization, body };
      calls.push(call);
      return fault(call);
    },
  );
  const harness = await startHarness({
    ...options,
    passthrough: options.passthrough ?? {},
    emulator: { tokens: TOKENS, ...options.emulator },
    gong: { baseUrl: proxy.url, ...options.gong },
  });
  emulatorUrl = harness.emulatorUrl;
  return {
    harness,
    calls,
    askersOf: (what) =>
      calls.filter((call) => call.what === what).map(({ authorization = '' }) => authorization),
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

export const INTEGRATIONS = '{ integrations { id } }';

/** The code of the first error, or `OK`. */
export async function outcome(
  harness: Harness,
  authorization: string,
  query = INTEGRATIONS,
): Promise<string> {
  const { errors } = await harness.as({ authorization }).query(query);
  return errors[0]?.extensions.code ?? 'OK';
}
