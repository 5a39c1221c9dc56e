import { createHash, timingSafeEqual } from 'node:crypto';
import { HttpError } from './http.js';
import { SCOPES, type Scope } from './routes.js';
import type { EmulatorSettings } from './settings.js';

/**
 * Returns the scopes of the caller with this `Authorization` header (reference, section 1).
 *
 * @throws HttpError 401 without valid credentials
 */
export type Authenticate = (header: string | undefined) => ReadonlySet<string>;

export function createAuthenticate(
  settings: Pick<EmulatorSettings, 'accessKey' | 'accessKeySecret' | 'tokens'>,
): Authenticate {
  const basic = digest(`${settings.accessKey}:${settings.accessKeySecret}`);
  const everyScope = new Set<string>(SCOPES);
  const bearers = [...settings.tokens].map(([token, scopes]) => ({
    token: digest(token),
    scopes: new Set(scopes),
  }));

  return (header) => {
    const [, scheme, credentials] = /^(\S+) +(\S+) *$/.exec(header ?? '') ?? [];
    if (credentials === undefined) throw denied();
    switch (scheme?.toLowerCase()) {
      case 'basic': {
        const given = Buffer.from(credentials, 'base64').toString('utf8');
        if (!timingSafeEqual(digest(given), basic)) throw denied();
        return everyScope;
      }
      case 'bearer': {
        const given = digest(credentials);
        const bearer = bearers.filter(({ token }) => timingSafeEqual(token, given)).at(0);
        if (bearer === undefined) throw denied();
        return bearer.scopes;
      }
      default:
        throw denied();
    }
  };
}

/**
 * Follows section 7 of the reference, not section 2, on legacy paths too: 401, not 403, naming the scope.
 *
 * @throws HttpError 401 without the scope
 */
export function requireScope(scopes: ReadonlySet<string>, scope: Scope): void {
  if (!scopes.has(scope)) {
    throw new HttpError(401, [`You don't have permission to use '${scope}' in your app.`]);
  }
}

/** Has a fixed length, so that comparing takes constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function denied(): HttpError {
  return new HttpError(
    401,
    ['The credentials could not be validated: the Authorization header is missing or wrong'],
    { 'www-authenticate': 'Basic realm="Gong.io API"' },
  );
}
