import { createHash } from 'node:crypto';
import { GatewayError } from '../errors.js';

/** The two forms in which Gong takes credentials (reference, section 1). */
export type FixedCredentials =
  | { readonly kind: 'basic'; readonly accessKey: string; readonly accessKeySecret: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** A caller's own credentials for Gong. Whoever logs one by mistake logs no secret. */
export interface GongCredential {
  /** SHA-256, in base64url: tells them apart wherever they must not be kept. */
  readonly hash: string;
  /** For people, in logs. Too short to tell apart those who want to be mistaken for another. */
  readonly label: string;
  reveal(): FixedCredentials;
}

/** Longer ones are not looked at. */
const MAX_CHARS = 8_192;

/**
 * From the value of an `Authorization` header, `Basic …` or `Bearer …`. Only one spelling of a credential gets
 * through, so that the same one has the same hash and nothing in it can end or extend a header.
 *
 * @throws GatewayError UNAUTHENTICATED, without a word of what came
 */
export function readGongCredential(authorization: unknown): GongCredential {
  if (authorization === undefined) throw refused('send them as "Authorization: Basic …" or "Bearer …"');
  if (typeof authorization !== 'string' || authorization.length > MAX_CHARS)
    throw refused(`they must be a text of at most ${MAX_CHARS} characters`);
  const [, scheme = '', token = ''] = /^(basic|bearer) +(\S+) *$/i.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'basic': {
      const credentials = readBasic(token);
      if (credentials === undefined)
        throw refused('after "Basic" there must be the access key, ":" and its secret, in Base64');
      return credentialOf(`Basic ${token}`, credentials);
    }
    case 'bearer':
      // RFC 6750, section 2.1.
      if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token)) throw refused('after "Bearer" there must be a token');
      return credentialOf(`Bearer ${token}`, { kind: 'bearer', token });
    default:
      throw refused('"Authorization" must be "Basic …" or "Bearer …"');
  }
}

function credentialOf(authorization: string, credentials: FixedCredentials): GongCredential {
  const hash = createHash('sha256').update(authorization).digest('base64url');
  return { hash, label: `gong-${hash.slice(0, 10)}`, reveal: () => credentials };
}

/** RFC 7617: no control characters, and the user ends at the first colon. */
function readBasic(token: string): FixedCredentials | undefined {
  const text = Buffer.from(token, 'base64').toString('utf8');
  // Base64 with strange characters or bits left over, and bytes that are no UTF-8, come back as something else.
  if (Buffer.from(text, 'utf8').toString('base64') !== token) return undefined;
  const [, accessKey, accessKeySecret] = /^([^:\p{Cc}]+):(\P{Cc}*)$/u.exec(text) ?? [];
  if (accessKey === undefined || accessKeySecret === undefined) return undefined;
  return { kind: 'basic', accessKey, accessKeySecret };
}

function refused(why: string): GatewayError {
  return new GatewayError(
    'UNAUTHENTICATED',
    `Needed your own credentials for Gong, since the gateway has none: ${why}.`,
  );
}
