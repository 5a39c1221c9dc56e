import type { Harness, HarnessOptions } from '../../support/harness.js';
import { startProxy } from '../../support/proxy.js';
import { startQueueing } from './support.js';

/** A gateway before a Gong that refuses some objects. */
export interface Refusing extends AsyncDisposable {
  readonly harness: Harness;
  /** The IDs of the refused ones, whichever their version. They are stored all the same. */
  readonly refused: Set<string>;
  /** Answers every call with 503. */
  isAway: boolean;
}

/** Gong's error for each of the objects. */
export const REFUSAL = 'no such picklist value';

export async function startRefusing(
  options: Parameters<typeof startQueueing>[0] & HarnessOptions = {},
): Promise<Refusing> {
  let upstream = '';
  const sent = new Map<string, readonly string[]>();
  const refused = new Set<string>();

  function statusOf(clientRequestId: string) {
    const ids = sent.get(clientRequestId) ?? [];
    const errors = ids.flatMap((id, index) =>
      refused.has(id) ? [{ line: index + 1, description: REFUSAL }] : [],
    );
    if (errors.length === 0) return undefined;
    const totals = { totalErrorCount: errors.length, totalSuccessCount: ids.length - errors.length };
    return { status: 200, body: JSON.stringify({ requestId: 'r', status: 'FAILED', errors, ...totals }) };
  }

  const proxy = await startProxy(
    () => upstream,
    ({ method, url, body }) => {
      if (refusing.isAway) return { status: 503, body: '{}' };
      const { pathname, searchParams } = new URL(url, upstream);
      const clientRequestId = searchParams.get('clientRequestId') ?? '';
      if (pathname === '/v2/crm/request-status') return statusOf(clientRequestId);
      if (method === 'POST' && pathname === '/v2/crm/entities') {
        const lines = [...body.matchAll(/^\{"objectId":"(.*?)"/gm)];
        sent.set(
          clientRequestId,
          lines.map(([, id = '']) => id),
        );
      }
      return undefined;
    },
  );
  const harness = await startQueueing({ ...options, gong: { ...options.gong, baseUrl: proxy.url } });
  upstream = harness.emulatorUrl;
  const refusing: Refusing = {
    harness,
    refused,
    isAway: false,
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
  return refusing;
}
