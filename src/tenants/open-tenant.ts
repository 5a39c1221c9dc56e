import { createHash } from 'node:crypto';
import type { FixedCredentials, GongCredential } from '../auth/gong-credential.js';
import { createMemoryLedger } from '../gong/budget/memory-ledger.js';
import { createGongClient } from '../gong/client.js';
import { secretsOf } from '../gong/errors.js';
import type { GongClient, GongClientDeps, GongClientSettings } from '../gong/types.js';
import type { Secrets } from '../secrets.js';
import { createMemoryStore } from '../writes/ledger/memory-store.js';
import { LEDGER_LIMITS } from '../writes/ledger/types.js';
import { createAdmission } from './admission.js';
import { createWorstBreaker } from './breakers.js';
import type { PassthroughLimits } from './callers-tenants.js';
import { createMemories, type Memory } from './memories.js';
import { scopeBackend, scopeBoard, scopeInvalidations, scopeWrites } from './scoped.js';
import { createTenant, type SharedByTenants, type Tenant } from './tenant.js';

export interface Passthrough {
  /** Of every caller's client. */
  readonly client: Omit<GongClientSettings, 'credentials'>;
  readonly redis: GongClientDeps['redis'];
  readonly limits: PassthroughLimits;
  /** Told of callers' credentials while they are held. */
  readonly secrets: Pick<Secrets, 'add'>;
}

/** So many times as many callers are remembered as have tenants. */
const MEMORIES_A_TENANT = 10;
/** Fewer than one process remembers for itself: there may be a thousand callers. One takes about 1 kB. */
const MOST_SUBMISSIONS = 1_000;

/** Makes tenants for callers who bring credentials of their own. */
export function createOpenTenant(
  access: Passthrough,
  shared: SharedByTenants,
): (credential: GongCredential) => Tenant {
  const { client, redis, limits, secrets } = access;
  const { observer, tracer, board, backend, invalidations, writes } = shared;
  const breakers = createWorstBreaker(observer.breakerIs);
  const memories = createMemories(limits.maxCredentials * MEMORIES_A_TENANT);

  return (credential) => {
    const credentials = credential.reveal();
    const forgetTexts = secrets.add(textsToHide(credentials));
    const name = nameOf(client.baseUrl, credential);
    const breaker = breakers();
    const kept = memories.take(name);
    const memory: Memory = kept ?? {
      calls: redis === undefined ? createMemoryLedger(client) : null,
      submissions: shared.writes.isShared
        ? null
        : createMemoryStore({ ...LEDGER_LIMITS, most: MOST_SUBMISSIONS }),
    };
    const logger = shared.logger.child({ credentials: credential.label });
    const admission = createAdmission(() => gong);
    let isRefused = false;
    const gong: GongClient = createGongClient(
      { ...client, credentials },
      {
        logger,
        redis,
        tracer,
        observer: { ...observer, breakerIs: breaker.is },
        onCall(call) {
          admission.heard(call);
          isRefused = call.code === 'UPSTREAM_UNAUTHENTICATED' || (isRefused && !admission.accepted());
        },
      },
      memory.calls ?? undefined,
    );
    const own = {
      backend: scopeBackend(backend, name),
      board: scopeBoard(board, name),
      invalidations: scopeInvalidations(invalidations, name),
      writes: scopeWrites(writes, name, memory.submissions),
    };
    const tenant = createTenant(gong, admission, { ...shared, ...own, logger });
    return {
      ...tenant,
      async close() {
        // Strangers are not worth remembering.
        if (admission.accepted() || kept !== undefined) memories.keep(name, memory);
        await tenant.close();
        // Nobody knows made-up credentials again, and they must leave nothing in Redis.
        await gong.close(isRefused);
        breaker.gone();
        forgetTexts();
      },
    };
  };
}

/** The same credential at another address is another company's. */
function nameOf(baseUrl: string, { hash }: GongCredential): string {
  return createHash('sha256').update(`${baseUrl}\n${hash}`).digest('base64url');
}

/**
 * What no log line may hold. Callers choose these texts, so nobody may blank out our own words by calling them a
 * secret: what is short, or all letters or all digits, is no key of Gong's.
 */
function textsToHide(credentials: FixedCredentials): string[] {
  return secretsOf(credentials).filter(
    (text) => text.length >= 12 && /[0-9]/.test(text) && /[A-Za-z]/.test(text),
  );
}
