import { type DocumentNode, getOperationAST, Kind, valueFromASTUntyped, visit } from 'graphql';
import { isClientRequestId } from '../crm/identifiers.js';

/**
 * The names (`uploadId`) that an operation gives to the files it uploads, told from its text and variables alone:
 * it may be one that cannot be run. Names that are none are left out.
 */
export function namedUploads(
  document: DocumentNode,
  operationName: string | undefined,
  variables: Readonly<Record<string, unknown>>,
): string[] {
  const operation = getOperationAST(document, operationName);
  const names: string[] = [];
  visit(document, {
    OperationDefinition: (node) => (node === operation ? undefined : false),
    Field({ name, arguments: given = [] }) {
      if (name.value !== 'uploadFile') return;
      for (const argument of given) {
        if (argument.name.value !== 'input' || argument.value.kind === Kind.NULL) continue;
        const input: unknown = valueFromASTUntyped(argument.value, variables);
        const uploadId =
          typeof input === 'object' && input !== null && 'uploadId' in input ? input.uploadId : undefined;
        if (typeof uploadId === 'string' && isClientRequestId(uploadId)) names.push(uploadId);
      }
    },
  });
  return names;
}
