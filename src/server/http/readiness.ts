import { setTimeout as sleep } from 'node:timers/promises';
import type { IssuerState } from '../../auth/issuer-keys.js';
import { GatewayError } from '../../errors.js';
import { describePause } from '../../gong/budget/errors.js';
import type { BudgetState, GongClient } from '../../gong/types.js';
import type { Redis } from '../../redis/connection.js';

/** `degraded`: an operator should look, but the gateway can serve. */
export interface Check {
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly reason: string;
}

export interface Readiness {
  /** `ready: false`: callers should be sent elsewhere. Never rejects. */
  check(): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, Check>> }>;
  /** Makes every later check fail. */
  shutDown(): void;
}

type Client = Pick<GongClient, 'listIntegrations' | 'budget'>;

export interface ReadinessDeps {
  /** `null`: callers bring their own credentials, each with a budget of its own, so there is nothing to check. */
  readonly gong: Client | null;
  /** `undefined`: Redis is not used. */
  readonly redis?: Pick<Redis, 'status'> | undefined;
  /** The state of the token issuer, where tokens are used. */
  readonly issuer?: (() => IssuerState) | undefined;
  /** Whether the custom fields have been read from Gong; `null`: they are off, or each caller has its own. */
  readonly hasCustomFields?: (() => boolean) | null;
  readonly now?: () => number;
}

/** At most 144 calls a day, of Gong's 10,000, and only while `/ready` is asked for. */
export const CREDENTIALS_TTL_MS = 600_000;
/** Refused credentials may be fixed at Gong, and an unavailable Gong recovers. */
const RETRY_TTL_MS = 60_000;
/** Probes time out soon, so an answer does not wait longer for Gong. */
const PATIENCE_MS = 2_000;

const NONE_TO_TRY: Check = { status: 'ok', reason: 'there are none to check: each caller brings its own' };
const ONE_EACH: Check = { status: 'ok', reason: 'each caller has one of its own' };

/**
 * Whether callers should be sent to this replica. It is not ready only where another replica may do better: while it shuts
 * down, and while its credentials are refused or not checked yet. An unavailable Gong or Redis and a spent budget are
 * reported as degraded: the gateway still answers, if only with an error that says so.
 */
export function createReadiness(deps: ReadinessDeps): Readiness {
  const { gong, redis, issuer, hasCustomFields = null, now = () => performance.now() } = deps;
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
        ...(hasCustomFields === null ? {} : { customFields: customFieldsCheck(hasCustomFields()) }),
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

/** Calls Gong when it is asked and the last answer is too old. Concurrent checks share a call. */
function createCredentialsCheck(gong: Client, now: () => number): () => Promise<Check> {
  let known: Check | undefined;
  let validUntil = 0;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    const tested = await testCredentials(gong);
    known = tested.check;
    validUntil = now() + (tested.settled ? CREDENTIALS_TTL_MS : RETRY_TTL_MS);
    asking = undefined;
  }

  return async () => {
    if (known !== undefined && now() < validUntil) return known;
    asking ??= ask();
    // An old answer is good enough until the new one arrives.
    if (known === undefined) await Promise.race([asking, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return known ?? { status: 'failed', reason: 'not checked yet: Gong has not answered the first call' };
  };
}

/** `settled`: Gong accepts the credentials, and need not be asked again soon. */
async function testCredentials(gong: Client): Promise<{ readonly settled: boolean; readonly check: Check }> {
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
  const reason = `unknown: the call to check them failed with ${code}${why === undefined ? '' : ` (${why})`}`;
  return { settled: false, check: { status: 'degraded', reason } as const };
}

function budgetCheck(budget: BudgetState): Check {
  const { perDay, heldForMs } = budget;
  if (perDay.left === 0) {
    return {
      status: 'degraded',
      reason: `the calls of the day are spent; more in ${perDay.resetsInSeconds} s`,
    };
  }
  if (heldForMs > 0) return { status: 'degraded', reason: describePause(budget) };
  return {
    status: 'ok',
    reason:
      perDay.left === null ? 'no daily limit' : `${perDay.left} of ${perDay.limit} calls are left today`,
  };
}

function customFieldsCheck(isLoaded: boolean): Check {
  return isLoaded
    ? { status: 'ok', reason: 'the GraphQL schema has those that Gong lists' }
    : { status: 'degraded', reason: 'not in the GraphQL schema: they could not be read from Gong yet' };
}

/** Never `failed`: other replicas depend on the same issuer. */
function issuerCheck(state: IssuerState): Check {
  if (state.kind === 'ok') return { status: 'ok', reason: 'it answers, or was not called yet' };
  const rest =
    state.keysLastMs === 0
      ? 'no token can be verified'
      : `tokens are verified with known keys, for another ${Math.ceil(state.keysLastMs / 1_000)} s`;
  return { status: 'degraded', reason: `the token issuer is unavailable: ${rest}` };
}

function redisCheck(redis: Pick<Redis, 'status'>, isDegraded: boolean): Check {
  const up = redis.status === 'ready' && !isDegraded;
  return up
    ? { status: 'ok', reason: 'connected' }
    : { status: 'degraded', reason: 'unavailable: this replica keeps to its own share of the budget' };
}
