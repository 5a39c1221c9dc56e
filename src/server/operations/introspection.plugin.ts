import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, type FieldNode, visit } from 'graphql';
import type { Caller } from '../../auth/caller.js';
import type { GatewayError } from '../../errors.js';
import type { Context } from '../../graphql/context.js';
import { type Exposure, exposureRefusal } from '../exposure.js';
import { toGraphQLError } from './errors.js';

/** Returns why the caller may not read the schema, or `undefined` if it may. */
export type IntrospectionRefusal = (caller: Caller | null) => GatewayError | undefined;

export function createIntrospectionRefusal(exposure: Exposure): IntrospectionRefusal {
  return (caller) => exposureRefusal(exposure, caller, ['Introspection', 'INTROSPECTION']);
}

/** Only `Query` has these fields, so subscriptions, which do not pass through Apollo Server, need no such check. */
const INTROSPECTION = /__(?:schema|type)\b/;

export function mentionsIntrospection(text: string): boolean {
  return INTROSPECTION.test(text);
}

/**
 * Refuses introspection to callers who may not read the schema, and gives them no suggestions. It is decided for each
 * operation, since Apollo Server keeps validated documents for all callers.
 */
export function introspectionPlugin(refusal: IntrospectionRefusal): ApolloServerPlugin<Context> {
  return {
    async requestDidStart({ contextValue: { caller } }) {
      return {
        async validationDidStart() {
          return async (errors) => {
            if (refusal(caller) === undefined) return;
            for (const error of errors ?? []) error.message = withoutSuggestions(error.message);
          };
        },
        async didResolveOperation({ source, document }) {
          const node = mentionsIntrospection(source) ? introspectionIn(document) : undefined;
          const error = node && refusal(caller);
          if (error !== undefined) throw toGraphQLError(error, node);
        },
      };
    },
  };
}

function introspectionIn(document: DocumentNode): FieldNode | undefined {
  let found: FieldNode | undefined;
  visit(document, {
    Field(node) {
      if (mentionsIntrospection(node.name.value)) found ??= node;
    },
  });
  return found;
}

const SUGGESTION = 'Did you mean ';

/** Removes the names that graphql suggests. */
export function withoutSuggestions(message: string): string {
  const at = message.indexOf(SUGGESTION);
  if (at === -1 || !message.endsWith('?')) return message;
  return message.slice(0, at).trimEnd();
}
