import { CONFIG_VARIABLES, type Config, readConfig } from '../config.js';
import { EMULATOR_VARIABLES, readEmulatorSettings } from '../emulator/settings.js';
import { type Environment, EnvironmentError, unknownNames } from '../env.js';
import { MIN_SECRET_CHARS } from '../secrets.js';
import { readTrustedDocuments } from '../server/operations/trusted-documents.js';

const SETTINGS = [...CONFIG_VARIABLES, ...EMULATOR_VARIABLES];
/** Decide whose data is served to whom: what is set there and not read must not go unnoticed. */
const OWN_PREFIXES = ['GONG_', 'AUTH_'];
/** Other programs' names may begin so. Not "LOG_", "NODE_" and "OTEL_": most names that do are others'. */
const SHARED_PREFIXES = [...new Set(SETTINGS.map((name) => name.replace(/(?<=_).*/, '')))].filter(
  (prefix) => prefix.endsWith('_') && !['LOG_', 'NODE_', 'OTEL_'].includes(prefix),
);

/**
 * Of the gateway, and of the emulator where it takes Gong's place, and the names that may be misspelled settings.
 *
 * @throws EnvironmentError with all problems together
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

/** It takes a free port unless it is told one, and its key is hidden in the log like Gong's. */
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

/** @throws EnvironmentError where the file cannot be used */
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
