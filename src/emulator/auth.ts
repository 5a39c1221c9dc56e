import { createHash, timingSafeEqual } from 'node:crypto';
import { HttpError } from './http.js';
import type { Scope } from './routes.js';
import type { EmulatorSettings } from './settings.js';

/**
 * Checks the `Authorization` header of a call that needs `scope` (reference, section 1).
 *
 * @throws HttpError 401 without valid credentials, 403 for a bearer token without the scope
 */
export type Authorize = (header: string | undefined, scope: Scope) => void;

export function createAuthorize(
  settings: Pick<EmulatorSettings, 'accessKey' | 'accessKeySecret' | 'tokens'>,
): Authorize {
  const basic = digest(`${settings.accessKey}:${settings.accessKeySecret}`);
  const bearers = [...settings.tokens].map(([token, scopes]) => ({ token: digest(token), scopes }));

  return (header, scope) => {
    const [, scheme, credentials] = /^(\S+) +(\S+) *$/.exec(header ?? '') ?? [];
    if (credentials === undefined) throw denied();
    switch (scheme?.toLowerCase()) {
      case 'basic': {
        const given = Buffer.from(credentials, 'base64').toString('utf8');
        if (!timingSafeEqual(digest(given), basic)) throw denied();
        return;
      }
      case 'bearer': {
        const given = digest(credentials);
        const bearer = bearers.filter(({ token }) => timingSafeEqual(token, given)).at(0);
        if (bearer === undefined) throw denied();
        if (!bearer.scopes.includes(scope)) {
          throw new HttpError(403, [`The bearer token lacks the scope ${scope}`]);
        }
        return;
      }
      default:
        throw denied();
    }
  };
}

/** Of fixed length, so that comparing takes the same time whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function denied(): HttpError {
  return new HttpError(401, ['Access denied: the Authorization header is missing or wrong'], {
    'www-authenticate': 'Basic realm="Gong", Bearer',
  });
}
