import { setMaxListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { indexPath, spoolPath } from './arrange.js';
import { type CancelSignal, createCancelSignal } from './cancel.js';
import { createFileGrowth, type GrowingFile } from './growing-file.js';
import { createLane, type LaneJob, type LaneResult } from './lane.js';
import { createLanes } from './lanes.js';
import { createProgressMeter } from './progress.js';
import type { ArrangedPart, CheckSpec } from './protocol.js';
import { receiveFile } from './receive.js';
import { inflatedBytes, receivedBytes } from './source-bytes.js';
import { createJobFolder, removeJobFolder } from './spool.js';
import { SpoolError } from './spool-error.js';
import { createSpoolRoom, type RoomUse } from './spool-room.js';
import { createTurns } from './turns.js';
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
/** Smaller files are checked when they are complete. */
const FOLLOW_BYTES = 1_048_576;
/** Why a lane is given back. */
const RECALLED = Symbol('recalled');

/** What is to be done with the bytes of a file. */
type Work = Pick<LaneJob, 'check' | 'keep'> & {
  readonly folder: string;
  readonly use: RoomUse;
  /** Told when the first bytes of a file that goes on as it is are on disk. */
  readonly onArriving?: ((file: GrowingFile) => void) | undefined;
  /** Of such a file. */
  readonly declaredBytes?: number | undefined;
};

/**
 * Takes files of LDJSON, checks every line and leaves sorted, split parts on disk, ready to be sent. Files go to disk as
 * they arrive, any number at once. Lanes of threads check them, each one at a time: as it arrives where a lane is
 * free, otherwise when it is complete. Memory does not depend on the size of a file but for 11 to 21 bytes an object
 * in large ones.
 */
export function createUploadEngine(
  settings: UploadEngineSettings,
  onThreadLost: (error: SpoolError) => void = () => {},
): UploadEngine {
  assertSettings(settings);
  const lanes = createLanes(settings.maxConcurrent, () => createLane(settings.checkTimeoutMs, onThreadLost));
  const room = createSpoolRoom(settings.maxSpoolBytes);
  const closing = new AbortController();
  // Every job in progress listens.
  setMaxListeners(0, closing.signal);
  const running = new Set<Promise<unknown>>();
  const inflating = createTurns(settings.maxConcurrent);
  /** Files that others read as they arrive. Further ones are read when they are complete: each costs a connection. */
  let passing = 0;

  async function run(
    source: UploadSource,
    job: CheckJob,
    cancel: CancelSignal,
    work: Work,
  ): Promise<LaneResult> {
    const growth = createFileGrowth(spoolPath(work.folder));
    const { file } = growth;
    const progress = createProgressMeter(job.onProgress, cancel.abort);
    const received = receivedBytes(source, settings, progress.received);
    const { onArriving, declaredBytes } = work;
    let isPassedOn = false;
    const chunks = inflatedBytes(received, settings, inflating, () => {
      isPassedOn = onArriving !== undefined && passing < settings.maxConcurrent;
      if (isPassedOn) passing += 1;
    });
    const receiving = receiveFile(chunks, growth, {
      keepBom: work.check === null,
      signal: cancel.signal,
      onBytes: work.use.take,
      declaredBytes: () => (isPassedOn ? declaredBytes : undefined),
    })
      .then(lanes.settle)
      .catch((error: unknown) => {
        cancel.abort(error);
        growth.breakOff(cancel.signal.reason);
      });
    try {
      await file.arrived(1);
      if (file.written > 0 && isPassedOn) onArriving?.(file);
      const result = await checkInLane(file, job, cancel.signal, work, progress.checked);
      await receiving;
      progress.end(result.report.lines, result.report.errorCount);
      return result;
    } catch (error) {
      cancel.abort(error);
      growth.breakOff(cancel.signal.reason);
      throw cancel.signal.reason;
    } finally {
      await receiving;
      if (isPassedOn) passing -= 1;
    }
  }

  /** Checks a file as it arrives, and from the beginning when it is complete where its lane was called back before. */
  async function checkInLane(
    file: GrowingFile,
    { caller }: CheckJob,
    signal: AbortSignal,
    { check, keep, folder }: Work,
    onChecked: LaneJob['onChecked'],
  ): Promise<LaneResult> {
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
      const work = { check, keep, folder, use, ...passedOn(job, settings) };
      const { report, sha256, parts } = await run(source, job, cancel, work);
      if (parts.length === 0) await dispose();
      return { report, sha256, parts: parts.map(toPart), dispose, [Symbol.asyncDispose]: dispose };
    } catch (error) {
      // A folder that cannot be removed must not hide the first error; the next start sweeps it.
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

/** What lets a file be read by others while it arrives, where the job asks for that and it will be its only part. */
function passedOn(
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
