import { dataOf, parseAnswer, refuse } from './answers.js';
import type { Call, CallOptions, Connection } from './connection.js';
import { isRefusal } from './credential.js';
import type { TypedDocument } from './document.js';
import { connectionFailed } from './errors.js';
import { readEvents } from './events.js';
import {
  UploadAccountsDocument,
  UploadBusinessUsersDocument,
  UploadContactsDocument,
  UploadDealsDocument,
  UploadLeadsDocument,
  UploadStagesDocument,
} from './generated/graphql.js';

/**
 * Root fields are nullable because each can fail by itself. This client throws every error, so they are not null, except
 * look-ups of a single object that does not exist: `account`, `contact`, `deal`, `lead`, `integration`.
 */
export type Complete<Result> = { readonly [Field in keyof Result]: NonNullable<Result[Field]> };

export interface ExecuteOptions extends CallOptions {
  /**
   * Whether the operation may be sent again after a failure that leaves open whether it was carried out. By default true
   * for queries and for the uploads of lists: the gateway recognizes content that Gong has, and loading an object twice
   * changes nothing. Other mutations are sent once.
   */
  readonly isIdempotent?: boolean;
}

const UPLOADS: ReadonlySet<unknown> = new Set([
  UploadAccountsDocument,
  UploadBusinessUsersDocument,
  UploadContactsDocument,
  UploadDealsDocument,
  UploadLeadsDocument,
  UploadStagesDocument,
]);

export async function execute<Result, Variables>(
  connection: Connection,
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  options: ExecuteOptions,
): Promise<Complete<Result>> {
  const query = textOf(document);
  // A query that has the word somewhere is only not sent again.
  const isIdempotent = options.isIdempotent ?? (UPLOADS.has(document) || !/\bmutation\b/.test(query));
  const call: Call<Complete<Result>> = {
    path: '/graphql',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: () => JSON.stringify({ query, variables }),
    signal: () => AbortSignal.timeout(connection.timeoutMs),
    read: async (response) =>
      dataOf(parseAnswer(await response.text(), response), response) as Complete<Result>,
    isReplayable: true,
    isIdempotent,
  };
  const attempt = () => connection.attempt(call, options);
  return isIdempotent ? connection.retry(attempt, options) : attempt();
}

/** Yields results from an event stream, which is closed when the loop is left. Connects once. */
export async function* subscribe<Result, Variables>(
  connection: Connection,
  document: TypedDocument<Result, Variables>,
  variables: Variables,
  { signal }: CallOptions,
): AsyncGenerator<Result, void, void> {
  const { silenceMs, url, credential } = connection;
  const query = textOf(document);
  const closed = new AbortController();
  /** Closes the stream if nothing comes for too long: the other side may be gone without a word. */
  async function within<T>(promise: Promise<T>): Promise<T> {
    const timer = setTimeout(() => closed.abort(new Error(`nothing for ${silenceMs} ms`)), silenceMs);
    return promise.finally(() => clearTimeout(timer));
  }
  const call: Call<Response> = {
    path: '/graphql/stream',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: () => JSON.stringify({ query, variables }),
    signal: () => closed.signal,
    async read(response) {
      if (response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
      const text = await response.text();
      return refuse(parseAnswer(text, response), text, response);
    },
    isReplayable: true,
    isIdempotent: true,
  };
  try {
    const response = await within(connection.attempt(call, { signal }));
    const authorization = credential.current();
    const resultOf = (data: string) => {
      try {
        return dataOf(parseAnswer(data, response), response) as Result;
      } catch (error) {
        if (!credential.isRenewable || !isRefusal(error, true)) throw error;
        // The token has expired: another subscription gets a new one.
        credential.refused(authorization);
        throw connectionFailed(`the event stream of ${url} ended with its token`, error);
      }
    };
    const reader = response.body?.getReader();
    const read = async () => {
      try {
        return (await within(reader?.read() ?? Promise.reject(new Error('no body')))).value;
      } catch (error) {
        signal?.throwIfAborted();
        throw connectionFailed(`the event stream of ${url} broke`, error);
      }
    };
    for await (const { event, data } of readEvents(read)) {
      if (event === 'complete') return;
      if (event === 'next') yield resultOf(data);
    }
    throw connectionFailed(`the event stream of ${url} ended before it was complete`);
  } finally {
    closed.abort();
  }
}

function textOf(document: TypedDocument<unknown, never>): string {
  const text = String(document);
  if (text.includes('{')) return text;
  throw new TypeError(
    'document: needed the text of an operation; print a parsed one with print() of graphql',
  );
}
