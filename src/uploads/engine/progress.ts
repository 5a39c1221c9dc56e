import type { CheckJob } from './types.js';

const PROGRESS_BYTES = 262_144;

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
  let bytesUntold = 0;

  function tell(linesChecked: number, errors: number): void {
    bytesUntold = 0;
    try {
      onProgress?.({ bytesReceived, linesChecked, errors });
    } catch (error) {
      onError(error);
    }
  }

  return {
    received(bytes) {
      bytesReceived += bytes;
    },
    checked(bytes, lines, errors) {
      bytesUntold += bytes;
      if (bytesUntold >= PROGRESS_BYTES) tell(lines, errors);
    },
    end: tell,
  };
}
