/** Asks Redis or the store, or rejects at once if that has just failed: with a slow Redis each time costs half a second. */
export type Patience = <T>(ask: () => Promise<T>) => Promise<T>;

/** How long nothing is asked after a failure. */
const REST_MS = 1_000;

export function createPatience(now: () => number = () => performance.now()): Patience {
  let restUntil = 0;
  return async (ask) => {
    if (now() < restUntil) throw new Error('it failed a moment ago');
    try {
      return await ask();
    } catch (error) {
      restUntil = now() + REST_MS;
      throw error;
    }
  };
}
