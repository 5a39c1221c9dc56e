import { type ErrorCode, GatewayError } from '../../errors.js';
import { type AskStatus, stateOf, submitted, usedBefore } from './repeats.js';
import type { Attempt, LedgerStore, RequestName, Submitted } from './types.js';

/** Sends the requests of a submission. */
export type Send = (attempt: Attempt) => Promise<readonly Pick<RequestName, 'clientRequestId'>[]>;

export interface AttemptPlan {
  readonly name: RequestName;
  readonly content: Promise<string>;
  /** What Gong's 409 means: see `OnConflict`. */
  readonly onConflict: OnConflict;
  /** The requests of an earlier attempt that Gong has accepted; they are not sent again. */
  readonly accepted?: readonly string[];
  /** As in `Sent`; left out, it stays as it was. */
  readonly namesUsed?: number | null;
  readonly send: Send;
}

export type OnConflict =
  /** An earlier attempt with this content has arrived after all. */
  | 'ours'
  /** The name was used for something unknown. */
  | 'unknown'
  /** The name is of no use, and another one can be tried. */
  | 'next';

/** Gong has used up a name that the gateway made. */
export class NameUsed extends Error {
  constructor(readonly refusal: GatewayError) {
    super(refusal.message);
  }
}

export interface AttemptDeps {
  readonly store: LedgerStore;
  readonly askStatus: AskStatus;
  /** The write has ended, well or not. */
  readonly onEnd: () => void;
}

/** After one of these nobody knows whether Gong has something under the name. */
const UNSURE: readonly ErrorCode[] = [
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
];

/** Sends a submission under one name, counts its steps for others to see, and remembers what came of it. */
export async function attempt(plan: AttemptPlan, deps: AttemptDeps): Promise<Submitted> {
  const { name, onConflict } = plan;
  const { integrationId } = name;
  const { store, askStatus } = deps;
  const accepted = new Set(plan.accepted);
  const repeated = new Set<string>();
  let counts = await store.step(integrationId, 'begun');
  const endedBefore = counts?.ended ?? 0;
  /** Whether nobody else has written to the integration since, as far as can be known. */
  let isAlone = counts !== null;

  async function step(what: 'begun' | 'accepted' | 'ended'): Promise<void> {
    const next = await store.step(integrationId, what);
    isAlone &&= next !== null && next.version === (counts?.version ?? 0) + 1;
    counts = next;
  }

  const submit: Attempt['submit'] = async (clientRequestId, send) => {
    const request = { integrationId, clientRequestId };
    if (accepted.has(clientRequestId)) {
      repeated.add(clientRequestId);
      return request;
    }
    if (accepted.size > 0) await step('begun');
    try {
      await send(request);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'CONFLICT') throw error;
      if (onConflict === 'next') throw new NameUsed(error);
      if (onConflict === 'unknown') throw await usedBefore(askStatus, request, error);
      repeated.add(clientRequestId);
    }
    accepted.add(clientRequestId);
    await step('accepted');
    return request;
  };

  async function end(isComplete: boolean): Promise<void> {
    const { epoch = null, version = null } = counts ?? {};
    const content = await plan.content.catch(() => null);
    // A file that never arrived in full, so that Gong has nothing of it.
    if (content === null) return;
    await store.remember(integrationId, {
      content,
      clientRequestId: name.clientRequestId,
      requests: [...accepted],
      isComplete,
      namesUsed:
        plan.namesUsed === undefined
          ? ((await store.byContent(integrationId, content)) ?? { namesUsed: 0 }).namesUsed
          : plan.namesUsed,
      epoch,
      endedBefore,
      version: isAlone ? version : null,
    });
  }

  let sent: Awaited<ReturnType<Send>>;
  try {
    sent = await plan.send({ clientRequestId: name.clientRequestId, submit });
  } catch (error) {
    await step('ended');
    deps.onEnd();
    const isUnsure = !(error instanceof GatewayError) || UNSURE.includes(error.code);
    // A name that the gateway made can be tried again: it belongs to this content whatever became of it.
    if (accepted.size > 0 || (isUnsure && onConflict !== 'next')) await end(false);
    throw error;
  }
  await step('ended');
  deps.onEnd();
  await end(true);
  const requests = sent.map(({ clientRequestId }) => ({
    clientRequestId,
    alreadySubmitted: repeated.has(clientRequestId),
  }));
  const states = requests.map((request) =>
    request.alreadySubmitted
      ? stateOf(askStatus, integrationId, request.clientRequestId).catch(() => null)
      : null,
  );
  return submitted(name, requests, await Promise.all(states));
}
