import { GatewayError, type TypedDocument } from 'gong-crm-graphql-client';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { isUnknownCaller } from '../session.js';
import { EXPIRED, useSession } from './session-context.js';

export interface Live<T> {
  /** The latest; it stays while the connection is lost. */
  readonly data: T | undefined;
  /** Why there will be nothing more until `retry`. */
  readonly error: unknown;
  readonly connection: 'connecting' | 'live' | 'lost';
  retry(): void;
}

const LONGEST_WAIT_MS = 10_000;

/**
 * Follows a subscription that does not complete, and subscribes again whenever the connection is lost, e.g. while the
 * gateway restarts. A hidden page does not hold a connection, of which browsers have six for all tabs.
 */
export function useLive<Result, Variables>(
  document: TypedDocument<Result, Variables>,
  variables: Variables,
): Live<Result> {
  const { client, end } = useSession();
  const isVisible = useIsVisible();
  const [state, setState] = useState<Omit<Live<Result>, 'retry'>>({
    data: undefined,
    error: undefined,
    connection: 'connecting',
  });
  const [round, setRound] = useState(0);
  const text = JSON.stringify(variables);

  // What is shown must belong to the variables.
  useEffect(() => () => setState({ data: undefined, error: undefined, connection: 'connecting' }), [text]);

  useEffect(() => {
    if (!isVisible) return;
    const left = new AbortController();
    const { signal } = left;

    async function follow(): Promise<void> {
      for (let failures = 0; !signal.aborted; failures += 1) {
        try {
          for await (const data of client.subscribe(document, variables, { signal })) {
            failures = 0;
            setState({ data, error: undefined, connection: 'live' });
          }
        } catch (error) {
          if (signal.aborted) return;
          if (isUnknownCaller(error)) return end(EXPIRED);
          if (!(error instanceof GatewayError && error.retryable)) {
            return setState(({ data }) => ({ data, error, connection: 'lost' }));
          }
        }
        if (signal.aborted) return;
        setState(({ data }) => ({ data, error: undefined, connection: 'lost' }));
        await pause(Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures), signal);
      }
    }
    void follow();
    return () => left.abort();
  }, [client, document, text, isVisible, round]);

  return { ...state, retry: useCallback(() => setRound((number) => number + 1), []) };
}

/** Ends early when the browser is online again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      removeEventListener('online', finish);
      resolve();
    }
    signal.addEventListener('abort', finish);
    addEventListener('online', finish);
  });
}

function useIsVisible(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return isVisible;
}
