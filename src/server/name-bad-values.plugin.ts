import type { ApolloServerPlugin } from '@apollo/server';
import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  GraphQLError,
  isValueNode,
  Kind,
  type ListValueNode,
  visit,
} from 'graphql';
import type { Context } from '../graphql/context.js';
import type { OperationRules } from './operation-rules.js';

/**
 * Names the argument that a malformed value belongs to. graphql-js says only what was expected; a caller with
 * forty arguments wants to know where. Values in variables are named by graphql-js itself.
 */
export function nameBadValuesPlugin(rules: OperationRules): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async validationDidStart({ document }) {
          return async (errors) => {
            for (const error of errors ?? []) nameBadValues(error, document);
          };
        },
        async didResolveOperation({ document, operation, request }) {
          // Without one, the executor says that the name fits none.
          const error = operation && rules.refusal(document, operation, request.variables);
          if (error !== undefined) throw error;
        },
      };
    },
  };
}

/** Changes the error in place, where it is about a value in the text of an operation. */
export function nameBadValues(error: GraphQLError | Error, document: DocumentNode): void {
  if (!(error instanceof GraphQLError)) return;
  const node = error.nodes?.[0];
  if (node === undefined || !(isValueNode(node) || node.kind === Kind.OBJECT_FIELD)) return;
  const argument = argumentPath(document, node);
  if (argument === undefined) return;
  error.message = `${argument}: ${error.message}`;
  Object.assign(error.extensions, { argument, retryable: false });
}

/** E.g. `input.fields[2].type`; `undefined` where the value is not part of an argument. */
function argumentPath(document: DocumentNode, target: ASTNode): string | undefined {
  let found: string | undefined;
  visit(document, {
    enter(node, _key, parent, _path, ancestors) {
      if (node === target) found = pathText([...ancestors, parent ?? [], node].filter(isNode));
      return found === undefined ? undefined : BREAK;
    },
  });
  return found;
}

/** `nodes` lead from the document to the value. */
function pathText(nodes: readonly ASTNode[]): string | undefined {
  let text: string | undefined;
  let list: ListValueNode | undefined;
  for (const node of nodes) {
    if (node.kind === Kind.ARGUMENT) text = node.name.value;
    if (node.kind === Kind.OBJECT_FIELD) text = `${text}.${node.name.value}`;
    if (list !== undefined && isValueNode(node)) text = `${text}[${list.values.indexOf(node)}]`;
    list = node.kind === Kind.LIST ? node : undefined;
  }
  return text;
}

/** Among the ancestors stand the arrays that hold the nodes, too. */
function isNode(ancestor: ASTNode | readonly ASTNode[]): ancestor is ASTNode {
  return 'kind' in ancestor;
}
