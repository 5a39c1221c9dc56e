import type { Log } from '../log.js';
import { type Store, StoreError } from './store.js';

/** A full store refuses some commits and makes others, so an outage has no clear end. */
const QUIET_MS = 60_000;

export interface StoreDeps {
  readonly logger: Pick<Log, 'error'>;
  /** Called when something could not be read or committed. */
  readonly onFailure?: (() => void) | undefined;
}

/** Throws an engine's errors as `StoreError`s, and logs them, at most one a minute. */
export function guardStore(engine: Store, { logger, onFailure }: StoreDeps): Store {
  let quietUntil = 0;
  let notLogged = 0;

  async function guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      onFailure?.();
      if (performance.now() < quietUntil) notLogged += 1;
      else {
        logger.error({ err: error, notLogged }, 'the store cannot be used');
        quietUntil = performance.now() + QUIET_MS;
        notLogged = 0;
      }
      throw new StoreError(error);
    }
  }

  return {
    ...engine,
    read: (keys) => guard(engine.read(keys)),
    list: (range) => guard(engine.list(range)),
    count: (range) => guard(engine.count(range)),
    commit: (commit, options) => guard(engine.commit(commit, options)),
  };
}
