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
import type { createErrorFormatter } from './errors.js';
import { legacyStatusPlugin } from './legacy-status.plugin.js';
import { logOperationsPlugin } from './log.plugin.js';
import type { OperationRules } from './rules.js';
import { operationRulesPlugin } from './rules.plugin.js';

export interface ApolloOptions {
  readonly app: FastifyInstance;
  readonly logger: Logger;
  readonly schema: GraphQLSchema;
  readonly rules: OperationRules;
  readonly formatError: ReturnType<typeof createErrorFormatter>;
  readonly observer: Observer;
  readonly tracer: Tracer;
  /** Of one answer. */
  readonly maxAnswerBytes: number;
  /** What Sandbox sends along at first. */
  readonly explorerHeaders: Readonly<Record<string, string>>;
}

/** The GraphQL engine, started. It stops with the Fastify instance. */
export async function startApollo({
  app,
  logger,
  schema,
  rules,
  formatError,
  observer,
  tracer,
  maxAnswerBytes,
  explorerHeaders,
}: ApolloOptions): Promise<ApolloServer<Context>> {
  const { explorable } = rules;
  const apollo = new ApolloServer<Context>({
    schema,
    parseOptions: rules.parse,
    validationRules: [...rules.ownValidation],
    validationOptions: { maxErrors: rules.maxErrors },
    // Ours serve every transport: documents.ts.
    persistedQueries: false,
    introspection: explorable,
    hideSchemaDetailsFromClientErrors: !explorable,
    includeStacktraceInErrorResponses: false,
    formatError,
    // Fastify's own life cycle handles signals.
    stopOnTerminationSignals: false,
    logger,
    plugins: [
      fastifyApolloDrainPlugin(app),
      // It would wrap the resolver of every field, and graphql-door.ts says that nothing may be cached.
      ApolloServerPluginCacheControlDisabled(),
      operationRulesPlugin(rules, schema),
      // Before the log, which tells what was answered.
      answerSizePlugin(maxAnswerBytes),
      legacyStatusPlugin(),
      logOperationsPlugin(observer, tracer),
      explorable
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
