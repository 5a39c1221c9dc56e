import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../../graphql/context.js';
import { createSchema } from '../../graphql/schema.js';
import type { Observer } from '../../telemetry/observer.js';
import type { Tracer } from '../../telemetry/tracer.js';
import { traceRootFields } from '../http/tracing.js';
import { startApollo } from './apollo.js';
import { createDocuments, type Documents } from './documents.js';
import { createErrorFormatter } from './errors.js';
import type { OperationLimits } from './limits.js';
import { createOperations, type Operations } from './prepare.js';
import { createOperationRules, type OperationRules } from './rules.js';
import type { TrustedDocuments, TrustedMode } from './trusted-documents.js';

export interface GraphqlOptions {
  readonly logger: Logger;
  readonly observer: Observer;
  readonly tracer: Tracer;
  readonly limits: OperationLimits;
  readonly trusted: { readonly trusted: TrustedDocuments | null; readonly mode: TrustedMode };
  readonly maxAnswerBytes: number;
  /** Whether callers may explore the schema: introspection, suggestions and the explorer's page. */
  readonly explorable: boolean;
  readonly explorerHeaders: Readonly<Record<string, string>>;
}

/** What the transports need to run operations: HTTP runs them through `apollo`, streams through `operations`. */
export interface Graphql {
  readonly schema: GraphQLSchema;
  readonly rules: OperationRules;
  readonly documents: Documents;
  readonly apollo: ApolloServer<Context>;
  readonly operations: Operations;
}

export async function startGraphql(app: FastifyInstance, options: GraphqlOptions): Promise<Graphql> {
  const { logger, tracer, limits, trusted, explorable } = options;
  const schema = await createSchema();
  traceRootFields(schema, tracer);
  const rules = createOperationRules(schema, limits, explorable);
  const documents = createDocuments({ ...limits, ...trusted });
  const formatError = createErrorFormatter(logger);
  const apollo = await startApollo({ app, schema, rules, formatError, ...options });
  const operations = createOperations({ apollo, schema, rules, documents, formatError });
  return { schema, rules, documents, apollo, operations };
}
