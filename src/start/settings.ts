import { CONFIG_VARIABLES, type Config, readConfig } from '../config.js';
import { EMULATOR_VARIABLES, readEmulatorSettings } from '../emulator/settings.js';
import { type Environment, EnvironmentError, unknownNames } from '../env.js';
import { MIN_SECRET_CHARS } from '../secrets.js';
import { readTrustedDocuments } from '../server/operations/trusted-documents.js';

const SETTINGS = [...CONFIG_VARIABLES, ...EMULATOR_VARIABLES];
/** These settings decide whose data is served to whom, so a misspelled one must not go unnoticed. */
const OWN_PREFIXES = ['GONG_', 'AUTH_'];
/** Other programs may use these prefixes, too. Most names that begin with LOG_, NODE_ or OTEL_ are theirs. */
const SHARED_PREFIXES = [...new Set(SETTINGS.map((name) => name.replace(/(?<=_).*/, '')))].filter(
  (prefix) => prefix.endsWith('_') && !['LOG_', 'NODE_', 'OTEL_'].includes(prefix),
);

/**
 * Reads the settings of the gateway and, if it takes the place of Gong, of the emulator. `doubtful` are variables that
 * may be misspelled settings.
 *
 * @throws EnvironmentError with every problem of both
 */
export function readSettings(environment: Environment) {
  const config = attempt(() => readConfig(environment));
  const embedded = config instanceof EnvironmentError || (config.gong ?? config.passthrough)?.baseUrl == null;
  const emulatorSettings = embedded ? attempt(() => readEmbeddedSettings(environment)) : null;
  const names = unknownNames(environment, SETTINGS, OWN_PREFIXES, SHARED_PREFIXES);
  const problems = [config, emulatorSettings].flatMap((result) =>
    result instanceof EnvironmentError ? result.problems : [],
  );
  if (
    config instanceof EnvironmentError ||
    emulatorSettings instanceof EnvironmentError ||
    names.problems.length > 0
  ) {
    throw new EnvironmentError([...problems, ...names.problems]);
  }
  return { config, emulatorSettings, doubtful: names.doubtful };
}

export type EmbeddedSettings = ReturnType<typeof readEmbeddedSettings>;

/** Inside the gateway, the default port is a free one, and the log hides the emulator's key as it hides Gong's. */
function readEmbeddedSettings(environment: Environment) {
  const settings = readEmulatorSettings({ ...environment, EMULATOR_PORT: environment.EMULATOR_PORT || '0' });
  if (settings.accessKeySecret.length >= MIN_SECRET_CHARS) return settings;
  const needed = `at least ${MIN_SECRET_CHARS} characters, embedded in the gateway`;
  const got = `a value of ${settings.accessKeySecret.length} characters (not shown)`;
  throw new EnvironmentError([{ variable: 'EMULATOR_ACCESS_KEY_SECRET', needed, got }]);
}

function attempt<T>(read: () => T): T | EnvironmentError {
  try {
    return read();
  } catch (error) {
    if (error instanceof EnvironmentError) return error;
    throw error;
  }
}

/** @throws EnvironmentError if the file cannot be used */
export function trustedDocuments({ trustedDocuments: { path, mode } }: Config) {
  if (path === null) return { trusted: null, mode };
  try {
    return { trusted: readTrustedDocuments(path), mode };
  } catch (error) {
    const needed =
      'a JSON file of operations by their SHA-256, as npm run codegen writes schema/trusted.json';
    const got = `${path}: ${error instanceof Error ? error.message.slice(0, 200) : error}`;
    throw new EnvironmentError([{ variable: 'TRUSTED_DOCUMENTS', needed, got }]);
  }
}
