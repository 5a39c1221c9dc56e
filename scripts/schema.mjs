/**
 * The schema as text: of this version, or of a running gateway, whose company's custom fields are then in it.
 *
 *     npm run schema -- [url] [--subgraph] [--out file]
 *
 * --subgraph adds what the composition of a supergraph needs. GATEWAY_TOKEN authenticates at the gateway, as in
 * `npm run upload`. Without --out, the schema is printed.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../dist/graphql/schema.js';
import { subgraphSdl } from '../dist/graphql/subgraph.js';

const USAGE = 'npm run schema -- [url] [--subgraph] [--out file]';
const TIMEOUT_MS = 30_000;

try {
  const { subgraph, out, url } = readArguments();
  const sdl = `${(await (url === undefined ? ofThisVersion(subgraph) : ofGateway(url, subgraph))).trimEnd()}\n`;
  if (out === undefined) process.stdout.write(sdl);
  else await writeFile(out, sdl);
} catch (error) {
  process.stderr.write(`${error.message}${error.cause?.message ? `: ${error.cause.message}` : ''}\n`);
  process.exitCode = 1;
}

function readArguments() {
  const options = { subgraph: { type: 'boolean', default: false }, out: { type: 'string' } };
  let parsed;
  try {
    parsed = parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new Error(`${error.message}\n${USAGE}`);
  }
  const [url, ...more] = parsed.positionals;
  if (more.length > 0 || (url !== undefined && !URL.canParse(url))) {
    throw new Error(`needed one address of a gateway, such as http://127.0.0.1:4000\n${USAGE}`);
  }
  return { ...parsed.values, url };
}

/** Sorted, so that the order of the code does not matter. */
async function ofThisVersion(subgraph) {
  const schema = lexicographicSortSchema(await createSchema());
  return subgraph ? subgraphSdl(schema) : printSchema(schema);
}

async function ofGateway(url, subgraph) {
  const base = url.replace(/(?<!\/)\/+$/, '');
  if (!subgraph) {
    const answer = await ask(`${base}/schema.graphql`, {});
    if (!answer.ok) throw new Error(`needed a schema from ${answer.url}, got ${answer.status}`);
    return answer.text();
  }
  const answer = await ask(`${base}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data, errors } = await answer.json().catch(() => ({}));
  const sdl = data?._service?.sdl;
  if (typeof sdl === 'string') return sdl;
  const why = errors?.map(({ message }) => message).join('; ') ?? `status ${answer.status}`;
  throw new Error(`needed a subgraph's schema from ${answer.url}, which FEDERATION=true serves, got: ${why}`);
}

function ask(url, { headers, ...init }) {
  const token = process.env.GATEWAY_TOKEN;
  const authorization = token?.includes(' ') ? token : `Bearer ${token}`;
  return fetch(url, {
    ...init,
    headers: { ...headers, ...(token ? { authorization } : {}) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
