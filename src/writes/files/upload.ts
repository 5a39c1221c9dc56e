import type { ApiDialect } from '../../crm/dialects.js';
import type { UploadObjectType } from '../../crm/object-types.js';
import { GatewayError, type ProblemPath } from '../../errors.js';
import type { GongClient } from '../../gong/types.js';
import type {
  PreparedUpload,
  PrepareJob,
  UploadEngine,
  UploadProgress,
  UploadSource,
  ValidationMode,
} from '../engine/types.js';
import { fileContent } from '../ledger/content.js';
import type { SubmissionLedger } from '../ledger/ledger.js';
import type { RequestName, Submitted } from '../ledger/types.js';
import { readLiveSchema, type SchemaReads } from '../live-schema.js';
import { type FileProgress, NO_PROGRESS, type UploadFailure } from './progress-board.js';
import { explainedIfEmpty, type FileReport, withSeverities } from './report.js';
import { type PartSender, type PartsUpload, sendParts, sendWhileArriving } from './send-parts.js';
import { toGatewayError } from './spool-errors.js';

export interface FileCheck {
  /** LDJSON, plain or gzip, as it arrives. */
  readonly source: UploadSource;
  /** Where the file is in the caller's request, for errors. */
  readonly sourcePath: ProblemPath;
  readonly objectType: UploadObjectType;
  readonly integrationId: () => Promise<string>;
  /** Whose file it is, if known: callers take turns. */
  readonly caller?: string | undefined;
  /** Aborts the upload; its reason must be a `GatewayError`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Called with the progress after every step, including the last. */
  readonly onStep?: ((progress: FileProgress) => void) | undefined;
}

export interface FileUpload extends FileCheck {
  readonly clientRequestId?: string | undefined;
  /** Where to send a webhook once each of its requests has ended. */
  readonly notify?: string | undefined;
  readonly validation: ValidationMode;
  /** Length of the source, if known before it has arrived. */
  readonly declaredBytes?: number | undefined;
}

export type FileUploadResult =
  | (Submitted & {
      readonly kind: 'ACCEPTED';
      readonly objectType: UploadObjectType;
      /** Whether line n of what was sent is line n of the file: nothing was sorted, left out or split. */
      readonly linesKept: boolean;
      readonly report: FileReport;
    })
  | { readonly kind: 'REJECTED'; readonly objectType: UploadObjectType; readonly report: FileReport };

export interface FileUploadDependencies extends PartSender {
  readonly gong: GongClient;
  readonly reads: SchemaReads;
  readonly engine: UploadEngine;
  /** Makes sure that Gong accepts the credentials, before disk and threads are spent on a file. */
  readonly admit: (integrationId: string) => Promise<void>;
  readonly ledger: SubmissionLedger;
  readonly dialect: ApiDialect;
  readonly requirePhone: boolean;
}

/**
 * Checks a file while it arrives and, if it may be sent, sends it once: sorted, and split into parts where it is too large
 * for one request. With validation OFF it is sent unchanged, and forwarded while it arrives if its name and length are
 * known beforehand and one part can hold it.
 *
 * @throws GatewayError PAYLOAD_TOO_LARGE, BAD_USER_INPUT (broken gzip), STORAGE_UNAVAILABLE, CONFLICT (the name was used
 *   for other content), or Gong's error
 */
export async function uploadFile(
  upload: FileUpload,
  deps: FileUploadDependencies,
): Promise<FileUploadResult> {
  return inSteps(upload, async (step) => {
    const result = await receiveAndSend(upload, deps, step);
    // A file that Gong failed when it was sent before is not sent again, and so must not be reported as accepted.
    step({ phase: result.kind === 'ACCEPTED' && result.status === 'FAILED' ? 'FAILED' : result.kind });
    return result;
  });
}

type Step = (change: Partial<FileProgress>) => void;

/** Reports the steps of `run`, and its failure. */
async function inSteps<T>({ onStep }: FileCheck, run: (step: Step) => Promise<T>): Promise<T> {
  let progress = NO_PROGRESS;
  const step: Step = (change) => {
    progress = { ...progress, ...change };
    onStep?.(progress);
  };
  try {
    return await run(step);
  } catch (error) {
    step({ phase: 'FAILED', failure: failureOf(error) });
    throw error;
  }
}

