import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Context } from '../graphql/context.js';
import { createSchema } from '../graphql/schema.js';
import { createErrorFormatter } from './format-error.js';
import { logOperationsPlugin } from './log-operations.plugin.js';
import { nameBadValuesPlugin } from './name-bad-values.plugin.js';

/** Ends every alias, depth and field bomb within milliseconds; GraphiQL's introspection has 250. */
const MAX_TOKENS = 1000;

export interface ApolloOptions {
  readonly app: FastifyInstance;
  readonly logger: Logger;
  /** Introspection, suggestions and the landing page, which production leaves out. */
  readonly explorable: boolean;
}

/** The GraphQL engine, started. It stops with the Fastify instance. */
export async function startApollo({
  app,
  logger,
  explorable,
}: ApolloOptions): Promise<ApolloServer<Context>> {
  const apollo = new ApolloServer<Context>({
    schema: await createSchema(),
    parseOptions: { maxTokens: MAX_TOKENS },
    introspection: explorable,
    hideSchemaDetailsFromClientErrors: !explorable,
    includeStacktraceInErrorResponses: false,
    formatError: createErrorFormatter(logger),
    // Fastify's own life cycle handles signals.
    stopOnTerminationSignals: false,
    logger,
    plugins: [
      fastifyApolloDrainPlugin(app),
      nameBadValuesPlugin(),
      logOperationsPlugin(),
      explorable
        ? ApolloServerPluginLandingPageLocalDefault({ embed: true, footer: false })
        : ApolloServerPluginLandingPageDisabled(),
    ],
  });
  await apollo.start();
  return apollo;
}
