import { z } from 'zod';
import type { EnvironmentProblem } from '../env.js';
import { flag, integer } from '../env.js';
import { isLoopbackHost } from '../loopback.js';
import { API_KEYS_FORMAT, parseApiKeys } from './api-keys.js';
import type { AuthSettings, CredentialsMode } from './authenticator.js';
import { JWT_ALGORITHMS, type JwtAlgorithm } from './jwt.js';

export const AUTH_MODES = ['none', 'api-key', 'jwt'] as const;

/** What a deployment can say about its callers; part of config.ts. */
export const AUTH_VARIABLES = {
  AUTH_MODE: z.enum(AUTH_MODES, `one of ${AUTH_MODES.join(', ')}`).optional(),
  AUTH_NONE_CONFIRMED: flag(false),
  AUTH_API_KEYS: z
    .string()
    .transform((text, context) => {
      const keys = parseApiKeys(text);
      if (keys === undefined) context.addIssue({ code: 'custom', message: API_KEYS_FORMAT });
      return keys ?? [];
    })
    .optional(),
  AUTH_JWT_ISSUER: z.string().min(1).optional(),
  AUTH_JWT_AUDIENCE: z.string().min(1).optional(),
  AUTH_JWT_JWKS_URL: z
    .string()
    .refine(isKeySetUrl, 'an https address (http for this machine only) without a user')
    .optional(),
  AUTH_JWT_ALGORITHMS: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .refine(
      (names): names is JwtAlgorithm[] =>
        names.every((name) => JWT_ALGORITHMS.some((known) => known === name)),
      `one or more of ${JWT_ALGORITHMS.join(', ')}, separated by commas`,
    )
    .default(['RS256', 'PS256', 'ES256', 'EdDSA']),
  AUTH_JWT_LEEWAY_SECONDS: integer({ min: 0, max: 300, default: 30 }),
  AUTH_JWT_JWKS_COOLDOWN_MS: integer({ min: 0, max: 3_600_000, default: 30_000 }),
  AUTH_JWT_JWKS_STALE_MS: integer({ min: 0, max: 604_800_000, default: 21_600_000 }),
};

type Variables = z.output<z.ZodObject<typeof AUTH_VARIABLES>> & {
  readonly HOST: string;
  readonly GONG_CREDENTIALS: CredentialsMode;
  readonly GONG_BASE_URL?: string | undefined;
};

/**
 * Who is let in without a word must be said twice, where others than this machine can call.
 *
 * Not so where callers bring credentials of their own for Gong: there is nothing of a company's in the gateway, and
 * Gong judges each. Files are read, and connections counted apart, only once it has. What strangers can do is to try
 * credentials, as they can at Gong itself. The embedded emulator is no such judge: everybody knows its key.
 */
export function authProblems(variables: Variables): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  const needed = (variable: keyof Variables, what: string) => {
    if (variables[variable] === undefined) problems.push({ variable, needed: what, got: 'nothing' });
  };
  const passthrough = variables.GONG_CREDENTIALS === 'passthrough';
  switch (variables.AUTH_MODE) {
    case 'api-key':
      needed(
        'AUTH_API_KEYS',
        `${API_KEYS_FORMAT}, here or in AUTH_API_KEYS_FILE, since AUTH_MODE is api-key`,
      );
      break;
    case 'jwt':
      if (passthrough) {
        problems.push({
          variable: 'AUTH_MODE',
          needed: 'none or api-key, since GONG_CREDENTIALS is passthrough and "Authorization" is for Gong',
          got: '"jwt"',
        });
      }
      needed('AUTH_JWT_ISSUER', 'the issuer of the tokens, since AUTH_MODE is jwt');
      needed(
        'AUTH_JWT_AUDIENCE',
        'what tokens for this gateway name as their audience, since AUTH_MODE is jwt',
      );
      needed('AUTH_JWT_JWKS_URL', "the address of the issuer's keys, since AUTH_MODE is jwt");
      break;
    case 'none':
    case undefined: {
      const saidTwice = variables.AUTH_MODE === 'none' && variables.AUTH_NONE_CONFIRMED;
      const gongJudges = passthrough && variables.GONG_BASE_URL !== undefined;
      if (isLoopbackHost(variables.HOST) || saidTwice || gongJudges) break;
      problems.push({
        variable: 'AUTH_MODE',
        needed:
          `api-key or jwt, since HOST is ${variables.HOST} and others can call ` +
          '(or AUTH_MODE=none with AUTH_NONE_CONFIRMED=true, to let everybody in)',
        got: variables.AUTH_MODE === undefined ? 'nothing' : '"none"',
      });
    }
  }
  return problems;
}

/** Of variables without problems. */
export function authSettings(variables: Variables): AuthSettings {
  switch (variables.AUTH_MODE) {
    case 'api-key':
      return { mode: 'api-key', keys: variables.AUTH_API_KEYS ?? [] };
    case 'jwt':
      return {
        mode: 'jwt',
        issuer: variables.AUTH_JWT_ISSUER ?? '',
        audience: variables.AUTH_JWT_AUDIENCE ?? '',
        jwksUrl: variables.AUTH_JWT_JWKS_URL ?? '',
        algorithms: variables.AUTH_JWT_ALGORITHMS,
        leewaySeconds: variables.AUTH_JWT_LEEWAY_SECONDS,
        jwksCooldownMs: variables.AUTH_JWT_JWKS_COOLDOWN_MS,
        jwksStaleMs: variables.AUTH_JWT_JWKS_STALE_MS,
      };
    case 'none':
    case undefined:
      return { mode: 'none' };
  }
}

/** Whoever can change what comes from there can let himself in. */
function isKeySetUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const safe = protocol === 'https:' || (protocol === 'http:' && isLoopbackHost(hostname));
  return safe && username === '' && password === '';
}
