import { errors, type JWTPayload, jwtVerify } from 'jose';
import { GatewayError } from '../errors.js';
import { type Caller, unauthenticated } from './caller.js';
import { createIssuerKeys, type IssuerState } from './issuer-keys.js';

/** Asymmetric algorithms only: with a shared secret, whoever can verify a token can also issue one. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

export interface JwtSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  readonly algorithms: readonly JwtAlgorithm[];
  /** How far the issuer's clock may differ from the gateway's. */
  readonly leewaySeconds: number;
  /** The least time between fetches for unknown key IDs: forged IDs must not flood the issuer. */
  readonly jwksCooldownMs: number;
  /** How long expired keys are still accepted while the issuer is unavailable. */
  readonly jwksStaleMs: number;
}

export interface JwtVerifier {
  /** @throws GatewayError UNAUTHENTICATED, or AUTH_UNAVAILABLE where the keys cannot be fetched */
  verify(token: string): Promise<Caller>;
  issuer(): IssuerState;
}

const JWKS_MAX_AGE_MS = 600_000;
const JWKS_TIMEOUT_MS = 3_000;

/** Verifies the tokens of an identity provider. */
export function createJwtVerifier(settings: JwtSettings): JwtVerifier {
  const keys = createIssuerKeys({
    url: new URL(settings.jwksUrl),
    maxAgeMs: JWKS_MAX_AGE_MS,
    staleMs: settings.jwksStaleMs,
    cooldownMs: settings.jwksCooldownMs,
    timeoutMs: JWKS_TIMEOUT_MS,
  });
  const leewayMs = settings.leewaySeconds * 1_000;
  async function verify(token: string): Promise<Caller> {
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: [...settings.algorithms],
        clockTolerance: settings.leewaySeconds,
        requiredClaims: ['exp'],
      });
      const subject = subjectOf(payload);
      return {
        id: subject,
        account: subject,
        scopes: scopesOf(payload),
        expiresAt: (payload.exp ?? 0) * 1_000 + leewayMs,
        gong: null,
      };
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      throw isInvalidToken(error)
        ? unauthenticated(reasonOf(error), error)
        : new GatewayError('AUTH_UNAVAILABLE', 'The keys to verify tokens with cannot be fetched.', {
            cause: error,
          });
    }
  }
  return { verify, issuer: keys.state };
}

/** The `sub` claim; some providers identify programs by their client ID only. */
function subjectOf(payload: JWTPayload): string {
  for (const claim of [payload.sub, payload.client_id, payload.azp]) {
    // Printable and short: it is part of every log line of this caller.
    if (typeof claim === 'string' && /^[\x20-\x7e]{1,200}$/.test(claim)) return claim;
  }
  throw unauthenticated('the token names no subject (sub)');
}

/** `scope` is a space-separated list (RFC 8693); some issuers use `scp`, a list or an array. */
function scopesOf({ scope, scp }: JWTPayload): ReadonlySet<string> {
  const words = [scope, scp].flatMap((claim) =>
    Array.isArray(claim) ? claim : String(claim ?? '').split(' '),
  );
  return new Set(words.filter((word) => typeof word === 'string' && word !== ''));
}

function isInvalidToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
    // jose throws a plain JOSEError where the key set's URL answers with anything but 200.
    error.code !== errors.JOSEError.code
  );
}

/** jose's own messages may quote the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token's claim "${error.claim}" is not accepted`;
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'the token is signed with an algorithm that is not allowed';
  if (error instanceof errors.JWKSNoMatchingKey) return 'the token is signed with an unknown key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature is wrong";
  return 'this is not a token from the issuer';
}
