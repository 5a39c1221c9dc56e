import { EnvironmentError, unknownNames } from '../env.js';
import { onParentGone } from '../parent.js';
import { type Emulator, startEmulator } from './emulator.js';
import { DEFAULT_EMULATOR_SETTINGS, EMULATOR_VARIABLES, readEmulatorSettings } from './settings.js';

/** The stand-alone program: `npm run emulator`. */

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

async function main(): Promise<void> {
  const settings = readEmulatorSettings(process.env);
  const { problems } = unknownNames(process.env, EMULATOR_VARIABLES, ['EMULATOR_'], []);
  if (problems.length > 0) throw new EnvironmentError(problems);
  const emulator = await startEmulator(settings, settings);
  closeOnSignal(emulator);
  if (process.env.npm_lifecycle_event !== undefined) onParentGone(() => process.kill(process.pid, 'SIGTERM'));
  process.stdout.write(`Emulator of Gong's CRM API at ${emulator.url}, ${credentialsHint(settings)}\n`);
}

function credentialsHint({ accessKey, accessKeySecret }: typeof DEFAULT_EMULATOR_SETTINGS): string {
  const isDefault =
    accessKey === DEFAULT_EMULATOR_SETTINGS.accessKey &&
    accessKeySecret === DEFAULT_EMULATOR_SETTINGS.accessKeySecret;
  return isDefault
    ? `access key "${accessKey}", access key secret "${accessKeySecret}"`
    : 'with the credentials you set';
}

/** Exits with code 0 when closed. A second signal exits at once. */
function closeOnSignal(emulator: Emulator): void {
  let isClosing = false;
  for (const [signal, number] of Object.entries(SIGNAL_NUMBERS)) {
    process.on(signal, () => {
      if (isClosing) process.exit(128 + number);
      isClosing = true;
      emulator.close().then(() => process.exit(0), fail);
    });
  }
}

function fail(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (error instanceof EnvironmentError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `${error.message}: set EMULATOR_PORT to a free port`;
  return code === undefined ? (error.stack ?? error.message) : error.message;
}

main().catch(fail);
