import { type DocumentNode, getOperationAST, Kind, valueFromASTUntyped, visit } from 'graphql';
import { isClientRequestId } from '../crm/identifiers.js';

/**
 * Returns the valid `uploadId`s of the files that an operation uploads or checks. Reads only its text and variables, since the
 * operation may be invalid.
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
      if (name.value !== 'uploadFile' && name.value !== 'validateFile') return;
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
