import type { RequestState } from '../../crm/object-types.js';
import { isFinal } from '../../crm/request-status.js';
import { createSharers, type Sharers } from '../../gong/budget/sharers.js';
import type { GongClient } from '../../gong/types.js';

export type AskStatus = GongClient['requestStatus'];

/**
 * The state of a request at Gong; rejects as a call of Gong does. Those who ask at once share a call, and a final state
 * is asked for once, so that repeats of a file of many parts do not cost a call each.
 */
export type StateOf = (integrationId: string, clientRequestId: string) => Promise<RequestState>;

/** Final states that are kept, the latest ones. */
const MOST_STATES = 10_000;

interface Asked {
  readonly state: Promise<RequestState>;
  /** Whose turns in the budget the call waits for. */
  readonly sharers: Sharers;
}

/** Returns a function that makes a `StateOf` for each caller. They share what they have asked. */
export function createStates(askStatus: AskStatus): (caller: string | undefined) => StateOf {
  const known = new Map<string, Asked>();

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
        if ((state === undefined || !isFinal(state)) && known.get(key) === asked) known.delete(key);
      }
    }
    const asked: Asked = { state: Promise.resolve().then(askAndForget), sharers };
    return asked;
  }

  return (caller) => (integrationId, clientRequestId) => {
    const key = `${integrationId}/${clientRequestId}`;
    const before = known.get(key);
    // A refusal that is still on its way is not meant for whoever asks now.
    const asked =
      before === undefined || before.sharers.isRefused
        ? ask(key, integrationId, clientRequestId, caller)
        : before;
    asked.sharers.join({ caller });
    known.set(key, asked);
    const [oldest] = known.keys();
    if (known.size > MOST_STATES && oldest !== undefined) known.delete(oldest);
    return asked.state;
  };
}
