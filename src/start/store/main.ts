import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CONFIG_TABLES } from '../../config.js';
import { EnvironmentError, readEnvironment, withSecretFiles } from '../../env.js';
import { createRedis } from '../../redis/connection.js';
import { storeProblems } from '../../store/settings.js';
import { openStore } from '../open-store.js';
import { exportEntries, importEntries } from './entries.js';

/*
 * `export [prefix]` writes what is in the store to standard output, `import` puts such lines from standard input into it.
 * DATA_DIR or REDIS_URL says which store, as for the gateway.
 */

const CONNECT_MS = 5_000;

const say = (text: string) => process.stderr.write(`${text}\n`);
const logLine = (fields: object, message: string) => void say(`${message} ${JSON.stringify(fields)}`);

async function run([command, prefix = '']: readonly string[]): Promise<void> {
  const { replicas, store: settings } = readEnvironment(
    { replicas: CONFIG_TABLES.replicas, store: CONFIG_TABLES.store },
    withSecretFiles(process.env, ['REDIS_URL']),
  );
  const { redisUrl, keyPrefix } = replicas;
  const { dataDir } = settings;
  const problems = storeProblems(dataDir, redisUrl !== null);
  if (problems.length > 0) throw new EnvironmentError(problems);
  if (redisUrl === null && dataDir === null) throw new Error('needed DATA_DIR or REDIS_URL, got neither');
  const logger = { info: logLine, warn: logLine, error: logLine };
  const redis = redisUrl === null ? undefined : createRedis({ url: redisUrl, keyPrefix }, logger);
  if (redis !== undefined) await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_MS) });
  const store = await openStore(dataDir, redis, { logger });
  try {
    switch (command) {
      case 'export':
        await pipeline(Readable.from(exportEntries(store, prefix)), process.stdout);
        break;
      case 'import':
        say(`imported ${await importEntries(store, process.stdin.setEncoding('utf8'))} entries`);
        break;
      default:
        throw new Error('needed "export [prefix]" or "import"');
    }
  } finally {
    await store.close();
    redis?.disconnect();
  }
}

await run(process.argv.slice(2)).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
