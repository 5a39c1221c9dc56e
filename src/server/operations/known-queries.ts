import type { ApolloServerPlugin } from '@apollo/server';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Context } from '../../graphql/context.js';
import { mentionsIntrospection } from './introspection.plugin.js';

/** A query that Apollo Server has parsed and validated. */
export interface KnownQuery {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** The queries that came before, by text and name. Those that read the schema are left out: not everyone may. */
export interface KnownQueries {
  find(text: string, operationName: string | null | undefined): KnownQuery | undefined;
  note(text: string, operationName: string | null | undefined, query: KnownQuery): void;
}

const MAX_QUERIES = 1_000;
const MAX_CHARS = 2_000_000;

export function createKnownQueries(): KnownQueries {
  const queries = new LRUCache<string, KnownQuery>({
    max: MAX_QUERIES,
    maxSize: MAX_CHARS,
    sizeCalculation: (_query, key) => key.length,
  });
  const keyOf = (text: string, name: string | null | undefined) =>
    `${name?.length ?? 0} ${name ?? ''}${text}`;
  return {
    find: (text, operationName) => queries.get(keyOf(text, operationName)),
    note(text, operationName, query) {
      queries.set(keyOf(text, operationName), query);
    },
  };
}

export function knownQueriesPlugin(known: KnownQueries): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ source, document, operation, request }) {
          if (operation?.operation !== 'query' || mentionsIntrospection(source)) return;
          known.note(source, request.operationName, { document, operation });
        },
      };
    },
  };
}
