import { makeApiKey } from './api-keys.js';
import { isScope, SCOPES } from './scopes.js';

/** `npm run api-key -- name scope…` prints a new key and its entry for AUTH_API_KEYS. The key is not stored anywhere. */
const [name, ...scopes] = process.argv.slice(2);
if (name === undefined || !/^[\w.@-]{1,100}$/.test(name) || scopes.length === 0 || !scopes.every(isScope)) {
  process.stderr.write(
    'Needed a name (letters, digits, ".", "_", "@", "-") and scopes:\n' +
      `  npm run api-key -- reporting ${SCOPES[0]} …\nScopes are ${SCOPES.join(', ')}.\n`,
  );
  process.exit(1);
}
const { key, kept } = makeApiKey(name, scopes);
process.stdout.write(
  `The key, for the caller; it is shown only once:\n  ${key}\n` +
    `Its entry for the array in AUTH_API_KEYS or AUTH_API_KEYS_FILE:\n  ${JSON.stringify(kept)}\n`,
);
