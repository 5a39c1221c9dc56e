import { type Caller, isKnown } from '../auth/caller.js';
import type { CallAllowance } from '../loaders/call-allowance.js';
import type { ObjectLoaders } from '../loaders/object-loaders.js';
import type { CrmObjectSource } from '../loaders/object-source.js';
import type { SchemaLoader } from '../loaders/schema-loader.js';
import type { Log } from '../log.js';
import type { Tenant } from '../tenants/tenant.js';

/** What every resolver is handed: the services of the caller's tenant and the memos of this one request. */
export interface Context
  extends Pick<Tenant, 'gong' | 'reads' | 'activeIntegration' | 'uploads' | 'requests' | 'admission'> {
  readonly loaders: { readonly objects: ObjectLoaders<CrmObjectSource>; readonly schemas: SchemaLoader };
  readonly calls: CallAllowance;
  readonly logger: Log;
  /** `null`: nobody has said who asks, and nothing that needs a scope is given. */
  readonly caller: Caller | null;
}

/** The integration named by the caller, or else the one that is active. */
export function integrationIdOf(context: Context, given: string | null | undefined): Promise<string> {
  return given == null ? context.activeIntegration.id() : Promise.resolve(given);
}

/** Who asks, where that is known: by a key or a token, or by credentials that Gong has taken; `null`: anybody might. */
export function knownCaller({ caller, admission }: Pick<Context, 'caller' | 'admission'>): string | null {
  return caller !== null && isKnown(caller, admission.accepted()) ? caller.id : null;
}
