import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { startCommand } from '../start/program.js';
import type { GraphqlError } from '../support/harness.js';

/** From the root of the repository: a compiled benchmark has no copy of it beside itself. */
const SCRIPT = 'test/federation/router.mjs';

export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

export interface RouterAnswer<T> {
  readonly data: T | null;
  readonly errors: readonly GraphqlError[];
}

export interface Router extends AsyncDisposable {
  query<T = Record<string, unknown>>(
    query: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<RouterAnswer<T>>;
}

/** @throws Error with what the composition of these subgraphs complains about */
export function compose(subgraphs: readonly Subgraph[]): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl !== undefined) return supergraphSdl;
  throw new Error(errors?.map(({ message }) => message).join('\n'));
}

/** Hive Gateway before the subgraphs, on a free port. It passes the caller's credentials on. */
export async function startRouter(subgraphs: readonly Subgraph[]): Promise<Router> {
  const folder = await mkdtemp(join(tmpdir(), 'router-'));
  const supergraph = join(folder, 'supergraph.graphql');
  await writeFile(supergraph, compose(subgraphs));
  const program = startCommand(process.execPath, [SCRIPT, supergraph], {});
  const url = await program.plainLine;
  return {
    async query<T>(query: string, headers = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      const { data, errors = [] } = (await response.json()) as { data?: T; errors?: GraphqlError[] };
      return { data: data ?? null, errors };
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
