import { setMaxListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import { spoolPath } from './arrange.js';
import { type CancelSignal, createCancelSignal } from './cancel.js';
import { createGrowingFile, type GrowingFile } from './growing-file.js';
import type { LaneJob, LaneResult } from './lane.js';
import { createLanes } from './lanes.js';
import { createProgressMeter } from './progress.js';
import type { ArrangedPart, CheckSpec } from './protocol.js';
import { inflatedBytes, receivedBytes } from './source-bytes.js';
import { createJobFolder, removeJobFolder } from './spool.js';
import { SpoolError } from './spool-error.js';
import type {
  CheckJob,
  PreparedUpload,
  PrepareJob,
  UploadEngine,
  UploadEngineSettings,
  UploadPart,
  UploadReport,
  UploadSource,
} from './types.js';

const READ_BYTES = 1_048_576;

/**
 * Takes files of LDJSON as their bytes arrive, checks every line and leaves sorted, split parts on disk, ready to be
 * sent. All work on the bytes is done in threads of its own; the event loop only passes them on, and reads no more
 * than 2 MiB ahead of the check. Memory does not depend on the size of a file but for 11 to 21 bytes an object in large ones.
 */
export function createUploadEngine(settings: UploadEngineSettings): UploadEngine {
  assertSettings(settings);
  const lanes = createLanes(settings.maxConcurrent);
  const closing = new AbortController();
  // Every job in progress listens.
  setMaxListeners(0, closing.signal);
  const running = new Set<Promise<unknown>>();

  /** Runs the job in a lane of its own. */
  async function run(
    source: UploadSource,
    job: CheckJob,
    cancel: CancelSignal,
    work: Pick<LaneJob, 'check' | 'keep'>,
    arrival: Partial<Arrival> = {},
  ): Promise<LaneResult> {
    const lane = await lanes.acquire(cancel.signal);
    try {
      const progress = createProgressMeter(job.onProgress, cancel.abort);
      const received = receivedBytes(source, settings, progress.received);
      const chunks = inflatedBytes(received, settings, arrival.onPlain);
      const result = await lane.run({
        ...work,
        chunks,
        signal: cancel.signal,
        onChecked: progress.checked,
        onWritten: arrival.onWritten,
      });
      progress.end(result.report.lines, result.report.errorCount);
      return result;
    } finally {
      lanes.release(lane);
    }
  }

  async function prepare(
    source: UploadSource,
    job: PrepareJob,
    cancel: CancelSignal,
  ): Promise<PreparedUpload> {
    const folder = await createJobFolder(settings.spoolDir);
    const arrival = createArrival(job, spoolPath(folder), settings);
    try {
      const { validation, hashPrefix } = job;
      const check = validation === 'OFF' ? null : checkSpec(settings, job);
      const keep = { folder, validation, hashPrefix, maxPartBytes: settings.maxPartBytes };
      const { report, sha256, parts } = await run(source, job, cancel, { check, keep }, arrival);
      arrival.end(report.bytes);
      const dispose = () => removeJobFolder(folder);
      if (parts.length === 0) await dispose();
      return { report, sha256, parts: parts.map(toPart), dispose, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      arrival.breakOff(error);
      // A folder that cannot be removed must not hide the first error; the next start sweeps it.
      await removeJobFolder(folder).catch(() => {});
      throw error;
    }
  }

  async function check(source: UploadSource, job: CheckJob, cancel: CancelSignal): Promise<UploadReport> {
    const work = { check: checkSpec(settings, job), keep: null };
    return (await run(source, job, cancel, work)).report;
  }

  async function cancellable<T>(
    source: UploadSource,
    job: CheckJob,
    work: (cancel: CancelSignal) => Promise<T>,
  ): Promise<T> {
    // From the first moment on: a stream's error that nobody listens to would end the process.
    const cancel = createCancelSignal([job.signal, closing.signal], source);
    const promise = work(cancel);
    running.add(promise);
    try {
      return await promise;
    } finally {
      running.delete(promise);
      cancel[Symbol.dispose]();
    }
  }

  return {
    prepare: (source, job) => cancellable(source, job, (cancel) => prepare(source, job, cancel)),
    check: (source, job) => cancellable(source, job, (cancel) => check(source, job, cancel)),
    async close() {
      closing.abort(new SpoolError('ABORTED', 'The upload was stopped: the gateway is closing'));
      await Promise.allSettled(running);
      await lanes.close();
    },
  };
}

function assertSettings({ maxLineBytes, maxPartBytes, maxConcurrent }: UploadEngineSettings): void {
  if (maxLineBytes >= maxPartBytes) {
    throw new RangeError(`maxLineBytes must be less than maxPartBytes ${maxPartBytes}, got ${maxLineBytes}`);
  }
  if (maxConcurrent < 1) throw new RangeError(`maxConcurrent must be at least 1, got ${maxConcurrent}`);
}

function checkSpec(settings: UploadEngineSettings, job: CheckJob): CheckSpec {
  const { maxLineBytes, maxListedProblems } = settings;
  const { dialect, objectType, schema, requirePhone } = job;
  return { dialect, objectType, schema, requirePhone, maxLineBytes, maxListedProblems };
}

/** Lets the file be read while it arrives, where the job asks for that and it will be sent as it is. */
interface Arrival {
  onPlain(): void;
  onWritten(bytes: number): void;
  /** @throws RangeError where there are not as many as declared */
  end(bytes: number): void;
  breakOff(reason: unknown): void;
}

function createArrival(
  { validation, declaredBytes = 0, onArriving }: PrepareJob,
  path: string,
  { maxPartBytes }: UploadEngineSettings,
): Arrival {
  let file: GrowingFile | undefined;
  const isOnePart = validation === 'OFF' && declaredBytes > 0 && declaredBytes <= maxPartBytes;
  return {
    onPlain() {
      if (isOnePart && onArriving !== undefined) file = createGrowingFile(path, declaredBytes, onArriving);
    },
    onWritten: (bytes) => file?.grewTo(bytes),
    end(bytes) {
      if (file === undefined) return;
      if (bytes !== declaredBytes)
        throw new RangeError(`The source must have ${declaredBytes} bytes as declared, got ${bytes}`);
      file.complete();
    },
    breakOff: (reason) => file?.breakOff(reason),
  };
}

function toPart(part: ArrangedPart): UploadPart {
  return { ...part, stream: () => createReadStream(part.path, { highWaterMark: READ_BYTES }) };
}
