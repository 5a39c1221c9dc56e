import type { TypedDocumentString } from '../schema/generated/graphql.js';

/** A client of the gateway: the documents of schema/operations carry the types of their variables and results. */
export interface Client {
  /** Where the gateway is, without a path. */
  readonly url: string;
  /** @throws RefusedError when the answer has errors, Error when there is no answer that can be read */
  execute<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
}

interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The gateway answered with GraphQL errors. The message has a line for each, as a person wants to read them. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(readonly errors: readonly GraphqlError[]) {
    super(errors.map(explain).join('\n'));
  }
}

/** Above this the gateway, not Gong, is what does not answer: Gong's slowest operation has its own limit inside. */
const ANSWER_TIMEOUT_MS = 120_000;

export function createClient(url: string, headers: Readonly<Record<string, string>> = {}): Client {
  return {
    url,
    async execute<Result, Variables>(
      document: TypedDocumentString<Result, Variables>,
      variables: Variables,
    ): Promise<Result> {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query: document.toString(), variables }),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const answer = readAnswer<Result>(await response.text(), response.status);
      if (answer.errors !== undefined) throw new RefusedError(answer.errors);
      if (answer.data == null) throw new Error(`needed data or errors from ${url}/graphql, got neither`);
      return answer.data;
    },
  };
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
