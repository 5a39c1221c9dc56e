import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Presets, SingleBar } from 'cli-progress';
import {
  type Client,
  createClient,
  type FileReportFragment,
  type FileUploadResult,
} from 'gong-crm-graphql-client';
import { Agent, fetch } from 'undici';
import { count, formatReport } from './report.js';
import { formatTable } from './table.js';
import { HELP, readArguments, type UploadArguments, UsageError } from './upload-arguments.js';

type Accepted = Extract<FileUploadResult, { __typename: 'UploadAccepted' }>;

/** `npm run upload`: sends a file to /upload, follows it until Gong is done, and prints its errors as a table. */

const DEFAULT_GATEWAY_URL = 'http://127.0.0.1:4000';
const MB = 1e6;
const ANSWER_TIMEOUT_MS = 3_600_000;

/** @returns the exit code: 0 for success, 1 if something is wrong with the file. Throws any other error. */
async function run(args: UploadArguments): Promise<0 | 1> {
  // Longer than the gateway needs for the largest file.
  const dispatcher = new Agent({ headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS });
  const client = createClient({
    url: args.url,
    token: process.env.GATEWAY_TOKEN,
    attempts: 4,
    fetch: (url, init) => fetch(url, { ...init, dispatcher }),
  });
  try {
    const result = await sendWithBar(args, client);
    if ('bytes' in result) {
      say(`checked, nothing was sent: ${count(result.errorCount, 'error')}`);
      process.stdout.write(formatReport(result));
      return result.errorCount === 0 ? 0 : 1;
    }
    const isAccepted = result.__typename === 'UploadAccepted';
    say(isAccepted ? outcomeOf(result) : `rejected, nothing was sent: ${count(result.errorCount, 'error')}`);
    if (result.report) process.stdout.write(formatReport(result.report));
    return isAccepted ? await follow(result, client) : 1;
  } finally {
    await dispatcher.destroy();
  }
}

function outcomeOf({ objectCount, clientRequestId, alreadySubmitted, status }: Accepted): string {
  const objects = count(objectCount, 'object');
  if (!alreadySubmitted) {
    // The gateway's suffix when it sends the same content again.
    const again = /--r[0-9a-z]+$/.test(clientRequestId) ? ', again: the same was sent before' : '';
    return `accepted ${objects} as ${clientRequestId}${again}`;
  }
  const end = status === 'FAILED' ? ', and Gong failed it' : '';
  return `sent nothing: ${objects} had been accepted before, as ${clientRequestId}${end}`;
}

/** Shows a progress bar if standard error is a terminal. */
async function sendWithBar(
  args: UploadArguments,
  client: Client,
): Promise<FileUploadResult | FileReportFragment> {
  const { path, objectType, integrationId, clientRequestId, validation } = args;
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: `${path} {bar} {percentage}% | {value}/{total} MB | {eta_formatted}`,
      hideCursor: true,
      clearOnComplete: false,
      noTTYOutput: false,
    },
    Presets.shades_classic,
  );
  say(`sending ${path} to ${args.url} as ${objectType}`);
  const { size } = await stat(path);
  const file = await openAsBlob(path);
  if (args.checkOnly) return client.validateFile(file, { objectType, integrationId });
  bar.start(Number((size / MB).toFixed(1)), 0);
  try {
    return await client.uploadFile(file, {
      ...{ objectType, integrationId, clientRequestId, validation },
      onProgress: ({ bytesReceived }) => bar.update(Number((bytesReceived / MB).toFixed(1))),
    });
  } finally {
    bar.stop();
  }
}

async function follow(
  { requests, integrationId, linesKept, alreadySubmitted }: Accepted,
  client: Client,
): Promise<0 | 1> {
  let exitCode: 0 | 1 = 0;
  for (const { clientRequestId } of requests) {
    for await (const { isFinal, status, ...end } of client.follow(clientRequestId, { integrationId })) {
      say(`${clientRequestId}: ${status}`);
      if (!isFinal) continue;
      if (status === 'DONE') {
        say(`${clientRequestId}: ${end.totalSuccessCount} stored`);
        continue;
      }
      exitCode = 1;
      const errorCount = end.totalErrorCount ?? end.errors.length;
      say(`${clientRequestId}: ${end.totalSuccessCount ?? 0} stored, ${count(errorCount, 'error')} at Gong`);
      if (linesKept === false)
        say('line numbers refer to what was sent, not to the file: it was sorted, filtered or split');
      showTable(
        end.errors.map(({ line, objectId, description }) => ({
          line: String(line),
          objectId,
          message: description,
        })),
      );
      if (errorCount > end.errors.length) say(`Gong lists only the first ${end.errors.length}`);
    }
  }
  if (exitCode === 1 && alreadySubmitted) say('to send it again, use another --id, or none');
  return exitCode;
}

function showTable(rows: readonly Readonly<Record<string, string | null>>[]): void {
  if (rows.length > 0) process.stdout.write(`\n${formatTable(rows)}\n\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2), process.env.GATEWAY_URL || DEFAULT_GATEWAY_URL);
  if (args === null) {
    process.stdout.write(HELP);
    return;
  }
  process.exitCode = await run(args);
}

main().catch((error: unknown) => {
  const hint = error instanceof UsageError ? '; try --help' : '';
  process.stderr.write(`upload: ${error instanceof Error ? error.message : error}${hint}\n`);
  process.exitCode = 2;
});
