import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Harness } from '../support/harness.js';

/**
 * The suite runs the same few cases every time. `npm run fuzz` runs others without end, and names the seed of a failure:
 * `FUZZ_SEED=… FUZZ_RUNS=… npx vitest run test/fuzz` reproduces it.
 */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_125);
const RUNS = Number(process.env.FUZZ_RUNS ?? 60);

export const FUZZ_TIMEOUT_MS = 60_000 + RUNS * 1_000;

/** A response that takes longer counts as hanging. */
export const HANG_MS = 20_000;

/** @param share of the usual number of runs, for properties that are slow or fast */
export function holds<T>(property: fc.IAsyncProperty<T>, share = 1): Promise<void> {
  return fc.assert(property, { seed: SEED, numRuns: Math.ceil(RUNS * share), endOnFailure: false });
}

/** Part of every credential in these tests. It must not appear in any output. */
export const CANARY = 'canary-7f3a91c2e5';

export interface GraphqlBody {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message?: unknown; readonly extensions?: Record<string, unknown> }[];
}

/** What must be true of every response, whatever was sent. */
export function expectSound(status: number, text: string): GraphqlBody {
  expect(text).not.toContain(CANARY);
  expect([500, 501, 505], text.slice(0, 500)).not.toContain(status);
  if (text === '') return {};
  const body = JSON.parse(text) as GraphqlBody;
  // A report on a file, whose errors are those of its lines.
  if (status === 422) return body;
  for (const { message, extensions } of body.errors ?? []) {
    expect(typeof message, text.slice(0, 500)).toBe('string');
    expect(extensions?.code, text.slice(0, 500)).toMatch(/^[A-Z_]+$/);
    expect(extensions?.code, text.slice(0, 500)).not.toBe('INTERNAL_SERVER_ERROR');
  }
  return body;
}

/** Collects the log, which must consist of JSON lines without secrets and unexpected errors. */
export function createLog() {
  const lines: string[] = [];
  return {
    sink: { write: (line: string) => void lines.push(line) },
    expectSound() {
      for (const line of lines) {
        expect(line).not.toContain(CANARY);
        expect(JSON.parse(line), line.slice(0, 500)).not.toMatchObject({ msg: 'unexpected error' });
      }
      return lines.length;
    },
  };
}

const openFiles = () => readdirSync('/proc/self/fd').length;

/** Expects that no spooled files and no open descriptors are left. */
export async function expectNothingLeft(harness: Harness, filesBefore: number): Promise<void> {
  await expect.poll(() => readdirSync(harness.spoolDir), { timeout: 10_000 }).toEqual([]);
  // Idle connections of the client's and the gateway's pools stay open for a while.
  await expect.poll(openFiles, { timeout: 20_000 }).toBeLessThan(filesBefore + 40);
}

export { openFiles };
