import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type FixedCredentials, type GongCredential, secretsOf } from '../auth/gong-credential.js';
import type { Ledger } from '../gong/budget/ledger.js';
import { createMemoryLedger } from '../gong/budget/memory-ledger.js';
import { createGongClient } from '../gong/client.js';
import type { GongClient, GongClientDeps, GongClientSettings } from '../gong/types.js';
import type { Secrets } from '../secrets.js';
import { scopedStore } from '../store/store.js';
import { createMemoryStore } from '../writes/ledger/memory-store.js';
import { LEDGER_LIMITS, type LedgerStore } from '../writes/ledger/types.js';
import { createAdmission } from './admission.js';
import { createWorstBreaker } from './breakers.js';
import { scopeBackend, scopeBoard, scopeInvalidations, scopeWrites } from './scoped.js';
import type { PassthroughLimits } from './settings.js';
import { createTenant, type SharedByTenants, type Tenant } from './tenant.js';

export interface Passthrough {
  /** The settings of every caller's client. */
  readonly client: Omit<GongClientSettings, 'credentials'>;
  readonly redis: GongClientDeps['redis'];
  readonly limits: PassthroughLimits;
  /** Hides callers' credentials from the log while their tenants exist. */
  readonly secrets: Pick<Secrets, 'add'>;
}

/**
 * What outlives a caller's tenant: a caller that returns after a while has no new day of calls, and names that it used
 * for other content are still known.
 */
interface Memory {
  /** Calls spent of the budget; `null` where replicas count them in Redis. */
  readonly calls: Ledger | null;
  /** What was sent; `null` where replicas keep it in Redis. */
  readonly submissions: LedgerStore | null;
}

/** Callers that are remembered for each tenant that may be open. A call or a request in a memory takes some 100 bytes. */
const MEMORIES_PER_TENANT = 10;
/** Fewer than a gateway with one tenant remembers: there may be a thousand callers. One takes about 1 kB. */
const MAX_SUBMISSIONS = 1_000;

/** Opens tenants for callers with their own credentials. */
export function createOpenTenant(
  access: Passthrough,
  shared: SharedByTenants,
): (credential: GongCredential) => Tenant {
  const { client, redis, limits, secrets } = access;
  const { observer, tracer, board, backend, invalidations, writes, store } = shared;
  const breakers = createWorstBreaker(observer.breakerIs);
  const memories = new LRUCache<string, Memory>({ max: limits.maxCredentials * MEMORIES_PER_TENANT });

  return (credential) => {
    const credentials = credential.reveal();
    const forgetTexts = secrets.add(textsToHide(credentials));
    const name = nameOf(client.baseUrl, credential);
    const breaker = breakers();
    const kept = memories.get(name);
    memories.delete(name);
    const memory: Memory = kept ?? {
      calls: redis === undefined ? createMemoryLedger(client) : null,
      submissions: shared.writes.isShared
        ? null
        : createMemoryStore({ ...LEDGER_LIMITS, most: MAX_SUBMISSIONS }),
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
      store: scopedStore(store, `callers/${name}/`),
    };
    const tenant = createTenant(gong, admission, { ...shared, ...own, logger });
    return {
      ...tenant,
      async close() {
        // Credentials that Gong never accepted are not worth remembering.
        if (admission.accepted() || kept !== undefined) memories.set(name, memory);
        await tenant.close();
        // Made-up credentials must leave nothing in Redis.
        await gong.close(isRefused);
        breaker.close();
        forgetTexts();
      },
    };
  };
}

/** The same credential at another URL belongs to another company. */
function nameOf(baseUrl: string, credential: GongCredential): string {
  return hash('sha256', `${baseUrl}\n${credential.hash}`, 'base64url');
}

/**
 * The texts to hide in log lines. Callers choose them, and could blank out the log's own words: Gong's keys are longer
 * than 12 characters, and have both letters and digits.
 */
function textsToHide(credentials: FixedCredentials): string[] {
  return secretsOf(credentials).filter(
    (text) => text.length >= 12 && /[0-9]/.test(text) && /[A-Za-z]/.test(text),
  );
}
