import type { Log } from '../log.js';
import type { Redis } from '../redis/connection.js';

/** What Redis can be set to that loses what was committed. */
const HAZARDS: readonly { readonly isSet: (settings: Settings) => boolean; readonly hazard: string }[] = [
  {
    isSet: ({ appendonly }) => appendonly === 'no',
    hazard: 'appendonly is no: what was committed is lost when Redis restarts',
  },
  {
    isSet: ({ appendonly, appendfsync }) => appendonly === 'yes' && appendfsync === 'no',
    hazard: 'appendfsync is no: what was committed in the last half minute is lost when its machine crashes',
  },
  {
    isSet: ({ maxmemory = '0', 'maxmemory-policy': policy = 'noeviction' }) =>
      maxmemory !== '0' && policy !== 'noeviction',
    hazard: 'maxmemory-policy is not noeviction: a full Redis deletes what was committed',
  },
];

type Settings = Readonly<Record<string, string | undefined>>;

/** Logs what of Redis' settings loses commits, if Redis tells: many services forbid to ask. Never rejects. */
export async function warnOfLosses(redis: Redis, logger: Pick<Log, 'warn'>): Promise<void> {
  try {
    const settings: Settings = { ...(await settingsLike('append*')), ...(await settingsLike('maxmemory*')) };
    for (const { isSet, hazard } of HAZARDS)
      if (isSet(settings)) logger.warn({}, `Redis loses data: ${hazard}`);
  } catch {
    // What is not known is not said.
  }

  async function settingsLike(pattern: string): Promise<Settings> {
    const answer: unknown = await redis.config('GET', pattern);
    const texts = Array.isArray(answer) ? answer.map(String) : [];
    return Object.fromEntries(
      texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1]]] : [])),
    );
  }
}