/** Masks unexpected errors as the GraphQL response does. */
function failureOf(error: unknown): UploadFailure {
  return error instanceof GatewayError
    ? { code: error.code, message: error.message }
    : { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong in the gateway.' };
}

async function receiveAndSend(
  upload: FileUpload,
  deps: FileUploadDependencies,
  step: Step,
): Promise<FileUploadResult> {
  const { objectType, validation } = upload;
  step({});
  const integrationId = await upload.integrationId();
  await deps.admit(integrationId);
  const schema =
    validation === 'OFF' ? [] : await readLiveSchema(deps.reads, integrationId, objectType, 'upload');
  const { dialect, requirePhone } = deps;
  const job: PrepareJob = {
    ...{ dialect, objectType, validation, schema, requirePhone, caller: upload.caller },
    hashPrefix: `${objectType}\n${integrationId}\n`,
    declaredBytes: upload.declaredBytes,
    onProgress(received) {
      upload.onProgress?.(received);
      step(received);
    },
  };
  const kind = objectType.toLowerCase();
  const submit: Submit = (whole, send) => {
    const { clientRequestId } = upload;
    const content = whole.then((prepared) => fileContent(prepared, validation));
    return deps.ledger.submit({ integrationId, clientRequestId, kind, content }, (attempt) => {
      let partsSent = 0;
      step({ partsSent });
      const onPartSent = () => step({ partsSent: ++partsSent });
      return send({ objectType, integrationId, attempt, onPartSent });
    });
  };

  const received = await receive(upload, job, deps, submit);
  await using prepared = received.prepared;
  const report = withSeverities(prepared.report);
  const { parts } = prepared;
  if (parts.length === 0) return { kind: 'REJECTED', objectType, report: explainedIfEmpty(report) };

  step({ phase: 'SENDING', parts: parts.length });
  const submitted = await (received.sending ??
    submit(Promise.resolve(prepared), (named) => sendParts(parts, named, deps)));
  const linesKept = parts.length === 1 && report.sorted && parts[0]?.lines === report.lines;
  return { kind: 'ACCEPTED', objectType, ...submitted, linesKept, report };
}

/** Sends what is or will be prepared, unless that would be a repeat. */
type Submit = (
  whole: Promise<PreparedUpload>,
  send: (upload: PartsUpload) => Promise<Pick<RequestName, 'clientRequestId'>[]>,
) => Promise<Submitted>;

/** Receives the file; `sending` is set if it was forwarded to Gong meanwhile. */
async function receive(
  { source, sourcePath, clientRequestId, signal }: FileUpload,
  job: PrepareJob,
  deps: FileUploadDependencies,
  submit: Submit,
): Promise<{ readonly prepared: PreparedUpload; readonly sending: Promise<Submitted> | undefined }> {
  let sending: Promise<Submitted> | undefined;
  const refused = new AbortController();
  const ending = signal === undefined ? refused.signal : AbortSignal.any([refused.signal, signal]);
  const preparing: Promise<PreparedUpload> = deps.engine.prepare(source, {
    ...job,
    signal: ending,
    onArriving(file) {
      // Its name would be derived from the content, which has not arrived yet.
      if (clientRequestId === undefined) return;
      sending = submit(preparing, (named) => sendWhileArriving(file, preparing, named, deps));
      sending.catch((error) => {
        // A file that Gong refuses need not be received.
        if (!file.signal.aborted) refused.abort(error);
      });
    },
  });
  try {
    return { prepared: await preparing, sending };
  } catch (error) {
    const isEnded = ending.aborted;
    // Sending still reads the file, which may only be removed afterwards.
    await sending?.catch(() => {});
    if (isEnded) throw ending.reason;
    throw toGatewayError(error, sourcePath);
  }
}

/** Runs the checks of `uploadFile` and sends nothing. */
export async function checkFile(check: FileCheck, deps: FileUploadDependencies): Promise<FileReport> {
  return inSteps(check, async (step) => {
    step({});
    const report = await receiveAndCheck(check, deps, step);
    step({ phase: report.errorCount === 0 ? 'CHECKED' : 'REJECTED' });
    return report;
  });
}

async function receiveAndCheck(
  check: FileCheck,
  deps: FileUploadDependencies,
  step: Step,
): Promise<FileReport> {
  const { objectType, source, signal } = check;
  const integrationId = await check.integrationId();
  await deps.admit(integrationId);
  const schema = await readLiveSchema(deps.reads, integrationId, objectType, 'upload');
  const { dialect, requirePhone } = deps;
  const report = await deps.engine
    .check(source, {
      ...{ ...check, dialect, schema, requirePhone },
      onProgress(received) {
        check.onProgress?.(received);
        step(received);
      },
    })
    .catch((error: unknown) => {
      signal?.throwIfAborted();
      throw toGatewayError(error, check.sourcePath);
    });
  return withSeverities(report);
}
