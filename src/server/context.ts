import type { FastifyRequest } from 'fastify';
import { type Context, type CrmObjectSource, ORIGIN } from '../graphql/context.js';
import { createObjectBatcher } from '../loaders/object-batcher.js';
import { createObjectLoaders, type FromRecord } from '../loaders/object-loaders.js';
import { createSchemaLoader } from '../loaders/schema-loader.js';

type Services = Pick<Context, 'gong' | 'dialect' | 'activeIntegration' | 'uploads'>;

/** A context a request: the services of the process, and memos that nobody else sees. */
export function createContextFactory(services: Services) {
  const batcher = createObjectBatcher(services.gong);
  return async (request: FastifyRequest): Promise<Context> => ({
    ...services,
    loaders: {
      objects: createObjectLoaders(batcher, toSource),
      schemas: createSchemaLoader(services.gong),
    },
    logger: request.log,
  });
}

const toSource: FromRecord<CrmObjectSource> = (record, origin) => ({
  ...record,
  objectId: origin.objectId,
  objectType: origin.objectType,
  [ORIGIN]: { ...origin, fields: record },
});
