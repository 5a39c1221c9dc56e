import type { RequestState } from '../../crm/object-types.js';
import { isFinal } from '../../crm/request-status.js';
import type { GongClient } from '../../gong/types.js';

export type AskStatus = GongClient['requestStatus'];

/**
 * The state of a request at Gong; rejects as a call of Gong does. Those who ask at once share a call, and a final state
 * is asked for once, so that repeats of a file of many parts do not cost a call each.
 */
export type StateOf = (integrationId: string, clientRequestId: string) => Promise<RequestState>;

/** Final states that are kept, the latest ones. */
const MOST_STATES = 10_000;

export function createStateOf(askStatus: AskStatus): StateOf {
  const known = new Map<string, Promise<RequestState>>();

  async function ask(key: string, integrationId: string, clientRequestId: string): Promise<RequestState> {
    let state: RequestState | undefined;
    try {
      ({ state } = await askStatus(integrationId, clientRequestId));
      return state;
    } finally {
      if (state === undefined || !isFinal(state)) known.delete(key);
    }
  }

  return (integrationId, clientRequestId) => {
    const key = `${integrationId}/${clientRequestId}`;
    const asked = known.get(key) ?? ask(key, integrationId, clientRequestId);
    known.set(key, asked);
    const [oldest] = known.keys();
    if (known.size > MOST_STATES && oldest !== undefined) known.delete(oldest);
    return asked;
  };
}
