/**
 * The last step of `npm run codegen`: typed documents from the emitted schema and the operations beside it, and what
 * TRUSTED_DOCUMENTS can name. CI fails when either is stale.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { codegen } from '@graphql-codegen/core';
import * as typedDocuments from '@graphql-codegen/typed-document-node';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';
import { trustedDocuments } from './trusted-documents.mjs';

const inHere = (path) => new URL(path, import.meta.url);
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
      Date: 'string',
      DateTime: 'string',
      JSON: 'unknown',
      JSONObject: 'Record<string, unknown>',
      Upload: 'Blob',
      URL: 'string',
    },
  },
});
await writeFile(inHere('generated/graphql.ts'), types);
await writeFile(inHere('trusted.json'), trustedDocuments(documents));
