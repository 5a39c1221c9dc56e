import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { type AsyncRequest, generalError, type Outcome } from './requests.js';
import { TimeSlices } from './slices.js';

export interface ProcessorOptions {
  /** The minimum duration of each of the two stages. */
  readonly processingMs: number;
  /** Called with unexpected errors. */
  readonly report: (error: unknown) => void;
  /** Called when a request has ended. */
  readonly onEnded?: ((outcome: Outcome) => void) | undefined;
}

export type Work = (slices: TimeSlices) => Outcome | Promise<Outcome>;

/** Takes asynchronous requests from PENDING through IN_PROGRESS to DONE or FAILED (reference, section 6). */
export interface Processor {
  submit(request: AsyncRequest, work: Work): void;
  /** Abandons the requests under way. */
  close(): Promise<void>;
}

/** Requests wait out their stages concurrently, but their work is done one at a time, in the order of submission. */
export function createProcessor({ processingMs, report, onEnded }: ProcessorOptions): Processor {
  const closing = new AbortController();
  const { signal } = closing;
  // Every request listens. Node would warn of a leak from the eleventh on.
  setMaxListeners(0, signal);
  let last: Promise<void> = Promise.resolve();

  function finish(request: AsyncRequest, outcome: Outcome): void {
    const { state, ...rest } = outcome;
    request.outcome = rest;
    request.state = state;
    onEnded?.(outcome);
  }

  async function process(request: AsyncRequest, before: Promise<void>, work: Work): Promise<void> {
    try {
      await setTimeout(processingMs, undefined, { signal, ref: false });
      request.state = 'IN_PROGRESS';
      await setTimeout(processingMs, undefined, { signal, ref: false });
      await before;
      finish(request, await work(new TimeSlices(signal)));
    } catch (error) {
      if (signal.aborted) return;
      report(error);
      finish(request, generalError('The request could not be processed: internal error'));
    }
  }

  return {
    submit(request, work) {
      last = process(request, last, work);
    },
    async close() {
      closing.abort();
      await last;
    },
  };
}
