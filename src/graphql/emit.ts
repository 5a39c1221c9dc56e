import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from './schema.js';

/** Writes the schema as text to the given path, sorted so that the order of the code does not matter. */
const [path] = process.argv.slice(2);
if (path === undefined) throw new TypeError('needed the path of the file to write, got nothing');
await writeFile(path, `${printSchema(lexicographicSortSchema(await createSchema()))}\n`);
