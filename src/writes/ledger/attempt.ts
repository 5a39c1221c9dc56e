import { type ErrorCode, GatewayError } from '../../errors.js';
import { submitted, usedBefore } from './repeats.js';
import type { StateOf } from './states.js';
import type { Attempt, LedgerStore, RequestName, Sent, Submitted } from './types.js';

/** Sends the requests of a submission and returns their names. */
export type Send = (attempt: Attempt) => Promise<readonly Pick<RequestName, 'clientRequestId'>[]>;

export interface AttemptPlan {
  readonly name: RequestName;
  readonly content: Promise<string>;
  /** Whether another name can be tried if Gong answers 409; otherwise that is a CONFLICT. */
  readonly hasNextName: boolean;
  /** An earlier attempt with this name and content; requests of it that Gong accepted are not sent again. */
  readonly before?: Pick<Sent, 'requests' | 'unsure'>;
  /** See `Sent`; if left out, it stays as it was. */
  readonly namesUsed?: number | null;
  readonly send: Send;
}

/** Gong already has a request under a name that the gateway made. */
export class NameUsed extends Error {
  constructor(readonly refusal: GatewayError) {
    super(refusal.message);
  }
}

export interface AttemptDeps {
  readonly store: LedgerStore;
  readonly stateOf: StateOf;
  /** Called when Gong has, or may have, accepted something. */
  readonly onWrite: () => void;
}

/** After these errors it is not known whether Gong accepted the request. */
const UNSURE: readonly ErrorCode[] = [
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
];

function isUnsure(error: unknown): boolean {
  return !(error instanceof GatewayError) || UNSURE.includes(error.code);
}

/** Sends a submission under one name, counts its steps for other writers to see, and remembers the outcome. */
export async function attempt(plan: AttemptPlan, deps: AttemptDeps): Promise<Submitted> {
  const { name, hasNextName, before } = plan;
  const { integrationId } = name;
  const { store, stateOf, onWrite } = deps;
  const accepted = new Set(before?.requests);
  const unsure = new Set(before?.unsure);
  const repeated = new Set<string>();
  let counts = await store.step(integrationId, 'begun');
  const endedBefore = counts?.ended ?? 0;
  /** Whether nobody else is known to have written to the integration since. */
  let isAlone = counts !== null;

  async function step(what: 'begun' | 'accepted' | 'ended'): Promise<void> {
    const next = await store.step(integrationId, what);
    isAlone &&= next !== null && next.version === (counts?.version ?? 0) + 1;
    counts = next;
    if (what !== 'begun') onWrite();
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
      if (isUnsure(error)) unsure.add(clientRequestId);
      if (!(error instanceof GatewayError) || error.code !== 'CONFLICT') throw error;
      if (hasNextName) throw new NameUsed(error);
      if (!unsure.has(clientRequestId)) throw await usedBefore(stateOf, request, error);
      // The earlier attempt, whose answer was lost, had succeeded.
      repeated.add(clientRequestId);
    }
    accepted.add(clientRequestId);
    await step('accepted');
    return request;
  };

  async function end(isComplete: boolean): Promise<void> {
    const { epoch = null, version = null } = counts ?? {};
    const content = await plan.content.catch(() => null);
    // The file never arrived in full, so Gong has none of it.
    if (content === null) return;
    await store.remember(integrationId, {
      content,
      clientRequestId: name.clientRequestId,
      requests: [...accepted],
      unsure: [...unsure].filter((request) => !accepted.has(request)),
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
    // With a name that the gateway made, nothing need be remembered: if it was used, another one is tried.
    if (accepted.size > 0 || (unsure.size > 0 && !hasNextName)) await end(false);
    throw error;
  }
  await step('ended');
  await end(true);
  const requests = sent.map(({ clientRequestId }) => ({
    clientRequestId,
    alreadySubmitted: repeated.has(clientRequestId),
  }));
  const states = requests.map(({ clientRequestId, alreadySubmitted }) =>
    alreadySubmitted ? stateOf(integrationId, clientRequestId).catch(() => null) : null,
  );
  return submitted(name, requests, await Promise.all(states));
}
