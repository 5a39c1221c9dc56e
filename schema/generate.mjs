/**
 * A step of `npm run codegen`: typed documents and possible types for the client, from the emitted schema and the
 * operations beside it, and what TRUSTED_DOCUMENTS can name. CI fails when one is stale.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typedDocuments from '@graphql-codegen/typed-document-node';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { buildASTSchema, isAbstractType, parse } from 'graphql';
import { trustedDocuments } from './trusted-documents.mjs';

const inHere = (path) => new URL(path, import.meta.url);
const inClient = (name) => inHere(`../client/src/generated/${name}`);
const readDocument = async (path) => ({
  location: path,
  document: parse(await readFile(inHere(path), 'utf8')),
});

const names = (await readdir(inHere('operations'))).sort();
const documents = await Promise.all(names.map((name) => readDocument(`operations/${name}`)));
const { document: schema } = await readDocument('schema.graphql');

const types = await codegen({
  filename: 'generated/graphql.ts',
  schema,
  documents,
  plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
  pluginMap: { typescriptOperations: operationTypes, typedDocumentNode: typedDocuments },
  config: {
    documentMode: 'string',
    useTypeImports: true,
    enumsAsTypes: true,
    strictScalars: true,
    scalars: {
      ID: 'string',
      Date: '../scalars.js#DateString',
      DateTime: '../scalars.js#DateTimeString',
      JSON: '../scalars.js#JsonValue',
      JSONObject: '../scalars.js#JsonObject',
      Upload: 'Blob',
      URL: '../scalars.js#UrlString',
    },
  },
});
// Its package would make everybody who installs the client install graphql.
const decoration = "'@graphql-typed-document-node/core'";
if (!types.includes(decoration)) throw new Error(`needed an import from ${decoration}, got none`);

const built = buildASTSchema(schema);
const abstract = Object.values(built.getTypeMap()).filter(isAbstractType);
const possible = abstract.map((type) => [type.name, built.getPossibleTypes(type).map(({ name }) => name)]);
const possibleTypes = `/** The types of each interface and union. */
export const possibleTypes: Record<string, string[]> = ${JSON.stringify(Object.fromEntries(possible), null, 2)};
`;

await writeFile(inClient('graphql.ts'), types.replace(decoration, "'../document.js'"));
await writeFile(inClient('possible-types.ts'), possibleTypes);
await writeFile(inHere('trusted.json'), trustedDocuments(documents));
