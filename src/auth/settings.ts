import { z } from 'zod';
import {
  type EnvironmentProblem,
  flag,
  integer,
  listOf,
  oneOf,
  parsedBy,
  type SettingsOf,
  setting,
} from '../env.js';
import { isLoopbackHost } from '../loopback.js';
import { API_KEYS_FORMAT, parseApiKeys } from './api-keys.js';
import type { AuthSettings, CredentialsMode } from './authenticator.js';
import { JWT_ALGORITHMS } from './jwt.js';

const ALGORITHM_LIST = listOf(
  z.enum(JWT_ALGORITHMS),
  `one or more of ${JWT_ALGORITHMS.join(', ')}, separated by commas`,
);
const KEY_SET_URL = z
  .string()
  .refine(isKeySetUrl, 'an https address (http for this machine only) without a user');

export const AUTH_SETTINGS = {
  /** How callers authenticate: `none`, `api-key` or `jwt`. Without this setting `none`, for callers on this machine alone. */
  mode: setting('AUTH_MODE', oneOf(['none', 'api-key', 'jwt'])),
  /**
   * `true`, together with AUTH_MODE=none: everybody who can reach `HOST` may call, with everything that the gateway's
   * credentials for Gong allow. Not needed where callers bring their own credentials for Gong.
   */
  noneConfirmed: flag('AUTH_NONE_CONFIRMED', false),
  /** With AUTH_MODE=api-key: a JSON array of {"name", "sha256", "scopes"}. `npm run api-key` makes a key and its entry. */
  keys: setting('AUTH_API_KEYS', parsedBy(parseApiKeys, API_KEYS_FORMAT), { secret: true }),
  /** With AUTH_MODE=jwt: who issues the tokens, as in their claim `iss`. */
  issuer: setting('AUTH_JWT_ISSUER', z.string()),
  /** With AUTH_MODE=jwt: the audience of tokens for this gateway, as in their claim `aud`. */
  audience: setting('AUTH_JWT_AUDIENCE', z.string()),
  /**
   * With AUTH_MODE=jwt: where the issuer publishes its keys, for example
   * https://login.example.com/.well-known/jwks.json
   */
  jwksUrl: setting('AUTH_JWT_JWKS_URL', KEY_SET_URL),
  /** With AUTH_MODE=jwt: signature algorithms that are accepted, separated by commas. */
  algorithms: setting('AUTH_JWT_ALGORITHMS', ALGORITHM_LIST, { default: 'RS256,PS256,ES256,EdDSA' }),
  /** With AUTH_MODE=jwt: tolerated difference between the clocks of the issuer and the gateway. */
  leewaySeconds: integer('AUTH_JWT_LEEWAY_SECONDS', 30, [0, 300], 's'),
  /** With AUTH_MODE=jwt: shortest interval between two requests to the issuer for keys that are unknown. */
  jwksCooldownMs: integer('AUTH_JWT_JWKS_COOLDOWN_MS', 30_000, [0, 3_600_000], 'ms'),
  /**
   * With AUTH_MODE=jwt: how long keys older than ten minutes are accepted while the issuer is unreachable. A key that it
   * withdraws meanwhile stays valid for as long. `/ready` reports it.
   */
  jwksStaleMs: integer('AUTH_JWT_JWKS_STALE_MS', 21_600_000, [0, 604_800_000], 'ms'),
};

type Values = SettingsOf<typeof AUTH_SETTINGS>;

interface Surroundings {
  readonly host: string;
  readonly gong: { readonly mode: CredentialsMode; readonly baseUrl: string | null };
}

/**
 * Unauthenticated access from other machines needs a second, confirming setting.
 *
 * It does not where callers bring their own credentials for Gong: the gateway then holds no data and no credentials of
 * a company, and Gong authenticates each caller. Until it has, the gateway reads no files of a caller and counts its
 * connections apart. Strangers can try credentials, as they can at Gong itself. The built-in emulator does not count as
 * Gong here, because its key is public.
 */
export function authProblems(auth: Values, { host, gong }: Surroundings): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  const needed = (name: keyof Values, what: string) => {
    const { variable } = AUTH_SETTINGS[name];
    if (auth[name] === null) problems.push({ variable, needed: what, got: 'nothing' });
  };
  const passthrough = gong.mode === 'passthrough';
  switch (auth.mode) {
    case 'api-key':
      needed('keys', `${API_KEYS_FORMAT}, here or in AUTH_API_KEYS_FILE, since AUTH_MODE is api-key`);
      break;
    case 'jwt':
      if (passthrough) {
        problems.push({
          variable: 'AUTH_MODE',
          needed: 'none or api-key, since GONG_CREDENTIALS is passthrough and "Authorization" is for Gong',
          got: '"jwt"',
        });
      }
      needed('issuer', 'the issuer of the tokens, since AUTH_MODE is jwt');
      needed('audience', 'the audience of tokens for this gateway, since AUTH_MODE is jwt');
      needed('jwksUrl', "the address of the issuer's keys, since AUTH_MODE is jwt");
      break;
    case 'none':
    case null: {
      const isConfirmed = auth.mode === 'none' && auth.noneConfirmed;
      const gongAuthenticates = passthrough && gong.baseUrl !== null;
      if (isLoopbackHost(host) || isConfirmed || gongAuthenticates) break;
      problems.push({
        variable: 'AUTH_MODE',
        needed:
          `api-key or jwt, since HOST is ${host} and others can call ` +
          '(or AUTH_MODE=none with AUTH_NONE_CONFIRMED=true, to let everybody in)',
        got: auth.mode === null ? 'nothing' : '"none"',
      });
    }
  }
  return problems;
}

/** @param auth without problems */
export function authSettings(auth: Values): AuthSettings {
  const { mode, noneConfirmed: _, keys, issuer, audience, jwksUrl, ...jwt } = auth;
  switch (mode) {
    case 'api-key':
      return { mode, keys: keys ?? [] };
    case 'jwt':
      return { mode, issuer: issuer ?? '', audience: audience ?? '', jwksUrl: jwksUrl ?? '', ...jwt };
    case 'none':
    case null:
      return { mode: 'none' };
  }
}

/** The keys decide who may call, so nobody on the way must be able to change them. */
function isKeySetUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const safe = protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
  return safe && username === '' && password === '';
}
