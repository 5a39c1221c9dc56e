import type { UploadObjectType } from '../../crm/object-types.js';
import { GatewayError } from '../../errors.js';
import { GATEWAY } from '../../gong/budget/ledger.js';
import { createSharers, type Sharers } from '../../gong/budget/sharers.js';
import type { GongClient, Permit } from '../../gong/types.js';
import { noopObserver, type Observer } from '../../telemetry/observer.js';
import { noopTracer, type Tracer, traced } from '../../telemetry/tracer.js';
import type { Submitted } from '../ledger/types.js';
import type { Batch, Outcomes, WaitingList } from './batch.js';
import type { FailedLists } from './failed-lists.js';
import { mergeLists } from './merge.js';
import { type ListSender, submitList } from './submit.js';

export interface UploadTarget {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
}

export interface SharedUploadDeps extends ListSender {
  readonly failedLists: FailedLists;
  readonly observer?: Observer | undefined;
  readonly tracer?: Tracer | undefined;
}

/**
 * How often Gong may refuse parts of one batch: enough to find some ten bad lists among a thousand. With more, Gong may have
 * other reasons, and finding them all would cost the others too many calls.
 */
const MAX_REFUSALS = 64;

/**
 * Sends a batch at the first turn of any of its callers. If Gong refuses it as a whole, each half is sent by itself, and so
 * on: a bad list is found in few calls, and no other list suffers from it.
 *
 * @param onClosed called when no more lists can join
 * @returns never rejects
 */
export async function uploadBatch(
  batch: Batch,
  target: UploadTarget,
  deps: SharedUploadDeps,
  onClosed: () => void,
): Promise<Outcomes> {
  const { lists, sharers } = batch;
  let permit: Permit;
  try {
    permit = await turnOf(batch, deps.gong);
  } catch (error) {
    return outcomeOfAll(lists, { status: 'rejected', reason: error });
  } finally {
    onClosed();
  }
  return upload({ lists, sharers, permit, refusals: { count: 0 } }, target, deps);
}

/** Waits for the batch's turn, and closes it. */
async function turnOf(batch: Batch, gong: GongClient): Promise<Permit> {
  for (;;) {
    batch.hasNewcomers = false;
    try {
      const permit = await gong.reserve({ priority: 'upload', sharers: batch.sharers });
      batch.isOpen = false;
      return permit;
    } catch (error) {
      if (batch.hasNewcomers) continue;
      batch.isOpen = false;
      throw error;
    }
  }
}

interface Upload {
  readonly lists: readonly WaitingList[];
  readonly sharers: Sharers;
  readonly permit: Permit;
  /** Of all parts of the batch. */
  readonly refusals: { count: number };
}

async function upload(of: Upload, target: UploadTarget, deps: SharedUploadDeps): Promise<Outcomes> {
  const { lists, permit, refusals } = of;
  try {
    const value = await submit(of, target, deps).finally(() => permit.settled());
    return outcomeOfAll(lists, { status: 'fulfilled', value });
  } catch (error) {
    if (!isRefusal(error)) return outcomeOfAll(lists, { status: 'rejected', reason: error });
    refusals.count += 1;
    const halves = halvesOf(lists);
    if (halves === undefined || refusals.count > MAX_REFUSALS) {
      const keys = new Set(lists.map(({ key }) => key));
      await deps.failedLists.add(target.integrationId, [...keys]);
      return outcomeOfAll(lists, {
        status: 'rejected',
        reason: halves === undefined ? error : undecided(error),
      });
    }
    const outcomes = await Promise.all(halves.map((half) => uploadHalf(half, of, target, deps)));
    return new Map(outcomes.flatMap((some) => [...some]));
  }
}

async function uploadHalf(
  lists: readonly WaitingList[],
  { refusals }: Upload,
  target: UploadTarget,
  deps: SharedUploadDeps,
): Promise<Outcomes> {
  const sharers = createSharers(...lists.map(({ caller }) => ({ caller })));
  try {
    const permit = await deps.gong.reserve({ priority: 'upload', sharers });
    return upload({ lists, sharers, permit, refusals }, target, deps);
  } catch (error) {
    return outcomeOfAll(lists, { status: 'rejected', reason: error });
  }
}

async function submit(
  { lists, sharers, permit }: Upload,
  target: UploadTarget,
  deps: SharedUploadDeps,
): Promise<Submitted> {
  const { objectType, integrationId } = target;
  const { gong, observer = noopObserver, tracer = noopTracer } = deps;
  const { file, objectIds, sources } = mergeLists(lists);
  const keys = new Set(lists.map(({ key }) => key));
  const callers = new Set(lists.map(({ caller }) => caller));
  let isTurn = true;
  const giveBack = () => {
    isTurn = false;
    permit.settled();
  };

  const attributes = {
    ...{ 'batch.object_type': objectType, 'batch.objects': objectIds.length, 'batch.lists': lists.length },
  };
  const links = [...new Set(lists.map(({ span }) => span))];
  return traced(tracer, `upload ${objectType}`, { attributes, links }, () =>
    submitList(
      {
        ...{ objectType, integrationId, file, objectIds },
        owners: callers.size > 1 ? sources.map(callersOf) : undefined,
        lists: keys.size > 1 ? [...keys] : undefined,
        writers: lists.map(({ author, lines }) => ({ ...author, objectCount: lines.length })),
        caller: lists[0]?.caller,
        onWait: giveBack,
        send(request, options) {
          const turn = isTurn ? { permit } : {};
          if (isTurn) permit.split(partsOf(lists));
          isTurn = false;
          observer.listsSent(objectType, lists.length);
          return gong.uploadObjects(objectType, request, { ...options, sharers, ...turn });
        },
      },
      deps,
    ),
  );
}

function callersOf(lists: readonly WaitingList[]): string[] {
  return [...new Set(lists.map(({ caller = GATEWAY }) => caller))];
}

/** Each caller's part of the objects. */
function partsOf(lists: readonly WaitingList[]): Map<string, number> {
  const all = lists.reduce((sum, { lines }) => sum + lines.length, 0);
  const parts = new Map<string, number>();
  for (const { caller = GATEWAY, lines } of lists)
    parts.set(caller, (parts.get(caller) ?? 0) + lines.length / all);
  return parts;
}

/** 400, 413 and the like, which the content may have caused. All lists share the rest: credentials, integration, budget. */
function isRefusal(error: unknown): boolean {
  const status = (error instanceof GatewayError ? error.upstream?.status : undefined) ?? 0;
  return status >= 400 && status < 500 && ![401, 403, 404, 408, 409, 429].includes(status);
}

/** The list may be good, and will be sent by itself the next time. */
function undecided(cause: unknown): GatewayError {
  return new GatewayError(
    'RATE_LIMITED',
    'Gong refused an upload that this list shared with others, and so many parts of it that not all could be tried: ' +
      'send the list again, and it will be sent by itself',
    { retryAfterSeconds: 1, cause },
  );
}

/** Divides lists in two, identical ones together; `undefined` if they are all identical. */
function halvesOf(lists: readonly WaitingList[]): readonly (readonly WaitingList[])[] | undefined {
  const keys = [...new Set(lists.map(({ key }) => key))];
  if (keys.length === 1) return undefined;
  const first = new Set(keys.slice(0, Math.floor(keys.length / 2)));
  return [lists.filter(({ key }) => first.has(key)), lists.filter(({ key }) => !first.has(key))];
}

function outcomeOfAll(lists: readonly WaitingList[], outcome: PromiseSettledResult<Submitted>): Outcomes {
  return new Map(lists.map((list) => [list, outcome]));
}
