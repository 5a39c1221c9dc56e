import type { Caller } from '../auth/caller.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import type { ApiDialect, GongClient } from '../gong/types.js';
import type { ActiveIntegration } from '../loaders/active-integration.js';
import type { ObjectLoaders } from '../loaders/object-loaders.js';
import type { SchemaLoader } from '../loaders/schema-loader.js';
import type { Log } from '../log.js';
import type { RequestWatcher } from '../requests/watcher.js';
import type { UploadService } from '../uploads/upload-service.js';

/** What every resolver is handed: the services of the process and the memos of this one request. */
export interface Context {
  readonly gong: GongClient;
  readonly dialect: ApiDialect;
  readonly activeIntegration: ActiveIntegration;
  readonly uploads: UploadService;
  readonly requests: RequestWatcher;
  readonly loaders: { readonly objects: ObjectLoaders<CrmObjectSource>; readonly schemas: SchemaLoader };
  readonly logger: Log;
  /** `null`: nobody has said who asks, and nothing that needs a scope is given. */
  readonly caller: Caller | null;
}

/** The integration named by the caller, or else the one that is active. */
export function integrationIdOf(context: Context, given: string | null | undefined): Promise<string> {
  return given == null ? context.activeIntegration.id() : Promise.resolve(given);
}

/** A CRM object on its way through the resolvers: Gong's fields by name, and where they came from. */
export interface CrmObjectSource {
  readonly [field: string]: unknown;
  readonly [ORIGIN]: ObjectOrigin;
}

export interface ObjectOrigin {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  readonly objectId: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A symbol, so that no field of any company's schema can take its place. */
export const ORIGIN: unique symbol = Symbol('origin');
