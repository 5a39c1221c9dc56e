import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Harness } from '../support/harness.js';

/**
 * The suite looks at the same few cases every time. `npm run fuzz` looks at others without end, and names the seed of what
 * it finds: `FUZZ_SEED=… FUZZ_RUNS=… npx vitest run test/fuzz` then finds it again.
 */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_125);
const RUNS = Number(process.env.FUZZ_RUNS ?? 60);

export const FUZZ_TIMEOUT_MS = 60_000 + RUNS * 1_000;

/** An answer that takes longer hangs. */
export const HANG_MS = 20_000;

/** @param share of the cases that the others get: for those that cost more */
export function holds<T>(property: fc.IAsyncProperty<T>, share = 1): Promise<void> {
  return fc.assert(property, { seed: SEED, numRuns: Math.ceil(RUNS * share), endOnFailure: false });
}

/** The secret in every credential of these tests: it must be in no output. */
export const CANARY = 'canary-7f3a91c2e5';

export interface GraphqlBody {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message?: unknown; readonly extensions?: Record<string, unknown> }[];
}

/** What every answer is held to, whatever was sent. */
export function expectSound(status: number, text: string): GraphqlBody {
  expect(text).not.toContain(CANARY);
  expect([500, 501, 505], text.slice(0, 500)).not.toContain(status);
  if (text === '') return {};
  const body = JSON.parse(text) as GraphqlBody;
  // The report of a file, whose errors are those of its lines.
  if (status === 422) return body;
  for (const { message, extensions } of body.errors ?? []) {
    expect(typeof message, text.slice(0, 500)).toBe('string');
    expect(extensions?.code, text.slice(0, 500)).toMatch(/^[A-Z_]+$/);
    expect(extensions?.code, text.slice(0, 500)).not.toBe('INTERNAL_SERVER_ERROR');
  }
  return body;
}

/** Keeps the log, in which no secret, no stack of ours and nothing but JSON lines may stand. */
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

/** Files that lie about, and descriptors that stay open, once everybody has gone. */
export async function expectNothingLeft(harness: Harness, filesBefore: number): Promise<void> {
  await expect.poll(() => readdirSync(harness.spoolDir), { timeout: 10_000 }).toEqual([]);
  // Idle connections of the client's and the gateway's pools stay for a while.
  await expect.poll(openFiles, { timeout: 20_000 }).toBeLessThan(filesBefore + 40);
}

export { openFiles };
