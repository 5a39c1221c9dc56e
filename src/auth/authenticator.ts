import { type ApiKey, createApiKeyring } from './api-keys.js';
import { ANYBODY, type Caller, unauthenticated } from './caller.js';
import { createJwtJudge, type JwtSettings } from './jwt.js';

/** How callers prove who they are. */
export type AuthSettings =
  | { readonly mode: 'none' }
  | { readonly mode: 'api-key'; readonly keys: readonly ApiKey[] }
  | ({ readonly mode: 'jwt' } & JwtSettings);

/** What came with a request, as it came. */
export interface GivenCredentials {
  /** `Bearer …`. */
  readonly authorization?: unknown;
  /** The other place for an API key. */
  readonly apiKey?: unknown;
}

export interface Authenticator {
  readonly mode: AuthSettings['mode'];
  /** @throws GatewayError UNAUTHENTICATED, or AUTH_UNAVAILABLE where it cannot be found out */
  authenticate(given: GivenCredentials): Promise<Caller>;
}

/** Longer ones are not looked at. */
const MAX_CREDENTIAL_CHARS = 8_192;

export function createAuthenticator(settings: AuthSettings): Authenticator {
  switch (settings.mode) {
    case 'none':
      return { mode: settings.mode, authenticate: async () => ANYBODY };
    case 'api-key': {
      const find = createApiKeyring(settings.keys);
      return {
        mode: settings.mode,
        async authenticate({ authorization, apiKey }) {
          const caller = find(apiKey === undefined ? bearerToken(authorization) : checked(apiKey));
          if (caller === undefined) throw unauthenticated('this key is not one of them');
          return caller;
        },
      };
    }
    case 'jwt': {
      const judge = createJwtJudge(settings);
      return {
        mode: settings.mode,
        authenticate: async ({ authorization }) => judge(bearerToken(authorization)),
      };
    }
  }
}

function bearerToken(authorization: unknown): string {
  if (authorization === undefined) throw unauthenticated('send them as "Authorization: Bearer …"');
  const [, token] = /^bearer +(\S+) *$/i.exec(checked(authorization)) ?? [];
  if (token === undefined) throw unauthenticated('"Authorization" must be "Bearer …"');
  return token;
}

function checked(value: unknown): string {
  if (typeof value === 'string' && value.length <= MAX_CREDENTIAL_CHARS) return value;
  throw unauthenticated(`they must be a text of at most ${MAX_CREDENTIAL_CHARS} characters`);
}
