import { type ApiKey, createApiKeyring } from './api-keys.js';
import { ANYBODY, type Caller, unauthenticated } from './caller.js';
import { readGongCredential } from './gong-credential.js';
import type { IssuerState } from './issuer-keys.js';
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

/** Whether the gateway has credentials for Gong, or passes on what each caller sends as `Authorization`. */
export const CREDENTIALS_MODES = ['configured', 'passthrough'] as const;
export type CredentialsMode = (typeof CREDENTIALS_MODES)[number];

export interface Authenticator {
  /** What to name in `WWW-Authenticate`. */
  readonly schemes: readonly ('Bearer' | 'Basic')[];
  /** @throws GatewayError UNAUTHENTICATED, or AUTH_UNAVAILABLE where it cannot be found out */
  authenticate(given: GivenCredentials): Promise<Caller>;
  /** Of callers' tokens, where there is one: whether it answers. */
  readonly issuer?: () => IssuerState;
}

/** Longer ones are not looked at. */
const MAX_CREDENTIAL_CHARS = 8_192;

export function createAuthenticator(
  settings: AuthSettings,
  credentials: CredentialsMode = 'configured',
): Authenticator {
  if (credentials === 'passthrough') return createPassthrough(settings);
  if (settings.mode !== 'jwt') return { schemes: ['Bearer'], authenticate: createJudge(settings) };
  const { judge, issuer } = createJwtJudge(settings);
  return {
    schemes: ['Bearer'],
    authenticate: async ({ authorization }) => judge(bearerToken(authorization)),
    issuer,
  };
}

function createJudge(settings: Exclude<AuthSettings, { mode: 'jwt' }>): Authenticator['authenticate'] {
  switch (settings.mode) {
    case 'none':
      return async () => ANYBODY;
    case 'api-key': {
      const find = createApiKeyring(settings.keys);
      return async ({ authorization, apiKey }) => {
        const caller = find(apiKey === undefined ? bearerToken(authorization) : checked(apiKey));
        if (caller === undefined) throw unauthenticated('this key is not one of them');
        return caller;
      };
    }
  }
}

/**
 * `Authorization` is for Gong, which judges it; a key for the gateway has its other place. Where none is asked for,
 * a caller may do what Gong lets it do.
 */
function createPassthrough(settings: AuthSettings): Authenticator {
  if (settings.mode === 'jwt')
    throw new TypeError('needed none or api-key, got jwt: its tokens and those for Gong want one header');
  const judge = createJudge(settings);
  return {
    schemes: ['Bearer', 'Basic'],
    async authenticate({ authorization, apiKey }) {
      if (settings.mode === 'api-key' && apiKey === undefined)
        throw unauthenticated('send the key as "X-API-Key", for "Authorization" is what Gong is called with');
      const caller = await judge({ apiKey });
      const gong = readGongCredential(authorization);
      const id = caller.account === null ? gong.label : `${caller.account}/${gong.label}`;
      return { ...caller, id, gong };
    },
  };
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
