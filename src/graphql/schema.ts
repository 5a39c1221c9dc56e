import 'reflect-metadata';
import { type GraphQLSchema, isInputObjectType, isInterfaceType } from 'graphql';
import { type AuthCheckerFn, buildSchema, type PubSub } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import type { Scope } from '../auth/scopes.js';
import { CallBudgetResolver } from './call-budget.resolver.js';
import { CrmChange } from './change.input.js';
import { ChangeResolver } from './change.resolver.js';
import type { Context } from './context.js';
import {
  ContactFields,
  CrmObjectFields,
  CrmObjectQueries,
  DealFields,
  LeadFields,
} from './crm-object.resolver.js';
import { CrmObject, typeNameOf } from './crm-object.type.js';
import { GatewayResolver } from './gateway.resolver.js';
import { IntegrationResolver } from './integration.resolver.js';
import { JournalResolver } from './journal.resolver.js';
import { JournalWatchResolver } from './journal-watch.resolver.js';
import { installPlainResolvers } from './plain-resolvers.js';
import { RequestStatusResolver } from './request-status.resolver.js';
import { RequestWatchResolver } from './request-watch.resolver.js';
import { SchemaFieldResolver } from './schema-field.resolver.js';
import { UploadResolver } from './upload.resolver.js';
import { UploadFileResolver } from './upload-file.resolver.js';
import { UploadProgressResolver } from './upload-progress.resolver.js';

/** Creates the GraphQL schema that `npm run codegen` writes to schema/schema.graphql. */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      IntegrationResolver,
      SchemaFieldResolver,
      CrmObjectQueries,
      CrmObjectFields,
      ContactFields,
      DealFields,
      LeadFields,
      RequestStatusResolver,
      RequestWatchResolver,
      UploadResolver,
      UploadFileResolver,
      UploadProgressResolver,
      ChangeResolver,
      JournalResolver,
      JournalWatchResolver,
      CallBudgetResolver,
      GatewayResolver,
    ],
    // Every argument has a zod check: checked-arg.ts.
    validate: false,
    pubSub: NO_PUB_SUB,
    authChecker: holdsScopes,
  });
  installPlainResolvers(schema);
  resolveTypesDirectly(schema);
  markOneOf(schema);
  describeRoots(schema);
  return schema;
}

/** type-graphql makes a promise for the type of each object. */
function resolveTypesDirectly(schema: GraphQLSchema): void {
  const type = schema.getType(CrmObject.name);
  if (!isInterfaceType(type)) throw new TypeError(`needed the interface ${CrmObject.name}`);
  type.resolveType = typeNameOf;
}

/** type-graphql does not know `@oneOf`. */
function markOneOf(schema: GraphQLSchema): void {
  const type = schema.getType(CrmChange.name);
  if (!isInputObjectType(type)) throw new TypeError(`needed the input type ${CrmChange.name}`);
  type.isOneOf = true;
}

/** type-graphql has no place for these descriptions. */
function describeRoots(schema: GraphQLSchema): void {
  for (const [type, description] of [
    [
      schema.getQueryType(),
      'Reads from Gong. Each field can fail by itself, and the others are still returned.',
    ],
    [
      schema.getMutationType(),
      'Writes to Gong, one field after the other. Each can fail by itself, which does not undo those before it.',
    ],
    [
      schema.getSubscriptionType(),
      'Follows requests, changes and the gateway itself, over a WebSocket or server-sent events.',
    ],
  ] as const) {
    if (type != null) type.description = description;
  }
}

/** Every root field has `@Authorized('<scope>')`; a test checks it. */
const holdsScopes: AuthCheckerFn<Context, Scope> = ({ context, info }, scopes) => {
  for (const scope of scopes) needScope(context.caller, scope, `"${info.fieldName}"`);
  return scopes.length > 0;
};

/** type-graphql demands a PubSub if there are subscriptions, but each of these has its own source. */
const NO_PUB_SUB: PubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new TypeError('needed a subscription with a source of its own');
  },
};
