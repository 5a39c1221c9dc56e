import { LRUCache } from 'lru-cache';
import type { RequestState } from '../../crm/object-types.js';
import { isFinal } from '../../crm/request-status.js';
import { createSharers, type Sharers } from '../../gong/budget/sharers.js';
import type { GongClient } from '../../gong/types.js';

export type AskStatus = GongClient['requestStatus'];

/**
 * Resolves with the state of a request at Gong; rejects as a call to Gong does. Concurrent questions share a call, and a
 * final state is asked for once, so that repeating a file of many parts does not cost a call for each.
 */
export type StateOf = (integrationId: string, clientRequestId: string) => Promise<RequestState>;

/** How many final states are kept: those asked for last. */
const MOST_STATES = 10_000;

interface Asked {
  readonly state: Promise<RequestState>;
  /** The callers whose turns in the budget the call may take. */
  readonly sharers: Sharers;
}

/** Returns a function that creates a `StateOf` for a caller. All callers share the answers. */
export function createStates(askStatus: AskStatus): (caller: string | undefined) => StateOf {
  const known = new LRUCache<string, Asked>({ max: MOST_STATES });

  function ask(
    key: string,
    integrationId: string,
    clientRequestId: string,
    caller: string | undefined,
  ): Asked {
    const sharers = createSharers({ caller });
    async function askAndForget(): Promise<RequestState> {
      let state: RequestState | undefined;
      try {
        ({ state } = await askStatus(integrationId, clientRequestId, { sharers }));
        return state;
      } finally {
        if ((state === undefined || !isFinal(state)) && known.peek(key) === asked) known.delete(key);
      }
    }
    const asked: Asked = { state: Promise.resolve().then(askAndForget), sharers };
    return asked;
  }

  return (caller) => (integrationId, clientRequestId) => {
    const key = `${integrationId}/${clientRequestId}`;
    const before = known.get(key);
    // A call that is being refused for its own callers must not refuse this one.
    const asked =
      before === undefined || before.sharers.isRefused
        ? ask(key, integrationId, clientRequestId, caller)
        : before;
    asked.sharers.join({ caller });
    known.set(key, asked);
    return asked.state;
  };
}
