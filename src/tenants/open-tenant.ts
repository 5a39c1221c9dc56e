import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type FixedCredentials, type GongCredential, secretsOf } from '../auth/gong-credential.js';
import type { Ledger } from '../gong/budget/ledger.js';
import { createMemoryLedger } from '../gong/budget/memory-ledger.js';
import { createGongClient } from '../gong/client.js';
import type { GongClient, GongClientDeps, GongClientSettings } from '../gong/types.js';
import type { Secrets } from '../secrets.js';
import { scopedStore } from '../store/store.js';
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

/** Callers whose calls are remembered for each tenant that may be open. A call takes some 100 bytes. */
const CALLS_PER_TENANT = 10;

/** Opens tenants for callers with their own credentials. */
export function createOpenTenant(
  access: Passthrough,
  shared: SharedByTenants,
): (credential: GongCredential) => Tenant {
  const { client, redis, limits, secrets } = access;
  const { observer, tracer, board, backend, invalidations, writes, store } = shared;
  const breakers = createWorstBreaker(observer.breakerIs);
  /** Calls spent of budgets outlive tenants: a caller that returns after a while has no new day of calls. */
  const spent = new LRUCache<string, Ledger>({ max: limits.maxCredentials * CALLS_PER_TENANT });

  return (credential) => {
    const credentials = credential.reveal();
    const forgetTexts = secrets.add(textsToHide(credentials));
    const name = nameOf(client.baseUrl, credential);
    const breaker = breakers();
    const kept = spent.get(name);
    spent.delete(name);
    // Replicas count calls in Redis.
    const calls = redis === undefined ? (kept ?? createMemoryLedger(client)) : undefined;
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
      calls,
    );
    const scope = `callers/${name}/`;
    const own = {
      scope,
      backend: scopeBackend(backend, name),
      board: scopeBoard(board, name),
      invalidations: scopeInvalidations(invalidations, name),
      writes: scopeWrites(writes, name),
      store: scopedStore(store, scope),
    };
    const tenant = createTenant(gong, admission, { ...shared, ...own, logger });
    return {
      ...tenant,
      async close() {
        // Credentials that Gong never accepted are not worth remembering.
        if (calls !== undefined && (admission.accepted() || kept !== undefined)) spent.set(name, calls);
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
