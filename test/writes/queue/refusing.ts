import type { Harness } from '../../support/harness.js';
import { startQueueing, startStrictGong } from './support.js';

/** A gateway before a Gong that refuses some objects. */
export interface Refusing extends AsyncDisposable {
  readonly harness: Harness;
  /** The IDs of those that it refuses from now on. */
  readonly refused: Set<string>;
}

/** Gong's error for each of them. */
export const REFUSAL = 'no such picklist value';

export async function startRefusing(): Promise<Refusing> {
  const refused = new Set<string>();
  const gong = await startStrictGong(
    () => harness.emulatorUrl,
    ({ objects }) =>
      objects.flatMap(({ objectId }, index) =>
        refused.has(objectId) ? [{ line: index + 1, description: REFUSAL }] : [],
      ),
  );
  const harness = await startQueueing({ gong: { baseUrl: gong.url } });
  return {
    harness,
    refused,
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await gong[Symbol.asyncDispose]();
    },
  };
}
