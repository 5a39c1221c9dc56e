import { makeApiKey } from './api-keys.js';
import { isScope, SCOPES } from './scopes.js';

/** `npm run api-key -- name scope…`: prints a new key, once, and the entry for AUTH_API_KEYS that knows it. */
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
  `The key, for the caller; it is shown this once:\n  ${key}\n` +
    `The entry for AUTH_API_KEYS or its file, an array of such:\n  ${JSON.stringify(kept)}\n`,
);
