import { setMaxListeners } from 'node:events';
import { rm } from 'node:fs/promises';
import { indexPath, spoolPath } from './arrange.js';
import { type CancelSignal, createCancelSignal } from './cancel.js';
import { fileChunks } from './file-chunks.js';
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
  UploadSource,
} from './types.js';

/** Smaller files are checked once they are complete. */
const FOLLOW_BYTES = 1_048_576;
/** Reason of the signal that asks a file to give its lane back. */
const RECALLED = Symbol('recalled');

/** What to do with the bytes of a file. */
interface Work extends Pick<LaneJob, 'check' | 'keep'> {
  /** Set for a file that is forwarded while it arrives: called when its first bytes are on disk. */
  readonly onArriving?: ((file: GrowingFile) => void) | undefined;
  /** Length of such a file. */
  readonly declaredBytes?: number | undefined;
}

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
    workIn: (folder: string) => Work,
  ): Promise<PreparedUpload> {
    // Before anything is awaited: a stream's error that nobody listens to would end the process.
    using cancel = createCancelSignal([job.signal, closing.signal], source);
    const folder = await createJobFolder(settings.spoolDir);
    const use = room.use(job.caller);
    const dispose = () => removeJobFolder(folder).finally(use.giveBack);
    let result: CheckerResult | undefined;
    try {
      result = await receiveAndCheck(source, job, workIn(folder), { folder, use, cancel });
    } finally {
      // A folder that cannot be removed must not hide an error; the next start sweeps it.
      if (result === undefined || result.parts.length === 0) await dispose().catch(() => {});
    }
    const { report, sha256 } = result;
    return { report, sha256, parts: result.parts.map(toPart), dispose, [Symbol.asyncDispose]: dispose };
  }

  async function receiveAndCheck(
    source: UploadSource,
    job: CheckJob,
    work: Work,
    {
      folder,
      use,
      cancel,
    }: { readonly folder: string; readonly use: RoomUse; readonly cancel: CancelSignal },
  ): Promise<CheckerResult> {
    const growth = createFileGrowth(spoolPath(folder));
    const { file } = growth;
    const progress = createProgressMeter(job.onProgress, cancel.abort);
    const received = receivedBytes(source, settings, progress.received);
    let isForwarded = false;
    const chunks = inflatedBytes(received, settings, inflating, () => {
      isForwarded = work.onArriving !== undefined && forwarding < settings.maxConcurrent;
      if (isForwarded) forwarding += 1;
    });
    const fail = (error: unknown) => {
      cancel.abort(error);
      growth.breakOff(cancel.signal.reason);
    };
    const receiving = receiveFile(chunks, growth, {
      keepBom: work.check === null,
      signal: cancel.signal,
      onBytes: use.take,
      declaredBytes: () => (isForwarded ? work.declaredBytes : undefined),
    })
      .then(lanes.settle)
      .catch(fail);
    try {
      await file.arrived(1);
      if (file.written > 0 && isForwarded) work.onArriving?.(file);
      const result = await checkInLane(file, job, cancel.signal, work, folder, progress.checked);
      await receiving;
      cancel.signal.throwIfAborted();
      progress.end(result.report.lines, result.report.errorCount);
      return result;
    } catch (error) {
      fail(error);
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
    { check, keep }: Work,
    folder: string,
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

  async function tracked<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  }

  return {
    prepare: (source, job) =>
      tracked(
        run(source, job, (folder) => {
          const { validation, hashPrefix } = job;
          const check = validation === 'OFF' ? null : checkSpec(settings, job);
          const keep = { folder, validation, hashPrefix, maxPartBytes: settings.maxPartBytes };
          return { check, keep, ...forwardingOf(job, settings) };
        }),
      ),
    async check(source, job) {
      const { report } = await tracked(
        run(source, job, () => ({ check: checkSpec(settings, job), keep: null })),
      );
      return report;
    },
    async close() {
      closing.abort(new SpoolError('ABORTED', 'The upload was stopped: the gateway is shutting down'));
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
      }),
  };
}

function toPart(part: ArrangedPart): UploadPart {
  return { ...part, stream: () => fileChunks(part.path, (position) => part.bytes - position) };
}
