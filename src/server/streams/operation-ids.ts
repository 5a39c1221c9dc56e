import { MessageType } from 'graphql-ws';
import { z } from 'zod';
import { parseJson } from '../../parse-json.js';

const Message = z.object({ type: z.unknown(), id: z.string().min(1) });

/**
 * graphql-ws (6.4.2) keys the operations of a socket by the client's IDs. If a client completes an operation and reuses its ID
 * before the first one has wound down, both share an entry: results of the first are sent under the ID of the second, and
 * the `finally` of the first deletes the entry of the second, which then outlives its socket.
 *
 * So graphql-ws sees a unique ID for each operation in place of the client's.
 */
export interface OperationIds {
  /** Rewrites a client's message. `taken`: it subscribes under the ID of an operation that has not ended. */
  incoming(text: string): string | { readonly taken: string };
  /** Rewrites a message of graphql-ws. `undefined` if the client has completed the operation: it must not be sent. */
  outgoing(text: string): string | undefined;
}

/** How graphql-ws serializes the beginning of every message that belongs to an operation. */
const UNIQUE_ID = /^\{"id":"([0-9]{1,15})",/;
const UNKNOWN_OPERATION = '0';

export function createOperationIds(): OperationIds {
  const uniqueIds = new Map<string, string>();
  const clientIds = new Map<string, string>();
  let count = 0;

  function end(clientId: string, uniqueId: string): void {
    uniqueIds.delete(clientId);
    clientIds.delete(uniqueId);
  }

  return {
    incoming(text) {
      const { data: message } = Message.safeParse(parseJson(text));
      // graphql-ws closes the socket if it is malformed.
      if (message === undefined) return text;
      const { type, id } = message;
      const known = uniqueIds.get(id);
      if (type === MessageType.Complete) {
        if (known !== undefined) end(id, known);
        return withId(text, known ?? UNKNOWN_OPERATION);
      }
      if (type !== MessageType.Subscribe) return text;
      if (known !== undefined) return { taken: id };
      count += 1;
      const uniqueId = String(count);
      uniqueIds.set(id, uniqueId);
      clientIds.set(uniqueId, id);
      return withId(text, uniqueId);
    },
    outgoing(text) {
      const [head, uniqueId] = UNIQUE_ID.exec(text) ?? [];
      if (head === undefined || uniqueId === undefined) return text;
      const clientId = clientIds.get(uniqueId);
      if (clientId === undefined) return undefined;
      const rest = text.slice(head.length);
      if (endsOperation(rest)) end(clientId, uniqueId);
      return `{"id":${JSON.stringify(clientId)},${rest}`;
    },
  };
}

function endsOperation(rest: string): boolean {
  return (
    rest.startsWith(`"type":"${MessageType.Complete}"`) || rest.startsWith(`"type":"${MessageType.Error}"`)
  );
}

/** Overrides the `id` of a serialized JSON object: of duplicate names, `JSON.parse` takes the last. */
function withId(text: string, id: string): string {
  return `${text.slice(0, text.lastIndexOf('}'))},"id":"${id}"}`;
}
