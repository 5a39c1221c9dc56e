import type { IssuerState } from '../../auth/issuer-keys.js';
import { GatewayError } from '../../errors.js';
import { describePause } from '../../gong/budget/errors.js';
import type { BudgetState, GongClient } from '../../gong/types.js';
import type { Redis } from '../../redis.js';

/** `degraded`: worth an operator's look, but the gateway serves. */
export interface Check {
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly reason: string;
}

export interface Readiness {
  /** `ready: false`: send callers elsewhere. Never rejects. */
  check(): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, Check>> }>;
  /** From now on it is not ready. */
  shutDown(): void;
}

type TriedClient = Pick<GongClient, 'listIntegrations' | 'budget'>;

export interface ReadinessDeps {
  /** `null`: callers bring credentials of their own, so there are none to try and no single budget to tell. */
  readonly gong: TriedClient | null;
  /** Where none is configured, Redis is not checked. */
  readonly redis?: Pick<Redis, 'status'> | undefined;
  /** Of callers' tokens, where there is one. */
  readonly issuer?: (() => IssuerState) | undefined;
  readonly now?: () => number;
}

/** 144 calls a day at most, of Gong's 10,000, and only while somebody asks whether we are ready. */
export const CREDENTIALS_TTL_MS = 600_000;
/** Credentials that were refused may be mended at Gong, and a Gong that is away comes back. */
const RETRY_TTL_MS = 60_000;
/** Probes wait a second or so; who asks meanwhile hears that it is not known yet. */
const PATIENCE_MS = 2_000;

const NONE_TO_TRY: Check = { status: 'ok', reason: 'there are none to try: each caller brings its own' };
const ONE_EACH: Check = { status: 'ok', reason: 'each caller has one of its own' };

/**
 * Whether callers should be sent here. Only what another replica may do better makes it unready: shutting down, and
 * credentials that Gong refuses or that were not tried yet. A Gong that does not answer, a day's budget that is spent
 * and a Redis that is away are told, but the gateway still answers, if with an error that says so.
 */
export function createReadiness(deps: ReadinessDeps): Readiness {
  const { gong, redis, issuer, now = () => performance.now() } = deps;
  const credentials = gong === null ? undefined : createCredentialsCheck(gong, now);
  let shuttingDown = false;

  return {
    async check() {
      const checks = {
        process: shuttingDown
          ? ({ status: 'failed', reason: 'the gateway is shutting down' } as const)
          : ({ status: 'ok', reason: 'running' } as const),
        credentials: (await credentials?.()) ?? NONE_TO_TRY,
        budget: gong === null ? ONE_EACH : budgetCheck(gong.budget()),
        ...(issuer === undefined ? {} : { issuer: issuerCheck(issuer()) }),
        ...(redis === undefined ? {} : { redis: redisCheck(redis, gong?.budget().degraded === true) }),
      };
      return { ready: Object.values(checks).every(({ status }) => status !== 'failed'), checks };
    },
    shutDown() {
      shuttingDown = true;
    },
  };
}

/** Asks Gong when somebody wants to know and the last answer is old; those who ask at once share a call. */
function createCredentialsCheck(gong: TriedClient, now: () => number): () => Promise<Check> {
  let known: Check | undefined;
  let validUntil = 0;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    const tried = await tryCredentials(gong);
    known = tried.check;
    validUntil = now() + (tried.settled ? CREDENTIALS_TTL_MS : RETRY_TTL_MS);
    asking = undefined;
  }

  return async () => {
    if (known !== undefined && now() < validUntil) return known;
    asking ??= ask();
    // An old answer is good enough until the new one is there.
    if (known === undefined) await patiently(asking);
    return known ?? { status: 'failed', reason: 'not tried yet: Gong has not answered the first call' };
  };
}

/** `settled`: Gong knows the credentials, and need not be asked again soon. */
async function tryCredentials(
  gong: TriedClient,
): Promise<{ readonly settled: boolean; readonly check: Check }> {
  try {
    await gong.listIntegrations({ priority: 'poll' });
    return { settled: true, check: { status: 'ok', reason: 'Gong accepts them' } };
  } catch (error) {
    if (!(error instanceof GatewayError)) return unknownAfter('INTERNAL_SERVER_ERROR');
    const { code, extensions } = error;
    const failed = (reason: string) => ({ settled: false, check: { status: 'failed', reason } as const });
    switch (code) {
      case 'UPSTREAM_UNAUTHENTICATED':
        return failed('Gong refuses them');
      case 'UPSTREAM_FORBIDDEN': {
        if (extensions.scope === undefined)
          return failed('Gong does not accept calls from this network address');
        const reason = `Gong accepts them, but they may not list integrations: they lack the scope ${extensions.scope}`;
        return { settled: true, check: { status: 'degraded', reason } };
      }
      default:
        return unknownAfter(code, extensions.reason);
    }
  }
}

function unknownAfter(code: string, why?: unknown) {
  const reason = `not known: the call to try them ended with ${code}${why === undefined ? '' : ` (${why})`}`;
  return { settled: false, check: { status: 'degraded', reason } as const };
}

function patiently(work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function budgetCheck(budget: BudgetState): Check {
  const { perDay, heldForMs } = budget;
  if (perDay.left === 0) {
    return { status: 'degraded', reason: `the day's calls are spent; more in ${perDay.resetsInSeconds} s` };
  }
  if (heldForMs > 0) return { status: 'degraded', reason: describePause(budget) };
  return {
    status: 'ok',
    reason:
      perDay.left === null ? 'no limit for a day' : `${perDay.left} of ${perDay.limit} calls are left today`,
  };
}

/** A replica that has keys left does better than one that has none, but takes no new ones either. */
function issuerCheck(state: IssuerState): Check {
  if (state.kind === 'ok') return { status: 'ok', reason: 'it answers, or was not asked yet' };
  const rest =
    state.keysLastMs === 0
      ? 'no token can be checked'
      : `tokens are checked with the keys that are known, for ${Math.ceil(state.keysLastMs / 1_000)} s more`;
  return { status: 'degraded', reason: `the issuer of tokens is away: ${rest}` };
}

function redisCheck(redis: Pick<Redis, 'status'>, isDegraded: boolean): Check {
  const up = redis.status === 'ready' && !isDegraded;
  return up
    ? { status: 'ok', reason: 'connected' }
    : { status: 'degraded', reason: 'away: this replica keeps to its own share of the budget' };
}
