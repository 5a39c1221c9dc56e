import { randomBytes } from 'node:crypto';
import type { SchemaObjectType } from '../crm/object-types.js';
import { HttpError } from './http.js';
import { createObjectStore, type ObjectStore } from './objects.js';
import type { Requests } from './requests.js';
import { SchemaStore } from './schema-store.js';
import type { EmulatorSettings } from './settings.js';
import { StageStore } from './stages.js';
import { UserMapping } from './users.js';
import { WaitingDeals } from './waiting-deals.js';

/** A generic CRM integration and everything uploaded to it. */
export interface Integration {
  /** The digits of a 64-bit integer. */
  readonly id: string;
  readonly name: string;
  readonly ownerEmail: string;
  readonly schemas: Readonly<Record<SchemaObjectType, SchemaStore>>;
  readonly objects: ObjectStore;
  readonly users: UserMapping;
  readonly stages: StageStore;
  readonly waitingDeals: WaitingDeals;
  readonly requests: Requests;
}

/** The emulator's whole state. A company has at most one active integration (reference, section 1). */
export class Company {
  #active: Integration | null = null;
  /** By the ID of a deleted integration. Callers poll its requests to learn that the deletion is done. */
  readonly #pastRequests = new Map<string, Requests>();

  constructor(private readonly settings: Pick<EmulatorSettings, 'requirePhone' | 'gongUsers'>) {}

  get integrations(): Integration[] {
    return this.#active === null ? [] : [this.#active];
  }

  /** @throws HttpError 409 while an integration is active, even if it is being deleted */
  register(name: string, ownerEmail: string): Integration {
    if (this.#active !== null) {
      throw new HttpError(409, [
        'Your organization already has an active GENERIC CRM integration. Only 1 active integration is supported. Please disconnect the existing GENERIC CRM integration before creating a new Generic CRM integration',
      ]);
    }
    const { requirePhone, gongUsers } = this.settings;
    this.#active = {
      id: createIntegrationId(),
      name,
      ownerEmail,
      schemas: {
        ACCOUNT: new SchemaStore('ACCOUNT', requirePhone),
        CONTACT: new SchemaStore('CONTACT', requirePhone),
        DEAL: new SchemaStore('DEAL', requirePhone),
        LEAD: new SchemaStore('LEAD', requirePhone),
      },
      objects: createObjectStore(),
      users: new UserMapping(gongUsers),
      stages: new StageStore(),
      waitingDeals: new WaitingDeals(),
      requests: new Map(),
    };
    return this.#active;
  }

  /** @throws HttpError 404 */
  find(integrationId: string): Integration {
    if (!this.isActive(integrationId) || this.#active === null) throw unknownIntegration(integrationId);
    return this.#active;
  }

  isActive(integrationId: string): boolean {
    return this.#active !== null && BigInt(this.#active.id) === BigInt(integrationId);
  }

  /** @throws HttpError 404 */
  requestsOf(integrationId: string): Requests {
    const past = this.#pastRequests.get(String(BigInt(integrationId)));
    return past ?? this.find(integrationId).requests;
  }

  /** Drops an integration and everything in it except its requests. */
  remove(integration: Integration): void {
    if (this.#active !== integration) return;
    this.#pastRequests.set(integration.id, integration.requests);
    this.#active = null;
  }
}

function unknownIntegration(integrationId: string): HttpError {
  return new HttpError(404, [`There is no integration ${integrationId}`]);
}

/** An odd number from 2^62 to 2^63, which any client that reads it as a double corrupts. */
function createIntegrationId(): string {
  return String((randomBytes(8).readBigUInt64BE() >> 2n) | (1n << 62n) | 1n);
}
