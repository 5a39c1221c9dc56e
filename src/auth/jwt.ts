import { errors, type JWTPayload, jwtVerify } from 'jose';
import { GatewayError } from '../errors.js';
import { type Caller, unauthenticated } from './caller.js';
import { createIssuerKeys, type IssuerState } from './issuer-keys.js';

/** Only asymmetric ones: with a shared secret, whoever can check a token can also make one. */
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
  /** How far the issuer's clock may differ from ours. */
  readonly leewaySeconds: number;
  /** Keys are fetched again for an unknown key id, at most this often: forged ids must not become a flood. */
  readonly jwksCooldownMs: number;
  /** How long keys are taken after they should have been fetched again, where the issuer is away. */
  readonly jwksStaleMs: number;
}

export interface JwtJudge {
  /** @throws GatewayError UNAUTHENTICATED, or AUTH_UNAVAILABLE where the keys cannot be fetched */
  judge(token: string): Promise<Caller>;
  issuer(): IssuerState;
}

const JWKS_MAX_AGE_MS = 600_000;
const JWKS_TIMEOUT_MS = 3_000;

/** Judges tokens of an identity provider. */
export function createJwtJudge(settings: JwtSettings): JwtJudge {
  const keys = createIssuerKeys({
    url: new URL(settings.jwksUrl),
    maxAgeMs: JWKS_MAX_AGE_MS,
    staleMs: settings.jwksStaleMs,
    cooldownMs: settings.jwksCooldownMs,
    timeoutMs: JWKS_TIMEOUT_MS,
  });
  const leewayMs = settings.leewaySeconds * 1_000;
  async function judge(token: string): Promise<Caller> {
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
      throw isTokensFault(error)
        ? unauthenticated(reasonOf(error), error)
        : new GatewayError('AUTH_UNAVAILABLE', 'The keys that tokens are signed with cannot be fetched.', {
            cause: error,
          });
    }
  }
  return { judge, issuer: keys.state };
}

/** `sub`; some providers name a program by its client id alone. */
function subjectOf(payload: JWTPayload): string {
  for (const claim of [payload.sub, payload.client_id, payload.azp]) {
    // Printable and short: it stands in every log line of this caller.
    if (typeof claim === 'string' && /^[\x20-\x7e]{1,200}$/.test(claim)) return claim;
  }
  throw unauthenticated('the token does not say whose it is (sub)');
}

/** `scope` is a list in one string (RFC 8693); others write `scp`, as a string or as an array. */
function scopesOf({ scope, scp }: JWTPayload): ReadonlySet<string> {
  const words = [scope, scp].flatMap((claim) =>
    Array.isArray(claim) ? claim : String(claim ?? '').split(' '),
  );
  return new Set(words.filter((word) => typeof word === 'string' && word !== ''));
}

function isTokensFault(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
    // A plain JOSEError is what the key set's address answering anything but 200 comes to.
    error.code !== errors.JOSEError.code
  );
}

/** jose's own messages may quote the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token's claim "${error.claim}" does not fit`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the token is signed in a way that is not allowed';
  if (error instanceof errors.JWKSNoMatchingKey) return 'the token is signed with a key that is not known';
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature is wrong";
  return 'this is not a token of the issuer';
}
