/** Runs what asks Redis, unless it has just failed: on a slow one every question costs half a second. */
export type Patience = <T>(ask: () => Promise<T>) => Promise<T>;

/** How long Redis is left alone after a failure. */
const REST_MS = 1_000;

export function createPatience(now: () => number = () => performance.now()): Patience {
  let restUntil = 0;
  return async (ask) => {
    if (now() < restUntil) throw new Error('Redis failed a moment ago');
    try {
      return await ask();
    } catch (error) {
      restUntil = now() + REST_MS;
      throw error;
    }
  };
}
