import type { LineProblem } from '../crm/ldjson-problems.js';
import { isSchemaObjectType, type UploadObjectType } from '../crm/object-types.js';
import type { SchemaField } from '../crm/schema-field.js';
import type { GongClient } from '../gong/types.js';
import type {
  UploadEngine,
  UploadProgress,
  UploadReport,
  UploadSource,
  ValidationMode,
} from './engine/types.js';
import { type FileProgress, NO_PROGRESS } from './progress-board.js';
import { type PartSender, sendParts } from './send-parts.js';
import { catalogued } from './spool-errors.js';
import type { SubmissionLedger } from './submission-ledger.js';
import type { SubmittedRequest } from './submit-once.js';

export interface FileCheck {
  /** Plain LDJSON or gzip, as it arrives. */
  readonly source: UploadSource;
  readonly objectType: UploadObjectType;
  readonly integrationId: () => Promise<string>;
  /** Aborted when the caller goes away. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

export interface FileUpload extends FileCheck {
  readonly clientRequestId?: string | undefined;
  readonly validation: ValidationMode;
  /** Told of every step, the last one included. */
  readonly onStep?: ((progress: FileProgress) => void) | undefined;
}

export interface FileReport extends UploadReport {
  readonly errors: readonly LineProblem[];
  readonly warnings: readonly LineProblem[];
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
 * under its own name, once.
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
  const hashPrefix = `${objectType}\n${integrationId}\n`;
  const { requirePhone } = deps;
  const onProgress = (received: UploadProgress) => {
    upload.onProgress?.(received);
    step(received);
  };
  const job = { ...upload, schema, requirePhone, hashPrefix, onProgress };
  await using prepared = await deps.engine.prepare(upload.source, job).catch(catalogued);

  const report = withSeverities(prepared.report);
  if (prepared.parts.length === 0) return { kind: 'REJECTED', objectType, report: explainedIfEmpty(report) };

  const clientRequestId = upload.clientRequestId ?? contentName(objectType, prepared.sha256);
  const { sha256, parts } = prepared;
  step({ phase: 'SENDING', parts: parts.length });
  const requests = await deps.ledger.once(
    { integrationId, clientRequestId, content: sha256 },
    (onPartSent) => {
      let partsSent = 0;
      const told = () => {
        onPartSent();
        partsSent += 1;
        step({ partsSent });
      };
      return sendParts({ objectType, integrationId, clientRequestId, parts, onPartSent: told }, deps);
    },
  );
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

/** The checks alone. Costs a call for the schema, and sends nothing. */
export async function checkFile(check: FileCheck, deps: FileUploadDependencies): Promise<FileReport> {
  const { objectType, source } = check;
  const schema = await liveSchema(deps.gong, await check.integrationId(), objectType);
  const report = await deps.engine
    .check(source, { ...check, schema, requirePhone: deps.requirePhone })
    .catch(catalogued);
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

function withSeverities(report: UploadReport): FileReport {
  return {
    ...report,
    errors: report.problems.filter((problem) => problem.severity === 'ERROR'),
    warnings: report.problems.filter((problem) => problem.severity === 'WARNING'),
  };
}

/** Gong would take a file without objects and fail it; nobody means to send one. */
function explainedIfEmpty(report: FileReport): FileReport {
  if (report.errors.length > 0) return report;
  const problem: LineProblem = {
    line: 0,
    objectId: null,
    field: null,
    code: 'NO_OBJECTS',
    message: 'needed at least one object to send, got a file without any',
    severity: 'ERROR',
  };
  return {
    ...report,
    errorCount: report.errorCount + 1,
    countsByCode: { ...report.countsByCode, NO_OBJECTS: 1 },
    problems: [problem, ...report.problems],
    errors: [problem],
  };
}
