import type { CheckJob } from './types.js';

/** Received and checked bytes together, so that each byte counts twice. */
const PROGRESS_BYTES = 2 * 262_144;

export interface ProgressMeter {
  received(bytes: number): void;
  /** @param bytes since the last call; the other two in all */
  checked(bytes: number, lines: number, errors: number): void;
  end(lines: number, errors: number): void;
}

/** Reports progress about every 256 KiB of the file. Passes what `onProgress` throws to `onError`. */
export function createProgressMeter(
  onProgress: CheckJob['onProgress'],
  onError: (error: unknown) => void,
): ProgressMeter {
  let bytesReceived = 0;
  let linesChecked = 0;
  let errors = 0;
  let unreportedBytes = 0;

  function report(): void {
    unreportedBytes = 0;
    try {
      onProgress?.({ bytesReceived, linesChecked, errors });
    } catch (error) {
      onError(error);
    }
  }

  function count(bytes: number): void {
    unreportedBytes += bytes;
    if (unreportedBytes >= PROGRESS_BYTES) report();
  }

  return {
    received(bytes) {
      bytesReceived += bytes;
      count(bytes);
    },
    checked(bytes, lines, errorsSoFar) {
      // Progress does not go back when a file is checked again from its beginning.
      linesChecked = Math.max(linesChecked, lines);
      errors = Math.max(errors, errorsSoFar);
      count(bytes);
    },
    end(lines, errorsInAll) {
      linesChecked = lines;
      errors = errorsInAll;
      report();
    },
  };
}
