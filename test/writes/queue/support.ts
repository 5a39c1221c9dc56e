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
  pauses: { firstMs: 10, longestMs: 50 },
};

/** A gateway whose queue is in a store on disk, which can be closed and opened again. */
export async function startQueueing(
  options: HarnessOptions & { readonly queue?: Partial<ChangeQueueSettings>; readonly store?: Store } = {},
): Promise<Harness & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'queue-test-'));
  const store = options.store ?? (await openDiskStore(join(folder, 'store'), { error: () => undefined }));
  const queue = { ...QUICK, ...options.queue };
  const harness = await startHarness({ ...options, gateway: { ...options.gateway, store, queue } });
  return {
    ...harness,
    folder,
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await store.close();
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
