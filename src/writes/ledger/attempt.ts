import { type ErrorCode, GatewayError } from '../../errors.js';
import { submitted, usedBefore } from './repeats.js';
import type { StateOf } from './states.js';
import type { Attempt, LedgerStore, RequestName, Sent, Submitted } from './types.js';

/** Sends the requests of a submission. */
export type Send = (attempt: Attempt) => Promise<readonly Pick<RequestName, 'clientRequestId'>[]>;

export interface AttemptPlan {
  readonly name: RequestName;
  readonly content: Promise<string>;
  /** Whether another name can be tried where Gong has used up this one; or else its 409 is a CONFLICT. */
  readonly hasNextName: boolean;
  /** An earlier attempt with this name and content, of which what Gong has accepted is not sent again. */
  readonly before?: Pick<Sent, 'requests' | 'unsure'>;
  /** As in `Sent`; left out, it stays as it was. */
  readonly namesUsed?: number | null;
  readonly send: Send;
}

/** Gong has used up a name that the gateway made. */
export class NameUsed extends Error {
  constructor(readonly refusal: GatewayError) {
    super(refusal.message);
  }
}

export interface AttemptDeps {
  readonly store: LedgerStore;
  readonly stateOf: StateOf;
  /** Gong has taken something, or may have. */
  readonly onWrite: () => void;
}

/** After one of these nobody knows whether Gong has something under the name. */
const UNSURE: readonly ErrorCode[] = [
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_INVALID_RESPONSE',
  'UPSTREAM_ERROR',
];

function isUnsure(error: unknown): boolean {
  return !(error instanceof GatewayError) || UNSURE.includes(error.code);
}

/** Sends a submission under one name, counts its steps for others to see, and remembers what came of it. */
export async function attempt(plan: AttemptPlan, deps: AttemptDeps): Promise<Submitted> {
  const { name, hasNextName, before } = plan;
  const { integrationId } = name;
  const { store, stateOf, onWrite } = deps;
  const accepted = new Set(before?.requests);
  const unsure = new Set(before?.unsure);
  const repeated = new Set<string>();
  let counts = await store.step(integrationId, 'begun');
  const endedBefore = counts?.ended ?? 0;
  /** Whether nobody else has written to the integration since, as far as can be known. */
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
      // The attempt whose answer was lost had arrived.
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
    // A name that the gateway made can be tried again: another one is at hand if it was used up.
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
