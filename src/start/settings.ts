import { type Config, readConfig } from '../config.js';
import { readEmulatorSettings } from '../emulator/settings.js';
import { type Environment, EnvironmentError } from '../env.js';
import { readTrustedDocuments } from '../server/trusted-documents.js';

/**
 * Of the gateway, and of the emulator where it takes Gong's place.
 *
 * @throws EnvironmentError with the problems of both together
 */
export function readSettings(environment: Environment) {
  const config = attempt(() => readConfig(environment));
  const embedded = config instanceof EnvironmentError || (config.gong ?? config.passthrough)?.baseUrl == null;
  // Embedded, the emulator takes a free port unless it is told one.
  const emulatorSettings = embedded
    ? attempt(() => readEmulatorSettings({ ...environment, EMULATOR_PORT: environment.EMULATOR_PORT ?? '0' }))
    : null;
  if (config instanceof EnvironmentError || emulatorSettings instanceof EnvironmentError) {
    throw new EnvironmentError(
      [config, emulatorSettings].flatMap((result) =>
        result instanceof EnvironmentError ? result.problems : [],
      ),
    );
  }
  return { config, emulatorSettings };
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
