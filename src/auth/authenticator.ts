import { type ApiKey, createApiKeyring } from './api-keys.js';
import { ANONYMOUS, type Caller, unauthenticated } from './caller.js';
import { readGongCredential } from './gong-credential.js';
import type { IssuerState } from './issuer-keys.js';
import { createJwtVerifier, type JwtSettings } from './jwt.js';

/** How callers prove who they are. */
export type AuthSettings =
  | { readonly mode: 'none' }
  | { readonly mode: 'api-key'; readonly keys: readonly ApiKey[] }
  | ({ readonly mode: 'jwt' } & JwtSettings);

/** The credentials in a request, unchecked. */
export interface GivenCredentials {
  /** `Bearer …`. */
  readonly authorization?: unknown;
  /** From `X-API-Key`. */
  readonly apiKey?: unknown;
}

/** Whether the gateway has credentials for Gong, or passes on what each caller sends as `Authorization`. */
export const CREDENTIALS_MODES = ['configured', 'passthrough'] as const;
export type CredentialsMode = (typeof CREDENTIALS_MODES)[number];

export interface Authenticator {
  /** Named in `WWW-Authenticate`. */
  readonly schemes: readonly ('Bearer' | 'Basic')[];
  /** @throws GatewayError UNAUTHENTICATED, or AUTH_UNAVAILABLE where they cannot be checked */
  authenticate(given: GivenCredentials): Caller | Promise<Caller>;
  /** The state of the token issuer, where tokens are used. */
  readonly issuer?: () => IssuerState;
}

/** Longer values are refused unread. */
const MAX_CREDENTIAL_CHARS = 8_192;

export function createAuthenticator(
  settings: AuthSettings,
  credentials: CredentialsMode = 'configured',
): Authenticator {
  if (credentials === 'passthrough') return createPassthrough(settings);
  if (settings.mode !== 'jwt') return { schemes: ['Bearer'], authenticate: createKeyCheck(settings) };
  const { verify, issuer } = createJwtVerifier(settings);
  return {
    schemes: ['Bearer'],
    authenticate: ({ authorization }) => verify(bearerToken(authorization)),
    issuer,
  };
}

function createKeyCheck(
  settings: Exclude<AuthSettings, { mode: 'jwt' }>,
): (given: GivenCredentials) => Caller {
  switch (settings.mode) {
    case 'none':
      return () => ANONYMOUS;
    case 'api-key': {
      const find = createApiKeyring(settings.keys);
      return ({ authorization, apiKey }) => {
        const caller = find(apiKey === undefined ? bearerToken(authorization) : checked(apiKey));
        if (caller === undefined) throw unauthenticated('the key is unknown');
        return caller;
      };
    }
  }
}

/**
 * Passes `Authorization` on to Gong, which checks it; an API key for the gateway comes as `X-API-Key`. Without API keys,
 * a caller may do whatever Gong allows it.
 */
function createPassthrough(settings: AuthSettings): Authenticator {
  if (settings.mode === 'jwt')
    throw new TypeError("needed none or api-key, got jwt: its tokens and Gong's use the same header");
  const checkKey = createKeyCheck(settings);
  return {
    schemes: ['Bearer', 'Basic'],
    authenticate({ authorization, apiKey }) {
      if (settings.mode === 'api-key' && apiKey === undefined)
        throw unauthenticated('send the key as "X-API-Key": "Authorization" is passed on to Gong');
      const caller = checkKey({ apiKey });
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
