import { type Caller, unauthenticated } from '../auth/caller.js';
import type { GongCredential } from '../auth/gong-credential.js';
import { GatewayError } from '../errors.js';
import type { BudgetState } from '../gong/types.js';
import type { Log } from '../log.js';
import type { PassthroughLimits } from './settings.js';
import type { Tenant } from './tenant.js';
import { tenantFor } from './tenant-for-caller.js';
import type { Lease, Tenants } from './tenants.js';

export interface CallersTenantsDeps {
  readonly open: (credential: GongCredential) => Tenant;
  /** For each credential. */
  readonly callLimits: { readonly callsPerSecond: number; readonly callsPerDay: number };
  readonly logger: Pick<Log, 'warn' | 'error'>;
}

interface Entry {
  readonly tenant: Tenant;
  /** Operations in progress. */
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * A tenant for each caller's credential, opened when it is first used, and closed after a while or to make room; never
 * while it is in use.
 *
 * Anyone can make up credentials. Those that Gong has not accepted yet get at most half of the room and are closed
 * first, so that they never push out accepted ones.
 */
export function createCallersTenants(
  { maxCredentials, idleMs }: PassthroughLimits,
  { open, callLimits, logger }: CallersTenantsDeps,
): Tenants {
  /** By the credential's hash; the longest idle first. */
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();
  const maxUnverified = Math.ceil(maxCredentials / 2);
  const isUnverified = ({ tenant }: Entry) => !tenant.admission.accepted();

  function close(hash: string, { tenant, idle }: Entry): void {
    clearTimeout(idle);
    entries.delete(hash);
    const done = tenant
      .close()
      .catch((error: unknown) => logger.error({ err: error }, 'closing a tenant failed'))
      .finally(() => closing.delete(done));
    closing.add(done);
  }

  /** @throws GatewayError RATE_LIMITED where every tenant that might be closed is in use */
  function makeRoom(): void {
    const all = [...entries];
    const unverified = all.filter(([, entry]) => isUnverified(entry));
    const candidates =
      unverified.length >= maxUnverified
        ? unverified
        : all.length >= maxCredentials
          ? [...unverified, ...all]
          : null;
    if (candidates === null) return;
    const found = candidates.find(([, { users }]) => users === 0);
    if (found !== undefined) {
      close(...found);
      return;
    }
    logger.warn(
      { held: all.length, notAccepted: unverified.length },
      'no room for another caller: every tenant is in use',
    );
    throw new GatewayError(
      'RATE_LIMITED',
      `Too many callers' credentials for Gong are in use at once (${all.length}): try again in a second`,
      { retryAfterSeconds: 1 },
    );
  }

  function entryOf(credential: GongCredential): Entry {
    const known = entries.get(credential.hash);
    if (known !== undefined) return known;
    makeRoom();
    const entry: Entry = { tenant: open(credential), users: 0, idle: undefined };
    entries.set(credential.hash, entry);
    return entry;
  }

  function leaseOf(credential: GongCredential, caller: Caller, operationId?: string): Lease {
    const { hash } = credential;
    const entry = entryOf(credential);
    entry.users += 1;
    clearTimeout(entry.idle);
    let isReleased = false;
    return {
      tenant: tenantFor(entry.tenant, caller, operationId),
      release() {
        if (isReleased) return;
        isReleased = true;
        entry.users -= 1;
        if (entry.users > 0 || entries.get(hash) !== entry) return;
        entries.delete(hash);
        entries.set(hash, entry);
        entry.idle = setTimeout(() => close(hash, entry), idleMs).unref();
      },
    };
  }

  function budget(): ReturnType<Tenants['budget']> {
    const states = [...entries.values()].map(({ tenant }) => tenant.gong.budget());
    const queued = (priority: keyof BudgetState['queued']) =>
      states.reduce((sum, state) => sum + state.queued[priority], 0);
    return {
      // Each caller has its own budget: neither a sum nor a mean of what is left would say anything about one.
      perSecond: { limit: callLimits.callsPerSecond, left: null },
      perDay: { limit: callLimits.callsPerDay, left: null },
      heldForMs: Math.max(0, ...states.map(({ heldForMs }) => heldForMs)),
      probeInMs: Math.max(0, ...states.map(({ probeInMs }) => probeInMs)),
      degraded: states.some(({ degraded }) => degraded),
      queued: {
        interactive: queued('interactive'),
        upload: queued('upload'),
        background: queued('background'),
        poll: queued('poll'),
      },
    };
  }

  return {
    lease(caller, operationId) {
      if (caller?.gong == null) throw unauthenticated('no credentials came with the request');
      return leaseOf(caller.gong, caller, operationId);
    },
    accepts: ({ gong }) => gong !== null && entries.get(gong.hash)?.tenant.admission.accepted() === true,
    budget,
    watchedRequests: () =>
      [...entries.values()].reduce((sum, { tenant }) => sum + tenant.requests.count(), 0),
    queuedChanges: () => null,
    credentials() {
      const inUse = [...entries.values()].filter(({ users }) => users > 0).length;
      return { inUse, idle: entries.size - inUse };
    },
    async close() {
      for (const [hash, entry] of entries) close(hash, entry);
      await Promise.all(closing);
    },
  };
}
