/**
 * The last step of `npm run build`: writes GraphiQL as one self-contained page, dist/graphiql.html, which
 * src/server/http/explorers.ts serves. So its package, and the 22 that come with it, are needed to build and not to run.
 */
import { writeFile } from 'node:fs/promises';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

/** pages.ts puts the options there. */
const SLOT = '__GRAPHIQL_OPTIONS__';
const options = { title: 'GraphiQL: Gong CRM gateway', slot: SLOT };

const parts = renderGraphiQL(options).split(JSON.stringify(options));
if (parts.length !== 2) throw new Error(`needed one place for the options, got ${parts.length - 1}`);
await writeFile(new URL('../dist/graphiql.html', import.meta.url), parts.join(SLOT));
