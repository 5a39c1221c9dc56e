import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchemaField } from '../../../src/crm/schema-field.js';
import { createUploadEngine } from '../../../src/writes/engine/engine.js';
import type {
  PreparedUpload,
  PrepareJob,
  UploadEngine,
  UploadEngineSettings,
} from '../../../src/writes/engine/types.js';

export interface TestEngine extends AsyncDisposable {
  readonly engine: UploadEngine;
  readonly spoolDir: string;
  /** Names in the spool folder. */
  left(): string[];
}

export async function startEngine(settings: Partial<UploadEngineSettings> = {}): Promise<TestEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-test-'));
  const spoolDir = settings.spoolDir ?? join(folder, 'spool');
  const engine = createUploadEngine({
    spoolDir,
    maxBytes: 500_000_000,
    maxInflatedBytes: 500_000_000,
    maxLineBytes: 1_048_576,
    maxPartBytes: 200_000_000,
    maxListedProblems: 1000,
    maxConcurrent: 2,
    checkTimeoutMs: 30_000,
    maxSpoolBytes: 10e9,
    ...settings,
  });
  return {
    engine,
    spoolDir,
    left: () => readdirSync(spoolDir),
    async [Symbol.asyncDispose]() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const SCHEMA: readonly SchemaField[] = [field('score__c', 'NUMBER'), field('tier__c', 'STRING')];

export function field(
  uniqueName: string,
  type: SchemaField['type'],
  orderedValueList: readonly string[] | null = null,
): SchemaField {
  return { uniqueName, label: uniqueName, type, lastModified: null, referenceTo: null, orderedValueList };
}

export const JOB: PrepareJob = {
  dialect: 'legacy',
  objectType: 'ACCOUNT',
  schema: SCHEMA,
  requirePhone: false,
  validation: 'ENFORCE',
  hashPrefix: 'ACCOUNT:1:',
};

/** One line of an account, without LF. */
export function account(objectId: string, extra: Readonly<Record<string, unknown>> = {}): string {
  const modifiedDate = '2024-01-01T00:00:00Z';
  return JSON.stringify({ objectId, modifiedDate, name: objectId, domains: ['acme.com'], ...extra });
}

export function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

/** The bytes in chunks of `chunkBytes`. */
export async function* inChunks(
  content: string | Uint8Array,
  chunkBytes = 65_536,
): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

export function partTexts(upload: PreparedUpload): string[] {
  return upload.parts.map((part) => readFileSync(part.path, 'utf8'));
}

/** The ids of each part, in order. */
export function partIds(upload: PreparedUpload): string[][] {
  return partTexts(upload).map((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).objectId),
  );
}

/** The error that the promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('The promise should have rejected');
}
