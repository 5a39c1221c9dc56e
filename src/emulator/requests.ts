import type { RequestState } from '../crm/object-types.js';
import { MAX_REPORTED_LINE_ERRORS, type RequestLineError } from '../crm/request-status.js';

/** How an asynchronous request ended (reference, section 6). */
export interface Outcome {
  readonly state: Extract<RequestState, 'DONE' | 'FAILED'>;
  readonly errors: readonly RequestLineError[];
  readonly totalErrorCount: number;
  readonly totalSuccessCount: number;
}

/** The asynchronous requests of an integration, by `clientRequestId`. They outlive the integration. */
export type Requests = Map<string, AsyncRequest>;

export interface AsyncRequest {
  state: RequestState;
  /** Empty and zero until the request has ended. */
  outcome: Omit<Outcome, 'state'>;
}

export function createAsyncRequest(): AsyncRequest {
  return { state: 'PENDING', outcome: { errors: [], totalErrorCount: 0, totalSuccessCount: 0 } };
}

/** An error of the whole request: nothing was stored. */
export function generalError(description: string): Outcome {
  return { state: 'FAILED', errors: [{ line: 0, description }], totalErrorCount: 1, totalSuccessCount: 0 };
}

/** Counts lines, and keeps the first errors. */
export class LineTally {
  readonly #errors: RequestLineError[] = [];
  #errorCount = 0;
  #successCount = 0;

  success(): void {
    this.#successCount += 1;
  }

  failure(line: number, description: string): void {
    this.#errorCount += 1;
    if (this.#errors.length < MAX_REPORTED_LINE_ERRORS) this.#errors.push({ line, description });
  }

  get isEmpty(): boolean {
    return this.#errorCount + this.#successCount === 0;
  }

  outcome(): Outcome {
    return {
      state: this.#errorCount === 0 ? 'DONE' : 'FAILED',
      errors: this.#errors,
      totalErrorCount: this.#errorCount,
      totalSuccessCount: this.#successCount,
    };
  }
}
