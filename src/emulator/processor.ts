import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { type AsyncRequest, generalError, type Outcome } from './requests.js';
import { TimeSlices } from './slices.js';

export interface ProcessorOptions {
  /** How long each stage takes at least. */
  readonly processingMs: number;
  /** Told of errors that nobody foresaw. */
  readonly report: (error: unknown) => void;
}

export type Work = (slices: TimeSlices) => Outcome | Promise<Outcome>;

/** Takes asynchronous requests from PENDING over IN_PROGRESS to their end (reference, section 6). */
export interface Processor {
  submit(request: AsyncRequest, work: Work): void;
  /** Drops what is under way. */
  close(): Promise<void>;
}

/** Stages of several requests pass at the same time; their work is done one after the other, as it was submitted. */
export function createProcessor({ processingMs, report }: ProcessorOptions): Processor {
  const closing = new AbortController();
  const { signal } = closing;
  // Every request under way listens; Node would warn of a leak from the eleventh on.
  setMaxListeners(0, signal);
  let last: Promise<void> = Promise.resolve();

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

function finish(request: AsyncRequest, { state, ...outcome }: Outcome): void {
  request.outcome = outcome;
  request.state = state;
}
