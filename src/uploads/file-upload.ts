import { isSchemaObjectType, type UploadObjectType } from '../crm/object-types.js';
import type { SchemaField } from '../crm/schema-field.js';
import type { ProblemPath } from '../errors.js';
import type { GongClient } from '../gong/types.js';
import type {
  PreparedUpload,
  PrepareJob,
  UploadEngine,
  UploadProgress,
  UploadSource,
  ValidationMode,
} from './engine/types.js';
import { explainedIfEmpty, type FileReport, withSeverities } from './file-report.js';
import { type FileProgress, NO_PROGRESS } from './progress-board.js';
import { sendArriving } from './send-arriving.js';
import { type PartSender, sendParts, type UploadName } from './send-parts.js';
import { catalogued } from './spool-errors.js';
import type { SubmissionLedger } from './submission-ledger.js';
import type { SubmittedRequest } from './submit-once.js';

export interface FileCheck {
  /** Plain LDJSON or gzip, as it arrives. */
  readonly source: UploadSource;
  /** Where the caller's request has it, for errors. */
  readonly sourcePath: ProblemPath;
  readonly objectType: UploadObjectType;
  readonly integrationId: () => Promise<string>;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

export interface FileUpload extends FileCheck {
  readonly clientRequestId?: string | undefined;
  readonly validation: ValidationMode;
  /** Length of the source, where it is known before it has arrived. */
  readonly declaredBytes?: number | undefined;
  /** Told of every step, the last one included. */
  readonly onStep?: ((progress: FileProgress) => void) | undefined;
}

export type FileUploadResult =
  | {
      readonly kind: 'ACCEPTED';
      readonly objectType: UploadObjectType;
      readonly integrationId: string;
      /** Of the whole upload; that of the request too, where there is only one. */
      readonly clientRequestId: string;
      readonly requests: readonly SubmittedRequest[];
      readonly alreadySubmitted: boolean;
      /** Whether line n of what was sent is line n of the file: nothing was sorted, left out or split. */
      readonly linesKept: boolean;
      readonly report: FileReport;
    }
  | { readonly kind: 'REJECTED'; readonly objectType: UploadObjectType; readonly report: FileReport };

export interface FileUploadDependencies extends PartSender {
  readonly gong: GongClient;
  readonly engine: UploadEngine;
  readonly ledger: SubmissionLedger;
  readonly requirePhone: boolean;
}

/**
 * Checks a file as it arrives and, if it may be sent, sends it: sorted, split where Gong demands it, each part
 * under its own name, once. A file that is sent as it is (validation OFF) goes on to Gong while it arrives, if its
 * name and its length are known beforehand and one part can hold it.
 *
 * @throws GatewayError PAYLOAD_TOO_LARGE, BAD_USER_INPUT (broken gzip), STORAGE_UNAVAILABLE, CONFLICT (the name
 *   was used for other content), or whatever Gong answers
 */
export async function uploadFile(
  upload: FileUpload,
  deps: FileUploadDependencies,
): Promise<FileUploadResult> {
  let progress = NO_PROGRESS;
  const step = (change: Partial<FileProgress>) => {
    progress = { ...progress, ...change };
    upload.onStep?.(progress);
  };
  try {
    const result = await receiveAndSend(upload, deps, step);
    step({ phase: result.kind });
    return result;
  } catch (error) {
    step({ phase: 'FAILED' });
    throw error;
  }
}

async function receiveAndSend(
  upload: FileUpload,
  deps: FileUploadDependencies,
  step: (change: Partial<FileProgress>) => void,
): Promise<FileUploadResult> {
  const { objectType, validation } = upload;
  step({});
  const integrationId = await upload.integrationId();
  const schema = validation === 'OFF' ? [] : await liveSchema(deps.gong, integrationId, objectType);
  const { requirePhone } = deps;
  const job: PrepareJob = {
    ...{ objectType, validation, schema, requirePhone },
    hashPrefix: `${objectType}\n${integrationId}\n`,
    declaredBytes: upload.declaredBytes,
    onProgress(received) {
      upload.onProgress?.(received);
      step(received);
    },
  };
  let partsSent = 0;
  const submit = (name: string, content: Promise<string>, send: (named: UploadName) => Sending) =>
    deps.ledger.once({ integrationId, clientRequestId: name, content }, (onPartSent) =>
      send({
        ...{ objectType, integrationId, clientRequestId: name },
        onPartSent() {
          onPartSent();
          partsSent += 1;
          step({ partsSent });
        },
      }),
    );

  const received = await receive(upload, job, deps, submit);
  await using prepared = received.prepared;
  const report = withSeverities(prepared.report);
  const { sha256, parts } = prepared;
  if (parts.length === 0) return { kind: 'REJECTED', objectType, report: explainedIfEmpty(report) };

  const clientRequestId = upload.clientRequestId ?? contentName(objectType, sha256);
  step({ phase: 'SENDING', parts: parts.length });
  const requests = await (received.sending ??
    submit(clientRequestId, Promise.resolve(sha256), (named) => sendParts(parts, named, deps)));
  return {
    kind: 'ACCEPTED',
    objectType,
    integrationId,
    clientRequestId,
    requests,
    alreadySubmitted: requests.every((request) => request.alreadySubmitted),
    linesKept: parts.length === 1 && report.sorted && parts[0]?.lines === report.lines,
    report,
  };
}

type Sending = Promise<readonly SubmittedRequest[]>;

/** Receives the file; `sending` is there where it goes on to Gong meanwhile. */
async function receive(
  { source, sourcePath, clientRequestId }: FileUpload,
  job: PrepareJob,
  deps: FileUploadDependencies,
  submit: (name: string, content: Promise<string>, send: (named: UploadName) => Sending) => Sending,
): Promise<{ readonly prepared: PreparedUpload; readonly sending: Sending | undefined }> {
  let sending: Sending | undefined;
  const refused = new AbortController();
  const preparing: Promise<PreparedUpload> = deps.engine.prepare(source, {
    ...job,
    signal: refused.signal,
    onArriving(file) {
      // Its name would be made of the content, which nobody has seen yet.
      if (clientRequestId === undefined) return;
      const content = preparing.then((prepared) => prepared.sha256);
      sending = submit(clientRequestId, content, (named) => sendArriving(file, preparing, named, deps));
      sending.catch((error) => {
        // What Gong does not want need not be received.
        if (!file.signal.aborted) refused.abort(error);
      });
    },
  });
  try {
    return { prepared: await preparing, sending };
  } catch (error) {
    const isRefused = refused.signal.aborted;
    // It still reads the file.
    await sending?.catch(() => {});
    if (isRefused) throw refused.signal.reason;
    throw catalogued(error, sourcePath);
  }
}

/** The checks alone. Costs a call for the schema, and sends nothing. */
export async function checkFile(check: FileCheck, deps: FileUploadDependencies): Promise<FileReport> {
  const { objectType, source } = check;
  const schema = await liveSchema(deps.gong, await check.integrationId(), objectType);
  const report = await deps.engine
    .check(source, { ...check, schema, requirePhone: deps.requirePhone })
    .catch((error: unknown) => {
      throw catalogued(error, check.sourcePath);
    });
  return withSeverities(report);
}

async function liveSchema(
  gong: GongClient,
  integrationId: string,
  objectType: UploadObjectType,
): Promise<readonly SchemaField[]> {
  if (!isSchemaObjectType(objectType)) return [];
  const schemas = await gong.listSchema(integrationId, objectType, { priority: 'upload' });
  return schemas.get(objectType) ?? [];
}

/** The same file of the same integration has the same name, whoever sends it: Gong then recognises a repeat. */
function contentName(objectType: UploadObjectType, sha256: string): string {
  return `${objectType.toLowerCase()}-${Buffer.from(sha256, 'hex').toString('base64url')}`;
}
