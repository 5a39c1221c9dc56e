import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import {
  ContactFields,
  CrmObjectFields,
  CrmObjectQueries,
  DealFields,
  LeadFields,
} from './crm-object.resolver.js';
import { IntegrationResolver } from './integration.resolver.js';
import { RequestStatusResolver } from './request-status.resolver.js';
import { SchemaFieldResolver } from './schema-field.resolver.js';
import { UploadResolver } from './upload.resolver.js';
import { UploadFileResolver } from './upload-file.resolver.js';

/** The whole GraphQL schema, as emitted to schema/schema.graphql. */
export function createSchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [
      IntegrationResolver,
      SchemaFieldResolver,
      CrmObjectQueries,
      CrmObjectFields,
      ContactFields,
      DealFields,
      LeadFields,
      RequestStatusResolver,
      UploadResolver,
      UploadFileResolver,
    ],
    // Every argument brings its own zod check: checked-arg.ts.
    validate: false,
  });
}
