import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangesDocument,
  type ChangesQuery,
  type CrmChange,
  QueueChangesDocument,
} from '../../../client/src/generated/graphql.js';
import { openDiskStore } from '../../../src/store/disk-store.js';
import type { Store } from '../../../src/store/store.js';
import type { ChangeQueueSettings } from '../../../src/writes/queue/queue.js';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.js';
import { startProxy } from '../../support/proxy.js';
import { until } from '../../support/redis.js';

export type Ticket = ChangesQuery['changes'] & object;

/** The settings of a queue whose tests need not wait. */
export const QUICK: ChangeQueueSettings = {
  mergeMs: 10,
  maxObjects: 10_000,
  maxBytes: 50_000_000,
  accountPauseMs: 0,
  maxOrderWaitMs: 600_000,
  maxQueued: 1_000_000,
  keepMs: 86_400_000,
  pauses: { firstMs: 10, longestMs: 50, retryMs: 10 },
};

/** With the folder of its store. */
export type Queueing = Harness & { readonly folder: string };

/** A gateway whose queue is in a store on disk, which can be closed and opened again. */
export async function startQueueing(
  options: HarnessOptions & { readonly queue?: Partial<ChangeQueueSettings>; readonly store?: Store } = {},
): Promise<Queueing> {
  const folder = await mkdtemp(join(tmpdir(), 'queue-test-'));
  const store =
    options.store ?? (await openDiskStore(join(folder, 'store'), { logger: { error: () => undefined } }));
  const queue = { ...QUICK, ...options.queue };
  const harness = await startHarness({ ...options, gateway: { ...options.gateway, store, queue } });
  return {
    ...harness,
    folder,
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      if (options.store === undefined) await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

export async function queueChanges(harness: Harness, ...changes: CrmChange[]): Promise<Ticket> {
  const { queueChanges: queued } = await harness.execute(QueueChangesDocument, { changes });
  return queued.ticket;
}

export async function ticketOf(harness: Harness, { id }: Pick<Ticket, 'id'>): Promise<Ticket> {
  return (await harness.execute(ChangesDocument, { ticket: id })).changes;
}

/** The ticket once all its changes have ended. */
export async function settledTicket(harness: Harness, ticket: Pick<Ticket, 'id'>): Promise<Ticket> {
  let latest: Ticket | undefined;
  await until('the ticket to settle', async () => {
    latest = await ticketOf(harness, ticket);
    return latest.isSettled;
  });
  if (latest === undefined) throw new TypeError('needed a ticket');
  return latest;
}

export function states({ changes }: Ticket): string[] {
  return changes.map(({ objectId, state, reason }) =>
    [objectId, state, ...(reason === null ? [] : [reason])].join(' '),
  );
}

export interface Upload {
  readonly clientRequestId: string;
  readonly objects: readonly { readonly objectId: string }[];
}

/** A line error, or one of line 0 for all of them, as Gong reports it. */
export type Refusal = { readonly line: number; readonly description: string };

export interface StrictGong extends AsyncDisposable {
  readonly url: string;
  /** The uploads that have arrived, in order. */
  readonly uploads: readonly Upload[];
}

/** A Gong that finds errors in uploads, of which it names 20, as Gong does. The emulator behind it stores what is right. */
export async function startStrictGong(
  upstream: () => string,
  errorsIn: (upload: Upload) => readonly Refusal[],
): Promise<StrictGong> {
  const uploads: Upload[] = [];
  const refused = new Map<string, { readonly errors: readonly Refusal[]; readonly lines: number }>();
  const proxy = await startProxy(upstream, ({ method, url, body }) => {
    const clientRequestId = new URL(url, 'http://gong').searchParams.get('clientRequestId') ?? '';
    if (method === 'POST' && url.includes('entities?')) {
      const objects = body.split('\n').filter((line) => line.startsWith('{'));
      const upload = { clientRequestId, objects: objects.map((line) => JSON.parse(line)) };
      uploads.push(upload);
      const errors = errorsIn(upload);
      if (errors.length > 0) refused.set(clientRequestId, { errors, lines: objects.length });
    }
    const failed = url.includes('request-status') ? refused.get(clientRequestId) : undefined;
    if (failed === undefined) return undefined;
    const { errors, lines } = failed;
    const isGeneral = errors.some(({ line }) => line === 0);
    const status = {
      requestId: 'r',
      status: 'FAILED',
      errors: errors.slice(0, 20),
      totalErrorCount: isGeneral ? lines : errors.length,
      totalSuccessCount: isGeneral ? 0 : lines - errors.length,
    };
    return { status: 200, body: JSON.stringify(status) };
  });
  return { url: proxy.url, uploads, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}
