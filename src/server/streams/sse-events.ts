import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Results } from '../operations/prepare.js';

export interface EventStreamOptions {
  readonly pingMs: number;
  /** Aborts when the gateway stops: the response ends without `complete`, so that clients connect again. */
  readonly signal: AbortSignal;
}

/** A comment: keeps proxies from closing a quiet stream, and finds out who has gone. */
const PING = ':\n\n';

/**
 * Writes results as events until the last one, or until the client leaves. No more than one event waits for a
 * client, and a client that has read nothing between two pings is cut.
 */
export async function writeEvents(
  response: ServerResponse,
  results: Results,
  { pingMs, signal }: EventStreamOptions,
): Promise<void> {
  const stream = Symbol.asyncIterator in results ? results : only(results);
  const stop = () => void stream.return?.().catch(() => undefined);
  const pings = setInterval(createPing(response), pingMs);
  response.once('close', stop);
  signal.addEventListener('abort', stop, { once: true });
  response.write(PING);
  try {
    if (signal.aborted || response.destroyed) return;
    for await (const result of stream) {
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

async function* only<T>(result: T): AsyncGenerator<T, void, void> {
  yield result;
}

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
