import type { Caller } from '../auth/caller.js';
import { type Context, type CrmObjectSource, ORIGIN } from '../graphql/context.js';
import { createObjectBatcher, type FromRecord } from '../loaders/object-batcher.js';
import { createObjectLoaders } from '../loaders/object-loaders.js';
import { createSchemaLoader } from '../loaders/schema-loader.js';
import type { Log } from '../log.js';
import type { Observer } from '../telemetry/observer.js';
import type { Tracer } from '../telemetry/tracer.js';

type Services = Pick<Context, 'gong' | 'dialect' | 'activeIntegration' | 'uploads' | 'requests'>;

/** A context an operation: the services of the process, and memos that nobody else sees. */
export function createContextFactory(
  services: Services,
  telemetry: { readonly observer: Observer; readonly tracer: Tracer },
) {
  const batcher = createObjectBatcher(services.gong, toSource, telemetry);
  return (logger: Log, caller: Caller | null): Context => ({
    ...services,
    loaders: {
      objects: createObjectLoaders(batcher),
      schemas: createSchemaLoader(services.gong),
    },
    logger,
    caller,
  });
}

const toSource: FromRecord<CrmObjectSource> = (record, origin) => ({
  ...record,
  objectId: origin.objectId,
  objectType: origin.objectType,
  [ORIGIN]: { ...origin, fields: record },
});
