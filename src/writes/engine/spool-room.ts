import { SpoolError } from './spool-error.js';

/** The room on disk that files under way share. */
export interface SpoolRoom {
  /** @param caller for whom it is; `undefined`: nobody knows, and nobody's share counts */
  use(caller: string | undefined): RoomUse;
}

/** What one file takes of it. */
export interface RoomUse {
  /** @throws SpoolError SPOOL_FULL */
  take(bytes: number): void;
  /** All of it. May be called again. */
  giveBack(): void;
}

/** @param maxBytes of all files together; of one caller's, half as many, so that it leaves room for others */
export function createSpoolRoom(maxBytes: number): SpoolRoom {
  const held = new Map<string, number>();
  let total = 0;

  function change(caller: string | undefined, bytes: number): void {
    total += bytes;
    if (caller === undefined) return;
    const next = (held.get(caller) ?? 0) + bytes;
    if (next === 0) held.delete(caller);
    else held.set(caller, next);
  }

  return {
    use(caller) {
      let taken = 0;
      return {
        take(bytes) {
          const isFull = total + bytes > maxBytes;
          if (isFull || (caller !== undefined && (held.get(caller) ?? 0) + bytes > maxBytes / 2)) {
            const whose = isFull ? 'all files under way' : 'your files under way';
            throw new SpoolError(
              'SPOOL_FULL',
              `The upload needs more room than ${whose} have left in the spool folder: try again when another has ended`,
            );
          }
          taken += bytes;
          change(caller, bytes);
        },
        giveBack() {
          change(caller, -taken);
          taken = 0;
        },
      };
    },
  };
}
