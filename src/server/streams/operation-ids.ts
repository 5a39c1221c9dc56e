import { MessageType } from 'graphql-ws';

/**
 * graphql-ws (6.4.2) keeps the operations of a socket by the client's IDs. When a client completes an operation and
 * uses its ID again before the first one has wound down, the two share an entry: results of the first are sent under
 * the ID of the second, and the `finally` of the first deletes the entry of the second, which then outlives its socket.
 *
 * So every operation of a socket gets an ID of its own here, which graphql-ws sees in place of the client's.
 */
export interface OperationIds {
  /** A client's message as graphql-ws is to see it, or `'taken'`: it subscribes under the ID of a running operation. */
  incoming(text: string): string | { readonly taken: string };
  /** A message of graphql-ws as the client is to see it; `undefined` if the client has completed the operation. */
  outgoing(text: string): string | undefined;
}

/** How graphql-ws begins every message that belongs to an operation. */
const OWN_ID = /^\{"id":"([0-9]{1,15})",/;
const NO_OPERATION = '0';

export function createOperationIds(): OperationIds {
  const ownIds = new Map<string, string>();
  const clientIds = new Map<string, string>();
  let count = 0;

  function end(clientId: string, ownId: string): void {
    ownIds.delete(clientId);
    clientIds.delete(ownId);
  }

  return {
    incoming(text) {
      const message = parseMessage(text);
      // graphql-ws says what is wrong with it.
      if (message === undefined) return text;
      const { type, id } = message;
      const known = ownIds.get(id);
      if (type === MessageType.Complete) {
        if (known !== undefined) end(id, known);
        return withId(text, known ?? NO_OPERATION);
      }
      if (type !== MessageType.Subscribe) return text;
      if (known !== undefined) return { taken: id };
      count += 1;
      const ownId = String(count);
      ownIds.set(id, ownId);
      clientIds.set(ownId, id);
      return withId(text, ownId);
    },
    outgoing(text) {
      const [head, ownId] = OWN_ID.exec(text) ?? [];
      if (head === undefined || ownId === undefined) return text;
      const clientId = clientIds.get(ownId);
      if (clientId === undefined) return undefined;
      const rest = text.slice(head.length);
      if (endsOperation(rest)) end(clientId, ownId);
      return `{"id":${JSON.stringify(clientId)},${rest}`;
    },
  };
}

function endsOperation(rest: string): boolean {
  return (
    rest.startsWith(`"type":"${MessageType.Complete}"`) || rest.startsWith(`"type":"${MessageType.Error}"`)
  );
}

/** The text of a JSON object with another `id`: of a name that comes twice, `JSON.parse` takes the last. */
function withId(text: string, id: string): string {
  return `${text.slice(0, text.lastIndexOf('}'))},"id":"${id}"}`;
}

/** What is needed of a message with an ID; `undefined` for any other text. */
function parseMessage(text: string): { readonly type: unknown; readonly id: string } | undefined {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null || !('id' in message && 'type' in message))
      return undefined;
    const { type, id } = message;
    return typeof id === 'string' && id !== '' ? { type, id } : undefined;
  } catch {
    return undefined;
  }
}
