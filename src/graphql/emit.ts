import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from './schema.js';

/** `npm run codegen`: writes the schema as text to the path given, in one order whatever the order of the code. */
const [path] = process.argv.slice(2);
if (path === undefined) throw new TypeError('needed the path of the file to write, got nothing');
await writeFile(path, `${printSchema(lexicographicSortSchema(await createSchema()))}\n`);
