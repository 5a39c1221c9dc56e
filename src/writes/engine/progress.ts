import type { CheckJob } from './types.js';

/** Received and checked ones together: each byte counts twice. */
const PROGRESS_BYTES = 2 * 262_144;

export interface ProgressMeter {
  received(bytes: number): void;
  /** `bytes` more have been checked, which makes so many lines and errors in all. */
  checked(bytes: number, lines: number, errors: number): void;
  end(lines: number, errors: number): void;
}

/** Tells the caller how far a job is, about every 256 KiB. What the caller's function throws goes to `onError`. */
export function createProgressMeter(
  onProgress: CheckJob['onProgress'],
  onError: (error: unknown) => void,
): ProgressMeter {
  let bytesReceived = 0;
  let linesChecked = 0;
  let errors = 0;
  let bytesUntold = 0;

  function tell(): void {
    bytesUntold = 0;
    try {
      onProgress?.({ bytesReceived, linesChecked, errors });
    } catch (error) {
      onError(error);
    }
  }

  function count(bytes: number): void {
    bytesUntold += bytes;
    if (bytesUntold >= PROGRESS_BYTES) tell();
  }

  return {
    received(bytes) {
      bytesReceived += bytes;
      count(bytes);
    },
    checked(bytes, lines, errorsSoFar) {
      // A file that is checked once more from its beginning has lost nothing that was told.
      linesChecked = Math.max(linesChecked, lines);
      errors = Math.max(errors, errorsSoFar);
      count(bytes);
    },
    end(lines, errorsInAll) {
      linesChecked = lines;
      errors = errorsInAll;
      tell();
    },
  };
}
