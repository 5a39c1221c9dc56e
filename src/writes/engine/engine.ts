import { setMaxListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { indexPath, spoolPath } from './arrange.js';
import { type CancelSignal, createCancelSignal } from './cancel.js';
import { createFileGrowth, type GrowingFile } from './growing-file.js';
import { createLane, type LaneJob } from './lane.js';
import { createLanes } from './lanes.js';
import { createProgressMeter } from './progress.js';
import type { ArrangedPart, CheckerResult, CheckSpec } from './protocol.js';
import { receiveFile } from './receive.js';
import { createSemaphore, inflatedBytes, receivedBytes } from './source-bytes.js';
import { createJobFolder, createSpoolRoom, type RoomUse, removeJobFolder } from './spool.js';
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
/** Smaller files are checked once they are complete. */
const FOLLOW_BYTES = 1_048_576;
/** Reason of the signal that asks a file to give its lane back. */
const RECALLED = Symbol('recalled');

/** What to do with the bytes of a file. */
type Work = Pick<LaneJob, 'check' | 'keep'> & {
  readonly folder: string;
  readonly use: RoomUse;
  /** Set for a file that is forwarded while it arrives: called when its first bytes are on disk. */
  readonly onArriving?: ((file: GrowingFile) => void) | undefined;
  /** Length of such a file. */
  readonly declaredBytes?: number | undefined;
};

/**
 * Takes LDJSON files, checks every line and leaves sorted, split parts on disk, ready to be sent. Any number of files
 * go to disk at once, as they arrive. Threads check them, one file each: while it arrives if a thread is free,
 * otherwise when it is complete. Memory does not depend on the size of a file, except for 11 to 21 bytes an object in
 * large ones.
 */
export function createUploadEngine(
  settings: UploadEngineSettings,
  onThreadLost: (error: SpoolError) => void = () => {},
): UploadEngine {
  assertSettings(settings);
  const lanes = createLanes(settings.maxConcurrent, () => createLane(settings.checkTimeoutMs, onThreadLost));
  const room = createSpoolRoom(settings.maxSpoolBytes);
  const closing = new AbortController();
  // Every job in progress adds a listener.
  setMaxListeners(0, closing.signal);
  const running = new Set<Promise<unknown>>();
  const inflating = createSemaphore(settings.maxConcurrent);
  /** Files being forwarded while they arrive. Each holds a connection to Gong, so further ones are sent once complete. */
  let forwarding = 0;

  async function run(
    source: UploadSource,
    job: CheckJob,
    cancel: CancelSignal,
    work: Work,
  ): Promise<CheckerResult> {
    const growth = createFileGrowth(spoolPath(work.folder));
    const { file } = growth;
    const progress = createProgressMeter(job.onProgress, cancel.abort);
    const received = receivedBytes(source, settings, progress.received);
    const { onArriving, declaredBytes } = work;
    let isForwarded = false;
    const chunks = inflatedBytes(received, settings, inflating, () => {
      isForwarded = onArriving !== undefined && forwarding < settings.maxConcurrent;
      if (isForwarded) forwarding += 1;
    });
    const receiving = receiveFile(chunks, growth, {
      keepBom: work.check === null,
      signal: cancel.signal,
      onBytes: work.use.take,
      declaredBytes: () => (isForwarded ? declaredBytes : undefined),
    })
      .then(lanes.settle)
      .catch((error: unknown) => {
        cancel.abort(error);
        growth.breakOff(cancel.signal.reason);
      });
    try {
      await file.arrived(1);
      if (file.written > 0 && isForwarded) onArriving?.(file);
      const result = await checkInLane(file, job, cancel.signal, work, progress.checked);
      await receiving;
      cancel.signal.throwIfAborted();
      progress.end(result.report.lines, result.report.errorCount);
      return result;
    } catch (error) {
      cancel.abort(error);
      growth.breakOff(cancel.signal.reason);
      throw cancel.signal.reason;
    } finally {
      await receiving;
      if (isForwarded) forwarding -= 1;
    }
  }

  /** Checks a file while it arrives. If its lane is recalled, checks it again from the beginning once it is complete. */
  async function checkInLane(
    file: GrowingFile,
    { caller }: CheckJob,
    signal: AbortSignal,
    { check, keep, folder }: Work,
    onChecked: LaneJob['onChecked'],
  ): Promise<CheckerResult> {
    await file.arrived(FOLLOW_BYTES);
    for (;;) {
      const stop = new AbortController();
      const onAbort = () => stop.abort(signal.reason);
      const claim = {
        caller,
        isComplete: () => file.isComplete,
        size: () => file.written,
        recall: () => stop.abort(RECALLED),
      };
      const lane = await lanes.acquire(claim, signal);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      try {
        return await lane.run({ check, keep, file, signal: stop.signal, onChecked });
      } catch (error) {
        if (error !== RECALLED) throw error;
      } finally {
        signal.removeEventListener('abort', onAbort);
        lanes.release(lane);
      }
      await file.arrived(Number.POSITIVE_INFINITY);
      await rm(indexPath(folder), { force: true });
    }
  }

  async function prepare(
    source: UploadSource,
    job: PrepareJob,
    cancel: CancelSignal,
  ): Promise<PreparedUpload> {
    const folder = await createJobFolder(settings.spoolDir);
    const use = room.use(job.caller);
    const dispose = () => removeJobFolder(folder).finally(use.giveBack);
    try {
      const { validation, hashPrefix } = job;
      const check = validation === 'OFF' ? null : checkSpec(settings, job);
      const keep = { folder, validation, hashPrefix, maxPartBytes: settings.maxPartBytes };
      const work = { check, keep, folder, use, ...forwardingOf(job, settings) };
      const { report, sha256, parts } = await run(source, job, cancel, work);
      if (parts.length === 0) await dispose();
      return { report, sha256, parts: parts.map(toPart), dispose, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      // A folder that cannot be removed must not hide the original error; the next start sweeps it.
      await dispose().catch(() => {});
      throw error;
    }
  }

  async function check(source: UploadSource, job: CheckJob, cancel: CancelSignal): Promise<UploadReport> {
    const folder = await createJobFolder(settings.spoolDir);
    const use = room.use(job.caller);
    try {
      const work = { check: checkSpec(settings, job), keep: null, folder, use };
      return (await run(source, job, cancel, work)).report;
    } finally {
      await removeJobFolder(folder)
        .catch(() => {})
        .finally(use.giveBack);
    }
  }

  async function cancellable<T>(
    source: UploadSource,
    job: CheckJob,
    work: (cancel: CancelSignal) => Promise<T>,
  ): Promise<T> {
    // Before anything is awaited: a stream's error that nobody listens to would end the process.
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

/** How to forward a file while it arrives, if the job asks for that and the file will be its only part. */
function forwardingOf(
  { validation, declaredBytes = 0, onArriving }: PrepareJob,
  { maxPartBytes }: UploadEngineSettings,
): Pick<Work, 'onArriving' | 'declaredBytes'> {
  const isOnePart = validation === 'OFF' && declaredBytes > 0 && declaredBytes <= maxPartBytes;
  if (!isOnePart || onArriving === undefined) return {};
  return {
    declaredBytes,
    onArriving: (file) =>
      onArriving({
        bytes: declaredBytes,
        signal: file.signal,
        stream: file.stream,
        get isComplete() {
          return file.isComplete;
        },
      }),
  };
}

function toPart(part: ArrangedPart): UploadPart {
  return { ...part, stream: () => createReadStream(part.path, { highWaterMark: READ_BYTES }) };
}
