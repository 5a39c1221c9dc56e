import type { Complete, TypedDocument } from 'gong-crm-graphql-client';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { isUnknownCaller } from '../session.js';
import { EXPIRED, useSession } from './session-context.js';

export interface QueryState<T> {
  /** Of the last success; it stays while something newer is loaded. */
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  reload(): void;
}

/** Asks once, again if the variables change, and on `reload`. `undefined` as variables: not yet. */
export function useQuery<Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables | undefined,
): QueryState<Complete<Result>> {
  const { client, end } = useSession();
  const [state, setState] = useState<Omit<QueryState<Complete<Result>>, 'reload'>>({
    data: undefined,
    error: undefined,
    isLoading: variables !== undefined,
  });
  const [round, setRound] = useState(0);
  const text = JSON.stringify(variables);

  useEffect(() => {
    if (variables === undefined) return;
    const left = new AbortController();
    const { signal } = left;
    setState(({ data }) => ({ data, error: undefined, isLoading: true }));
    client.execute(document, variables, { signal }).then(
      (data) => signal.aborted || setState({ data, error: undefined, isLoading: false }),
      (error: unknown) => {
        if (signal.aborted) return;
        if (isUnknownCaller(error)) end(EXPIRED);
        setState(({ data }) => ({ data, error, isLoading: false }));
      },
    );
    return () => left.abort();
  }, [client, document, text, round]);

  return { ...state, reload: useCallback(() => setRound((number) => number + 1), []) };
}
