import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../../graphql/context.js';
import type { Observer } from '../../telemetry/observer.js';
import type { Tracer } from '../../telemetry/tracer.js';
import { answerSizePlugin } from './answer-size.plugin.js';
import { badInputPlugin } from './bad-input.plugin.js';
import { callLimitPlugin } from './call-limit.plugin.js';
import type { ErrorFormatter } from './errors.js';
import type { Executor } from './executor.js';
import { httpStatusPlugin } from './http-status.js';
import { type IntrospectionRefusal, introspectionPlugin } from './introspection.plugin.js';
import { type KnownQueries, knownQueriesPlugin } from './known-queries.js';
import { logOperationsPlugin } from './log.plugin.js';
import type { OperationRules } from './rules.js';

export interface ApolloOptions {
  /** The server that Apollo Server is stopped with. Without one it needs no stop: it holds nothing but memory. */
  readonly drained: FastifyInstance | undefined;
  readonly logger: Logger;
  readonly schema: GraphQLSchema;
  readonly rules: OperationRules;
  readonly executor: Executor;
  readonly known: KnownQueries;
  readonly formatError: ErrorFormatter;
  readonly observer: Observer;
  readonly tracer: Tracer;
  readonly maxAnswerBytes: number;
  readonly introspectionRefusal: IntrospectionRefusal;
  /** Whether browsers get Apollo Sandbox. */
  readonly hasSandbox: boolean;
  /** The headers that Sandbox sends until a person changes them. */
  readonly explorerHeaders: Readonly<Record<string, string>>;
}

/** Starts Apollo Server for one version of the schema. */
export async function startApollo({
  drained,
  logger,
  schema,
  rules,
  executor,
  known,
  formatError,
  observer,
  tracer,
  maxAnswerBytes,
  introspectionRefusal,
  hasSandbox,
  explorerHeaders,
}: ApolloOptions): Promise<ApolloServer<Context>> {
  const apollo = new ApolloServer<Context>({
    gateway: {
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      load: async () => ({
        async executor({ document, request: { operationName, variables }, context, metrics }) {
          const execution = { document, operationName, variables, context: context as Context };
          // A trace of each field, for routers, needs the resolvers that Apollo Server has wrapped.
          return metrics.captureTraces ? executor.interpret(execution) : executor.execute(execution);
        },
      }),
      stop: async () => undefined,
    },
    parseOptions: rules.parse,
    validationRules: [...rules.ownValidation],
    validationOptions: { maxErrors: rules.maxErrors },
    // documents.ts finds persisted queries for every transport.
    persistedQueries: false,
    // The plugin decides it for each caller.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    formatError,
    // shutdown.ts handles signals and closes Fastify.
    stopOnTerminationSignals: false,
    logger,
    plugins: [
      ...(drained === undefined ? [] : [fastifyApolloDrainPlugin(drained)]),
      // The default plugin would wrap every resolver, and no answer may be cached.
      ApolloServerPluginCacheControlDisabled(),
      // In order: the first error thrown is the one reported.
      badInputPlugin(rules, schema),
      introspectionPlugin(introspectionRefusal),
      callLimitPlugin(rules.callLimit),
      // Before the log, which records the final errors.
      answerSizePlugin(maxAnswerBytes),
      httpStatusPlugin(),
      knownQueriesPlugin(known),
      logOperationsPlugin(observer, tracer),
      hasSandbox
        ? ApolloServerPluginLandingPageLocalDefault({
            embed: { initialState: { sharedHeaders: { ...explorerHeaders } } },
            footer: false,
          })
        : ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await apollo.start();
  return apollo;
}
