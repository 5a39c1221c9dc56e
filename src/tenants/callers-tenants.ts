import { type Caller, unauthenticated } from '../auth/caller.js';
import type { GongCredential } from '../auth/gong-credential.js';
import { GatewayError } from '../errors.js';
import type { BudgetState } from '../gong/types.js';
import type { Log } from '../log.js';
import type { Tenant } from './tenant.js';
import { tenantFor } from './tenant-for-caller.js';
import type { Lease, Tenants } from './tenants.js';

export interface PassthroughLimits {
  /** Credentials that are held at a time. */
  readonly maxCredentials: number;
  /** After so long without an operation they are let go. */
  readonly idleMs: number;
}

export interface CallersTenantsDeps {
  readonly open: (credential: GongCredential) => Tenant;
  /** Of each credential. */
  readonly callLimits: { readonly callsPerSecond: number; readonly callsPerDay: number };
  readonly logger: Pick<Log, 'warn' | 'error'>;
}

interface Entry {
  readonly tenant: Tenant;
  /** Operations under way. */
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * A tenant for each credential that callers bring, made when it is first used, and closed when it has been idle for a
 * while or its place is wanted; never while it is in use.
 *
 * Anybody can send credentials that are none. Those that Gong has not taken yet get at most half of the places, and
 * give theirs up first, so that they push out nobody whom Gong knows.
 */
export function createCallersTenants(
  { maxCredentials, idleMs }: PassthroughLimits,
  { open, callLimits, logger }: CallersTenantsDeps,
): Tenants {
  /** By hash; the longest idle first. */
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();
  const mostStrangers = Math.ceil(maxCredentials / 2);
  const isStranger = ({ tenant }: Entry) => !tenant.admission.accepted();

  function close(hash: string, { tenant, idle }: Entry): void {
    clearTimeout(idle);
    entries.delete(hash);
    const done = tenant
      .close()
      .catch((error: unknown) => logger.error({ err: error }, 'a tenant could not be closed in good order'))
      .finally(() => closing.delete(done));
    closing.add(done);
  }

  /** @throws GatewayError RATE_LIMITED where everything that might go is in use */
  function makeRoom(): void {
    const all = [...entries];
    const strangers = all.filter(([, entry]) => isStranger(entry));
    const mayGo =
      strangers.length >= mostStrangers
        ? strangers
        : all.length >= maxCredentials
          ? [...strangers, ...all]
          : null;
    if (mayGo === null) return;
    const found = mayGo.find(([, { users }]) => users === 0);
    if (found !== undefined) {
      close(...found);
      return;
    }
    logger.warn(
      { held: all.length, notTakenYet: strangers.length },
      'no room for the credentials of one more caller',
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

  function leaseOf(credential: GongCredential, caller: Caller): Lease {
    const { hash } = credential;
    const entry = entryOf(credential);
    entry.users += 1;
    clearTimeout(entry.idle);
    let isReleased = false;
    return {
      tenant: tenantFor(entry.tenant, caller),
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
      // Each caller has its own, and a sum or a mean of what is left would tell nothing of any.
      perSecond: { limit: callLimits.callsPerSecond, left: null },
      perDay: { limit: callLimits.callsPerDay, left: null },
      heldForMs: Math.max(0, ...states.map(({ heldForMs }) => heldForMs)),
      probeInMs: Math.max(0, ...states.map(({ probeInMs }) => probeInMs)),
      degraded: states.some(({ degraded }) => degraded),
      queued: { interactive: queued('interactive'), upload: queued('upload'), poll: queued('poll') },
    };
  }

  return {
    lease(caller) {
      if (caller?.gong == null) throw unauthenticated('no credentials came with the request');
      return leaseOf(caller.gong, caller);
    },
    accepts: ({ gong }) => gong !== null && entries.get(gong.hash)?.tenant.admission.accepted() === true,
    budget,
    watchedRequests: () =>
      [...entries.values()].reduce((sum, { tenant }) => sum + tenant.requests.count(), 0),
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
