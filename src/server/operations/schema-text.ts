import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import type { Graphs } from './graphs.js';
import type { IntrospectionRefusal } from './introspection.plugin.js';

export interface SchemaTextOptions {
  readonly graphs: Graphs;
  readonly introspectionRefusal: IntrospectionRefusal;
}

/** Registers `GET /schema.graphql`: the schema as text, for code generators. It shows what introspection shows. */
export function registerSchemaText(
  app: FastifyInstance,
  { graphs, introspectionRefusal }: SchemaTextOptions,
): void {
  const printed = new WeakMap<GraphQLSchema, { readonly text: string; readonly etag: string }>();

  function textOf(schema: GraphQLSchema) {
    const known = printed.get(schema);
    if (known !== undefined) return known;
    const text = `${printSchema(lexicographicSortSchema(schema))}\n`;
    const entry = { text, etag: `"${hash('sha256', text, 'base64url')}"` };
    printed.set(schema, entry);
    return entry;
  }

  app.get('/schema.graphql', async ({ caller, headers }, reply) => {
    const refusal = introspectionRefusal(caller);
    if (refusal !== undefined) throw refusal;
    await graphs.load(caller);
    const { text, etag } = textOf(graphs.of(caller).schema);
    reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (headers['if-none-match']?.includes(etag)) return reply.code(304).send();
    return reply.type('application/graphql; charset=utf-8').send(text);
  });
}
