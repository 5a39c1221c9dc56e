import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Caller } from '../../auth/caller.js';
import type { Context } from '../../graphql/context.js';
import { createSchema } from '../../graphql/schema.js';
import { withFederation } from '../../graphql/subgraph.js';
import type { Observer } from '../../telemetry/observer.js';
import type { Tracer } from '../../telemetry/tracer.js';
import type { ExposureSettings } from '../exposure.js';
import { traceRootFields } from '../http/tracing.js';
import { startApollo } from './apollo.js';
import { createDocuments, type Documents } from './documents.js';
import { createErrorFormatter, type ErrorFormatter } from './errors.js';
import { createExecutor, type Executor, type ExecutorSettings } from './executor.js';
import { createIntrospectionRefusal, type IntrospectionRefusal } from './introspection.plugin.js';
import { createKnownQueries, type KnownQueries } from './known-queries.js';
import type { OperationLimits } from './limits.js';
import { createOperationRules, type OperationRules } from './rules.js';
import type { TrustedDocuments, TrustedMode } from './trusted-documents.js';

export interface GraphqlOptions {
  readonly logger: Logger;
  readonly observer: Observer;
  readonly tracer: Tracer;
  readonly limits: OperationLimits;
  readonly execution: ExecutorSettings;
  readonly trusted: { readonly trusted: TrustedDocuments | null; readonly mode: TrustedMode };
  readonly maxAnswerBytes: number;
  readonly exposure: ExposureSettings;
  readonly explorerHeaders: Readonly<Record<string, string>>;
  /** Whether routers of Apollo Federation may use the gateway as a subgraph. */
  readonly federation: boolean;
}

/** A version of the schema, with what runs operations against it: Apollo Server, and prepare.ts for streams. */
export interface Graph {
  /** Without the fields for routers, which only queries through Apollo Server have. */
  readonly schema: GraphQLSchema;
  readonly rules: OperationRules;
  readonly apollo: ApolloServer<Context>;
  readonly executor: Executor;
  readonly known: KnownQueries;
  /** Documents with a subscription that have passed validation, by their text. */
  readonly validated: LRUCache<string, DocumentNode>;
}

export interface Graphql {
  /** Without custom fields. */
  readonly base: Graph;
  readonly createGraph: (schema: GraphQLSchema) => Promise<Graph>;
  readonly documents: Documents;
  readonly formatError: ErrorFormatter;
  readonly introspectionRefusal: IntrospectionRefusal;
}

const MAX_VALIDATED = 200;

export async function startGraphql(app: FastifyInstance, options: GraphqlOptions): Promise<Graphql> {
  const { logger, tracer, limits, trusted, exposure, federation, execution } = options;
  const formatError = createErrorFormatter(logger);
  const introspectionRefusal = createIntrospectionRefusal(exposure.introspection);
  const hasSandbox = exposure.explorer !== 'off';

  async function createGraph(schema: GraphQLSchema, drained?: FastifyInstance): Promise<Graph> {
    const mayIntrospect = (caller: Caller | null) => introspectionRefusal(caller) === undefined;
    const served = federation ? withFederation(schema, { mayIntrospect }) : schema;
    const rules = createOperationRules(served, limits);
    const executor = createExecutor(served, execution, options.maxAnswerBytes);
    const known = createKnownQueries();
    const apolloOptions = {
      ...options,
      schema: served,
      rules,
      executor,
      known,
      formatError,
      introspectionRefusal,
      hasSandbox,
    };
    const apollo = await startApollo({ drained, ...apolloOptions });
    return { schema, rules, apollo, executor, known, validated: new LRUCache({ max: MAX_VALIDATED }) };
  }

  const schema = await createSchema();
  traceRootFields(schema, tracer);
  return {
    base: await createGraph(schema, app),
    createGraph: (extended) => createGraph(extended),
    documents: createDocuments({ ...limits, ...trusted }),
    formatError,
    introspectionRefusal,
  };
}
