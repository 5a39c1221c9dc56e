import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { FileReportFragment, UploadFileMutation } from '../schema/generated/graphql.js';
import type { UploadArguments } from './upload-arguments.js';

/** The answers of /upload and /validate: the JSON of `uploadFile` and `validateFile`. */
export type Accepted = Omit<
  Extract<UploadFileMutation['uploadFile'], { __typename: 'UploadAccepted' }>,
  '__typename'
>;
export type Rejected = Omit<
  Extract<UploadFileMutation['uploadFile'], { __typename: 'UploadRejected' }>,
  '__typename'
>;

export type Answer =
  | ({ readonly kind: 'accepted' } & Accepted)
  | ({ readonly kind: 'rejected' } & Rejected)
  | { readonly kind: 'checked'; readonly report: FileReportFragment }
  /** An error that is not about the file's lines. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

/** Longer than the gateway needs for the largest file. */
const ANSWER_TIMEOUT_MS = 3_600_000;
const READ_BYTES = 256 * 1024;

/** Streams the file with its `Content-Length`. Rejects if the file cannot be read or the gateway does not answer. */
export async function sendFile(
  { path, objectType, integrationId, clientRequestId, validation, checkOnly, url }: UploadArguments,
  headers: Readonly<Record<string, string>>,
  onProgress: (sent: number, of: number) => void,
): Promise<Answer> {
  const { size } = await stat(path);
  const query = new URLSearchParams({
    ...(integrationId === undefined ? {} : { integrationId }),
    ...(checkOnly ? {} : { validation }),
    ...(checkOnly || clientRequestId === undefined ? {} : { clientRequestId }),
  });
  let sent = 0;
  onProgress(0, size);
  const file = createReadStream(path, { highWaterMark: READ_BYTES });
  file.on('data', (chunk) => {
    sent += chunk.length;
    onProgress(sent, size);
  });
  // The global dispatcher may belong to Node's fetch, whose undici version may not accept these bodies.
  const dispatcher = new Agent({ headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS });
  try {
    const { statusCode, body } = await request(
      `${url}/${checkOnly ? 'validate' : 'upload'}/${objectType}?${query}`,
      {
        dispatcher,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-ndjson', 'content-length': String(size) },
        body: file,
      },
    );
    return readAnswer(statusCode, await body.text(), checkOnly);
  } finally {
    file.destroy();
    await dispatcher.destroy();
  }
}

function readAnswer(status: number, text: string, checkOnly: boolean): Answer {
  const answer = parse(text);
  // 409 with a request: the file was sent before under this ID, and Gong failed it.
  if (status === 202 || (status === 409 && 'clientRequestId' in answer)) {
    return { kind: 'accepted', ...(answer as Accepted) };
  }
  if (checkOnly && (status === 200 || status === 422)) {
    return { kind: 'checked', report: answer as FileReportFragment };
  }
  if (status === 422) return { kind: 'rejected', ...(answer as Rejected) };
  const { errors = [] } = answer as { errors?: { message: string; extensions?: { code?: string } }[] };
  const reasons = errors.map(({ message, extensions }) => `${extensions?.code ?? 'ERROR'}: ${message}`);
  return {
    kind: 'refused',
    reasons: reasons.length > 0 ? reasons : [`HTTP ${status}: ${text.slice(0, 200)}`],
  };
}

function parse(text: string): object {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}
