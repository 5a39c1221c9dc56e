import { createClient as createSseClient } from 'graphql-sse';
import type { TypedDocumentString } from '../schema/generated/graphql.js';

/**
 * Root fields are nullable because each can fail by itself. This client throws every error, so they are not null, except
 * look-ups of a single object that does not exist: `account`, `contact`, `deal`, `lead`, `integration`.
 */
export type Complete<Result> = { readonly [Field in keyof Result]: NonNullable<Result[Field]> };

/** A client of the gateway. Its documents, from schema/operations, have the types of their variables and results. */
export interface Client {
  /** The gateway's address, without a path. */
  readonly url: string;
  /** @throws RefusedError if the response has errors, Error if there is no valid response */
  execute<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Complete<Result>>;
  /** Yields results from an event stream, which is closed when the loop is left. Throws like `execute`. */
  subscribe<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables & Record<string, unknown>,
  ): AsyncGenerator<Result>;
}

interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The gateway answered with GraphQL errors. The message has a readable line for each. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly errors: readonly GraphqlError[]) {
    super(errors.map(explain).join('\n'));
  }
}

/** Longer than the gateway's own timeout for any call to Gong that this client makes. */
const ANSWER_TIMEOUT_MS = 120_000;

export function createClient(url: string, headers: Readonly<Record<string, string>> = {}): Client {
  return {
    url,
    async execute<Result, Variables>(
      document: TypedDocumentString<Result, Variables>,
      variables: Variables,
    ): Promise<Complete<Result>> {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        ...requestOf(document.toString(), variables, { ...headers, accept: 'application/json' }),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const answer = readAnswer<Complete<Result>>(await response.text(), response.status);
      if (answer.errors !== undefined) throw new RefusedError(answer.errors);
      if (answer.data == null) throw new Error(`needed data or errors from ${url}/graphql, got neither`);
      return answer.data;
    },
    async *subscribe<Result, Variables>(
      document: TypedDocumentString<Result, Variables>,
      variables: Variables & Record<string, unknown>,
    ): AsyncGenerator<Result> {
      const sse = createSseClient({ url: `${url}/graphql/stream`, headers: { ...headers } });
      try {
        for await (const { data, errors } of sse.iterate<Result>({ query: document.toString(), variables })) {
          if (errors !== undefined) throw new RefusedError(errors);
          if (data != null) yield data;
        }
      } finally {
        sse.dispose();
      }
    },
  };
}

/** JSON, or a GraphQL multipart request if a variable is a file. */
function requestOf(query: string, variables: unknown, headers: Readonly<Record<string, string>>) {
  const files: { readonly path: string; readonly file: Blob }[] = [];
  const operations = JSON.stringify({ query, variables: withoutFiles(variables, 'variables', files) });
  if (files.length === 0) {
    return { headers: { ...headers, 'content-type': 'application/json' }, body: operations };
  }
  const body = new FormData();
  body.append('operations', operations);
  body.append('map', JSON.stringify(Object.fromEntries(files.map(({ path }, index) => [index, [path]]))));
  for (const [index, { file }] of files.entries()) body.append(String(index), file, 'file');
  // Required against CSRF: a form of another site cannot send this header.
  return { headers: { ...headers, 'apollo-require-preflight': 'true' }, body };
}

/** Replaces each file by `null`, and collects the files with their paths. */
function withoutFiles(value: unknown, path: string, files: { path: string; file: Blob }[]): unknown {
  if (value instanceof Blob) {
    files.push({ path, file: value });
    return null;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, index) => withoutFiles(item, `${path}.${index}`, files));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutFiles(inner, `${path}.${key}`, files)]),
  );
}

function readAnswer<Result>(text: string, httpStatus: number) {
  try {
    return JSON.parse(text) as { data?: Result | null; errors?: readonly GraphqlError[] };
  } catch {
    throw new Error(
      `needed an answer in JSON, got HTTP ${httpStatus} with ${JSON.stringify(text.slice(0, 200))}`,
    );
  }
}

function explain({ message, path, extensions = {} }: GraphqlError): string {
  const { code, stacktrace, ...details } = extensions;
  const where = path === undefined ? '' : ` at ${path.join('.')}`;
  const more = Object.keys(details).length === 0 ? '' : `\n  ${JSON.stringify(details)}`;
  return `${String(code ?? 'ERROR')}${where}: ${message}${more}`;
}
