import { hash } from 'node:crypto';
import { GatewayError } from '../errors.js';

/** Credentials for Gong as `Authorization` headers and back, and what of them must be hidden. */

/** The two forms of credentials that Gong accepts (reference, section 1). */
export type FixedCredentials =
  | { readonly kind: 'basic'; readonly accessKey: string; readonly accessKeySecret: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** A caller's own credentials for Gong. Logging the object by mistake writes no secret. */
export interface GongCredential {
  /** SHA-256 in base64url. Identifies the credentials wherever they must not be stored. */
  readonly hash: string;
  /** For people, in logs. Too short to be unique against someone who looks for a collision. */
  readonly label: string;
  reveal(): FixedCredentials;
}

/** The token of HTTP Basic authentication (RFC 7617). */
export function basicToken(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}

/** The value of `Authorization` (reference, section 1). */
export function authorization(credentials: FixedCredentials): string {
  return credentials.kind === 'bearer'
    ? `Bearer ${credentials.token}`
    : `Basic ${basicToken(credentials.accessKey, credentials.accessKeySecret)}`;
}

/** Every text in which the credentials may show up. */
export function secretsOf(credentials: FixedCredentials): string[] {
  if (credentials.kind === 'bearer') return [credentials.token].filter(Boolean);
  const { accessKey, accessKeySecret } = credentials;
  return [basicToken(accessKey, accessKeySecret), accessKeySecret, accessKey].filter(Boolean);
}

/** Longer values are refused unread. */
const MAX_CHARS = 8_192;

/**
 * Reads the value of an `Authorization` header, `Basic …` or `Bearer …`. Only one spelling of a credential is
 * accepted, so that the same credential has the same hash, and nothing in it can end or extend a header.
 *
 * @throws GatewayError UNAUTHENTICATED, which quotes nothing of the value
 */
export function readGongCredential(value: unknown): GongCredential {
  if (value === undefined) throw refused('send them as "Authorization: Basic …" or "Bearer …"');
  if (typeof value !== 'string' || value.length > MAX_CHARS)
    throw refused(`they must be a text of at most ${MAX_CHARS} characters`);
  const [, scheme = '', token = ''] = /^(basic|bearer) +(\S+) *$/i.exec(value) ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic':
      return credentialOf(readBasic(token));
    case 'bearer':
      // RFC 6750, section 2.1.
      if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token)) throw refused('after "Bearer" there must be a token');
      return credentialOf({ kind: 'bearer', token });
    default:
      throw refused('"Authorization" must be "Basic …" or "Bearer …"');
  }
}

function credentialOf(credentials: FixedCredentials): GongCredential {
  const digest = hash('sha256', authorization(credentials), 'base64url');
  return { hash: digest, label: `gong-${digest.slice(0, 10)}`, reveal: () => credentials };
}

/** RFC 7617: no control characters, and the user ends at the first colon. */
function readBasic(token: string): FixedCredentials {
  const text = Buffer.from(token, 'base64').toString('utf8');
  const [, accessKey, accessKeySecret] = /^([^:\p{Cc}]+):(\P{Cc}*)$/u.exec(text) ?? [];
  // Stray characters or bits in the Base64, and bytes that are not UTF-8, do not survive the round trip.
  const isCanonical = Buffer.from(text, 'utf8').toString('base64') === token;
  if (accessKey === undefined || accessKeySecret === undefined || !isCanonical)
    throw refused('after "Basic" there must be the access key, ":" and its secret, in Base64');
  return { kind: 'basic', accessKey, accessKeySecret };
}

function refused(why: string): GatewayError {
  return new GatewayError(
    'UNAUTHENTICATED',
    `Needed your own credentials for Gong, since the gateway has none: ${why}.`,
  );
}
