import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import { RegisterIntegrationDocument, UploadFileDocument } from '../../../client/src/generated/graphql.js';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.js';
import { type Fault, type FaultyGong, startFaultyGong } from './faulty-gong.js';

/** A gateway with a registered CRM. */
export async function startWithCrm(options: HarnessOptions = {}): Promise<Harness> {
  const harness = await startHarness(options);
  await registerCrm(harness);
  return harness;
}

/** A gateway with a registered CRM, before a Gong that breaks connections. In the end no upload may have left a file. */
export async function withFaultyGong(
  fault: Fault,
  use: (harness: Harness, gong: FaultyGong) => Promise<void>,
): Promise<void> {
  let emulatorUrl = '';
  await using gong = await startFaultyGong(() => emulatorUrl, fault);
  await using harness = await startHarness({ gong: { baseUrl: gong.url } });
  emulatorUrl = harness.emulatorUrl;
  await registerCrm(harness);
  await use(harness, gong);
  await spoolIsEmpty(harness);
}

export async function registerCrm(harness: Harness): Promise<string> {
  const input = { name: 'Acme CRM', ownerEmail: 'owner@acme.com' };
  return (await harness.execute(RegisterIntegrationDocument, { input })).registerIntegration.id;
}

/** One line of an account, without LF; accounts need nothing but an integration. */
export function line(objectId: string, more: Readonly<Record<string, unknown>> = {}): string {
  const modifiedDate = '2024-03-01T12:00:00Z';
  return JSON.stringify({ objectId, modifiedDate, name: objectId, domains: ['acme.com'], ...more });
}

export function file(...lines: readonly string[]): string {
  return lines.map((text) => `${text}\n`).join('');
}

/** `count` accounts with these ids: `<prefix>1`, `<prefix>2`, … */
export function accounts(count: number, prefix = 'a'): string {
  return file(...Array.from({ length: count }, (_, index) => line(`${prefix}${index + 1}`)));
}

export type Body = string | Buffer | AsyncIterable<Uint8Array>;

export interface UploadOptions {
  readonly objectType?: string;
  readonly validation?: string;
  readonly clientRequestId?: string;
  readonly uploadId?: string;
}

export interface Problem {
  readonly line: number;
  readonly objectId: string | null;
  readonly field: string | null;
  readonly code: string;
  readonly message: string;
}

/** What either door answered, in one form. */
export interface Outcome {
  readonly status: number;
  readonly kind: 'accepted' | 'rejected' | 'refused';
  /** Of the error, where refused. */
  readonly code?: string;
  readonly message?: string;
  readonly retryable?: boolean;
  readonly clientRequestId?: string;
  readonly alreadySubmitted?: boolean;
  /** What became of it, and what is left to do, where it was sent before. */
  readonly submittedStatus?: string | null;
  readonly note?: string | null;
  readonly linesKept?: boolean;
  readonly requests?: readonly { readonly clientRequestId: string; readonly alreadySubmitted: boolean }[];
  readonly errors?: readonly Problem[];
  readonly warnings?: readonly Problem[];
  readonly errorCount?: number;
  readonly report?: {
    readonly lines: number;
    readonly blankLines: number;
    readonly objects: number;
    readonly validObjects: number;
    readonly sorted: boolean;
    readonly countsByCode: readonly { readonly code: string; readonly count: number }[];
  };
}

export interface Door {
  readonly name: string;
  upload(harness: Harness, body: Body, options?: UploadOptions): Promise<Outcome>;
}

export const plainDoor: Door = {
  name: 'POST /upload',
  async upload(harness, body, { objectType = 'ACCOUNT', ...query } = {}) {
    const response = await fetch(`${harness.url}/upload/${objectType}?${new URLSearchParams({ ...query })}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', ...harness.headers },
      ...bodyOf(body),
    });
    return outcomeOf(response.status, (await response.json()) as Answer);
  },
};

export const graphqlDoor: Door = {
  name: 'uploadFile',
  async upload(harness, body, { objectType = 'ACCOUNT', ...options } = {}) {
    const input = { objectType, file: null, ...options };
    const parts: Part[] = [
      {
        name: 'operations',
        value: JSON.stringify({ query: UploadFileDocument.toString(), variables: { input } }),
      },
      { name: 'map', value: '{"file":["variables.input.file"]}' },
      { name: 'file', fileName: 'accounts.ldjson', value: body },
    ];
    return postMultipart(harness, parts);
  },
};

export const DOORS: readonly Door[] = [plainDoor, graphqlDoor];

export interface Part {
  readonly name: string;
  readonly fileName?: string;
  readonly value: Body;
}

export const BOUNDARY = 'test-boundary';

export async function* multipartBody(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const { name, fileName, value } of parts) {
    const named = fileName === undefined ? '' : `; filename="${fileName}"`;
    yield Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${named}\r\n` +
        `${fileName === undefined ? '' : 'Content-Type: application/octet-stream\r\n'}\r\n`,
    );
    if (typeof value === 'string' || Buffer.isBuffer(value)) yield Buffer.from(value);
    else yield* value;
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${BOUNDARY}--\r\n`);
}

export async function postMultipart(
  harness: Harness,
  parts: readonly Part[] | AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const response = await fetch(`${harness.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'apollo-require-preflight': 'true',
      ...harness.headers,
      ...headers,
    },
    ...bodyOf(Symbol.asyncIterator in parts ? parts : multipartBody(parts)),
  });
  const answer = (await response.json()) as {
    data?: { uploadFile: Answer } | null;
    errors?: Answer['errors'];
  };
  return outcomeOf(response.status, answer.data?.uploadFile ?? { errors: answer.errors ?? [] });
}

interface Answer extends Partial<Omit<Outcome, 'errors' | 'status' | 'message'>> {
  readonly status?: string | null;
  readonly message?: string | null;
  readonly errors?: readonly (
    | Problem
    | { message: string; extensions: { code: string; retryable: boolean } }
  )[];
}

function outcomeOf(status: number, answer: Answer): Outcome {
  const { errors = [], status: submittedStatus, message: note, ...rest } = answer;
  const [error] = errors;
  if (error !== undefined && 'extensions' in error) {
    const { message, extensions } = error;
    return { status, kind: 'refused', message, code: extensions.code, retryable: extensions.retryable };
  }
  if (answer.clientRequestId !== undefined)
    return {
      ...rest,
      submittedStatus: submittedStatus ?? null,
      note: note ?? null,
      status,
      kind: 'accepted',
    };
  return { ...rest, status, kind: 'rejected', errors: errors as readonly Problem[] };
}

function bodyOf(body: Body): Pick<RequestInit, 'body' | 'duplex'> {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return { body: Buffer.from(body), duplex: 'half' };
  return { body: Readable.toWeb(Readable.from(body)) as ReadableStream, duplex: 'half' };
}

/** Waits until no upload has anything on disk. */
export async function spoolIsEmpty(harness: Harness): Promise<void> {
  await expect.poll(() => readdir(harness.spoolDir), { timeout: 10_000 }).toEqual([]);
}

/** How many uploads the emulator accepted. */
export function acceptedUploads(harness: Harness): number {
  return harness.callsOf('uploadObjects').filter(({ status }) => status === 201).length;
}

/** Nothing reached Gong, and nothing is left on disk. */
export async function nothingHappened(harness: Harness): Promise<void> {
  await spoolIsEmpty(harness);
  expect(harness.callsOf('uploadObjects')).toEqual([]);
}
