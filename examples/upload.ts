import { Presets, SingleBar } from 'cli-progress';
import { createClient } from './client.js';
import { credentialHeaders } from './credentials.js';
import { count, formatReport } from './report.js';
import { type Accepted, type Answer, sendFile } from './send-file.js';
import { formatTable } from './table.js';
import { untilFinal } from './until-final.js';
import { HELP, readArguments, type UploadArguments, UsageError } from './upload-arguments.js';

/** `npm run upload`: sends a file to /upload, follows it until Gong is done, and prints its errors as a table. */

const DEFAULT_GATEWAY_URL = 'http://127.0.0.1:4000';
const MB = 1e6;

/** @returns the exit code: 0 for success, 1 if something is wrong with the file. Throws any other error. */
async function run(args: UploadArguments, headers: Readonly<Record<string, string>>): Promise<0 | 1> {
  const answer = await sendWithBar(args, headers);
  switch (answer.kind) {
    case 'refused':
      throw new Error(answer.reasons.join('\n'));
    case 'rejected':
      say(`rejected, nothing was sent: ${count(answer.errorCount, 'error')}`);
      if (answer.report) process.stdout.write(formatReport(answer.report));
      return 1;
    case 'checked':
      say(`checked, nothing was sent: ${count(answer.report.errorCount, 'error')}`);
      process.stdout.write(formatReport(answer.report));
      return answer.report.errorCount === 0 ? 0 : 1;
    case 'accepted':
      say(outcomeOf(answer));
      if (answer.report) process.stdout.write(formatReport(answer.report));
      return follow(answer, args.url, headers);
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
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: `${args.path} {bar} {percentage}% | {value}/{total} MB | {eta_formatted}`,
      hideCursor: true,
      clearOnComplete: false,
      noTTYOutput: false,
    },
    Presets.shades_classic,
  );
  say(`sending ${args.path} to ${args.url} as ${args.objectType}`);
  bar.start(1, 0);
  try {
    return await sendFile(args, headers, (sent, of) => {
      bar.setTotal(Number((of / MB).toFixed(1)));
      bar.update(Number((sent / MB).toFixed(1)));
    });
  } finally {
    bar.stop();
  }
}

async function follow(
  { requests, integrationId, linesKept, alreadySubmitted }: Accepted,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<0 | 1> {
  const client = createClient(url, headers);
  let exitCode: 0 | 1 = 0;
  for (const { clientRequestId } of requests) {
    const end = await untilFinal(client, { clientRequestId, integrationId }, ({ status }) =>
      say(`${clientRequestId}: ${status}`),
    );
    if (end.status === 'DONE') {
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
  if (exitCode === 1 && alreadySubmitted) say('to send it again, use another --id, or none');
  return exitCode;
}

function showTable(rows: readonly Readonly<Record<string, string | null>>[]): void {
  if (rows.length > 0) process.stdout.write(`\n${formatTable(rows)}\n\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Network errors hide the reason in the error's cause or code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return `${error.message} (${error.cause.message})`;
  return error.message !== '' || !('code' in error) ? error.message : String(error.code);
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2), process.env.GATEWAY_URL || DEFAULT_GATEWAY_URL);
  if (args === null) {
    process.stdout.write(HELP);
    return;
  }
  process.exitCode = await run(args, credentialHeaders(process.env.GATEWAY_TOKEN));
}

main().catch((error: unknown) => {
  const hint = error instanceof UsageError ? '; try --help' : '';
  process.stderr.write(`upload: ${reasonOf(error)}${hint}\n`);
  process.exitCode = 2;
});
