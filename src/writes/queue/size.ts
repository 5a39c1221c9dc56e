import { UPLOAD_OBJECT_TYPES } from '../../crm/object-types.js';
import { keysUnder, type Store } from '../../store/store.js';
import { keysOf } from './records.js';

/** How many objects are queued, as far as is known without counting them for each caller. */
export interface QueueSize {
  readonly objects: number;
  added(objects: number): void;
}

/** How long a count is good for, and how much longer than the counting took. */
const FRESH_MS = 5_000;
const PATIENCE = 50;

/** Counts again, in the background, when someone asks and the last count is old. */
export function createQueueSize(
  store: Store,
  integrationId: string,
  now: () => number = () => performance.now(),
): QueueSize {
  let objects = 0;
  let freshUntil = 0;
  let counting = false;

  async function count(): Promise<void> {
    const keys = keysOf(integrationId);
    const began = now();
    let found = 0;
    const before = objects;
    for (const prefix of [...UPLOAD_OBJECT_TYPES.map((type) => keys.next(type)), keys.allLater]) {
      found += await store.count(keysUnder(prefix));
    }
    objects = found + (objects - before);
    freshUntil = now() + Math.max(FRESH_MS, PATIENCE * (now() - began));
  }

  return {
    get objects() {
      if (!counting && now() >= freshUntil) {
        counting = true;
        void count()
          .catch(() => undefined)
          .finally(() => {
            counting = false;
          });
      }
      return objects;
    },
    added(more) {
      objects += more;
    },
  };
}
