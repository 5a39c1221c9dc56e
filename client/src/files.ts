import { parseAnswer, refuse } from './answers.js';
import { type Call, type CallOptions, type Connection, sleep } from './connection.js';
import {
  type FileReportFragment,
  type UploadFileMutation,
  type UploadObjectType,
  UploadProgressDocument,
  type UploadProgressSubscription,
  type ValidationMode,
} from './generated/graphql.js';
import { subscribe } from './operations.js';

/**
 * A file of JSON objects, one per line (LDJSON), plain or gzip. A stream can be sent only once; a Blob, or what a
 * function opens, is sent again if that is necessary.
 */
export type UploadSource =
  | Blob
  | ReadableStream<Uint8Array>
  | (() => Blob | ReadableStream<Uint8Array> | Promise<Blob | ReadableStream<Uint8Array>>);

/** Accepted: follow each of its `requests`. Rejected: lines have errors, and nothing was sent to Gong. */
export type FileUploadResult = NonNullable<UploadFileMutation['uploadFile']>;

export type UploadProgress = UploadProgressSubscription['uploadProgress'];

export interface ValidateFileOptions extends CallOptions {
  readonly objectType: UploadObjectType;
  readonly integrationId?: string | undefined;
  /**
   * The size of a stream in bytes, sent as Content-Length. Browsers ignore it, and Chromium sends streams only over
   * HTTP/2: give them a Blob.
   */
  readonly bytes?: number | undefined;
  /**
   * Called with what the gateway has received, checked and sent on. Needs an event stream beside the file; if there is
   * none, the file goes on. What it throws is ignored.
   */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

export interface UploadFileOptions extends ValidateFileOptions {
  readonly clientRequestId?: string | undefined;
  /** Where the gateway sends a webhook once Gong has finished each request of the upload. */
  readonly notify?: string | undefined;
  /** Default ENFORCE. */
  readonly validation?: ValidationMode | undefined;
}

/** How long the last progress may take after the answer. */
const LAST_PROGRESS_MS = 1_000;

export function uploadFile(
  connection: Connection,
  source: UploadSource,
  options: UploadFileOptions,
): Promise<FileUploadResult> {
  const { integrationId, clientRequestId, notify, validation } = options;
  const query = { integrationId, clientRequestId, notify, validation };
  return send(connection, 'upload', source, options, query, readUpload);
}

export function validateFile(
  connection: Connection,
  source: UploadSource,
  options: ValidateFileOptions,
): Promise<FileReportFragment> {
  return send(connection, 'validate', source, options, { integrationId: options.integrationId }, readReport);
}

function send<T>(
  connection: Connection,
  path: 'upload' | 'validate',
  source: UploadSource,
  options: ValidateFileOptions,
  query: Readonly<Record<string, string | undefined>>,
  read: Call<T>['read'],
): Promise<T> {
  const { objectType, onProgress } = options;
  const attempt = (uploadId?: string) => {
    const address = `/${path}/${objectType}${queryOf({ ...query, uploadId })}`;
    return connection.attempt(callOf(address, source, options, read), options);
  };
  const run = () =>
    onProgress === undefined ? attempt() : withProgress(connection, onProgress, options, attempt);
  return isReplayable(source) ? connection.retry(run, options) : run();
}

function isReplayable(source: UploadSource): boolean {
  return source instanceof Blob || typeof source === 'function';
}

function callOf<T>(
  path: string,
  source: UploadSource,
  { bytes }: ValidateFileOptions,
  read: Call<T>['read'],
): Call<T> {
  return {
    path,
    headers: {
      'content-type': 'application/x-ndjson',
      ...(bytes === undefined ? {} : { 'content-length': String(bytes) }),
    },
    body: async () => (typeof source === 'function' ? source() : source),
    read,
    isReplayable: isReplayable(source),
    isIdempotent: true,
  };
}

async function readUpload(response: Response): Promise<FileUploadResult> {
  const { status } = response;
  const text = await response.text();
  const answer = parseAnswer(text, response);
  // 409 with a request: the file was sent before under this ID, and Gong failed it.
  if ((status === 202 || status === 409) && 'clientRequestId' in answer) {
    return { ...answer, __typename: 'UploadAccepted' } as unknown as FileUploadResult;
  }
  if (status === 422 && 'errorCount' in answer) {
    return { ...answer, __typename: 'UploadRejected' } as unknown as FileUploadResult;
  }
  return refuse(answer, text, response);
}

async function readReport(response: Response): Promise<FileReportFragment> {
  const text = await response.text();
  const answer = parseAnswer(text, response);
  const isReport = (response.status === 200 || response.status === 422) && 'errorCount' in answer;
  return isReport ? (answer as unknown as FileReportFragment) : refuse(answer, text, response);
}

/** Follows one attempt under a name of its own. */
async function withProgress<T>(
  connection: Connection,
  onProgress: (progress: UploadProgress) => void,
  { signal }: CallOptions,
  attempt: (uploadId: string) => Promise<T>,
): Promise<T> {
  const uploadId = randomName();
  const left = new AbortController();
  const options = { signal: AbortSignal.any([left.signal, ...(signal === undefined ? [] : [signal])]) };
  async function follow(): Promise<void> {
    const events = subscribe(connection, UploadProgressDocument, { uploadId }, options);
    for await (const { uploadProgress } of events) onProgress(uploadProgress);
  }
  const following = follow().catch(() => undefined);
  try {
    const result = await attempt(uploadId);
    await Promise.race([following, sleep(LAST_PROGRESS_MS, options.signal).catch(() => undefined)]);
    return result;
  } finally {
    left.abort();
  }
}

/** `crypto.randomUUID` is missing in pages that are not served over https. */
function randomName(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function queryOf(options: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
