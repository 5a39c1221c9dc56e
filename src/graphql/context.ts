import { type Caller, isKnown } from '../auth/caller.js';
import type { CallAllowance } from '../loaders/call-allowance.js';
import type { ObjectLoaders } from '../loaders/object-loaders.js';
import type { CrmObjectSource } from '../loaders/object-source.js';
import type { SchemaLoader } from '../loaders/schema-loader.js';
import type { Log } from '../log.js';
import type { Tenant } from '../tenants/tenant.js';
import type { GatewayState } from './gateway-state.js';

/** What every resolver receives: the services of the caller's tenant and the memos of this operation. */
export interface Context
  extends Pick<
    Tenant,
    'gong' | 'reads' | 'activeIntegration' | 'uploads' | 'queue' | 'requests' | 'journal' | 'admission'
  > {
  readonly loaders: { readonly objects: ObjectLoaders<CrmObjectSource>; readonly schemas: SchemaLoader };
  readonly calls: CallAllowance;
  readonly gateway: GatewayState;
  readonly logger: Log;
  /** `null` for a request without credentials, which has no scopes. */
  readonly caller: Caller | null;
}

/** Returns the integration named by the caller, or else the active one. */
export function integrationIdOf(context: Context, given: string | null | undefined): Promise<string> {
  return given == null ? context.activeIntegration.id() : Promise.resolve(given);
}

/** Returns the caller's ID if a key, a token or Gong has proved it; otherwise `null`. */
export function knownCaller({ caller, admission }: Pick<Context, 'caller' | 'admission'>): string | null {
  return caller !== null && isKnown(caller, admission.accepted()) ? caller.id : null;
}
