import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FormattedExecutionResult } from 'graphql';

export interface EventStreamOptions {
  readonly pingMs: number;
  /** Aborts when the gateway shuts down: the response ends without `complete`, so that clients reconnect. */
  readonly signal: AbortSignal;
}

/** A comment. It keeps proxies from closing an idle stream and reveals clients that have gone. */
const PING = ':\n\n';
/**
 * Writes results as events until the last one, or until the client disconnects. Asks for the next result when the last
 * one has been written, and disconnects a client that has read nothing between two pings.
 */
export async function writeEvents(
  response: ServerResponse,
  results: AsyncIterableIterator<FormattedExecutionResult>,
  { pingMs, signal }: EventStreamOptions,
): Promise<void> {
  const stop = () => void results.return?.().catch(() => undefined);
  const pings = setInterval(createPing(response), pingMs);
  response.once('close', stop);
  signal.addEventListener('abort', stop, { once: true });
  response.write(PING);
  try {
    if (signal.aborted || response.destroyed) return;
    for await (const result of results) {
      if (response.destroyed) return;
      if (!response.write(`event: next\ndata: ${JSON.stringify(result)}\n\n`))
        await drained(response, signal);
    }
    if (!signal.aborted) response.write('event: complete\ndata: \n\n');
  } finally {
    clearInterval(pings);
    response.off('close', stop);
    signal.removeEventListener('abort', stop);
    stop();
    if (signal.aborted && response.writableNeedDrain) response.destroy();
    else response.end();
  }
}

/** Resolves when the client has read what was written, has disconnected, or the signal aborts. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const options = { signal: AbortSignal.any([over.signal, signal]) };
  await Promise.race([once(response, 'drain', options), once(response, 'close', options)]).catch(
    () => undefined,
  );
  over.abort();
}

function createPing(response: ServerResponse): () => void {
  let read = -1;
  return () => {
    const { writableNeedDrain, socket } = response;
    if (!writableNeedDrain) {
      read = -1;
      response.write(PING);
      return;
    }
    const written = socket?.bytesWritten ?? 0;
    if (written === read) response.destroy();
    read = written;
  };
}
