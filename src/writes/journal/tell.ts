import type { Webhooks } from '../../webhooks/webhooks.js';
import type { StoredEntry } from './entry.js';

/**
 * Tells of a request's end: the operator and everyone if that is news, otherwise those who have asked for it since. Addresses
 * that callers have named get Gong's errors only if there is one writer, because the errors name objects.
 *
 * @throws StoreError
 */
export async function tellOfEnd(
  before: StoredEntry | null,
  after: StoredEntry,
  webhooks: Pick<Webhooks, 'enqueue'>,
): Promise<void> {
  const { id, state, endedAt, kind, objectType, objectCount, integrationId, clientRequestId } = after;
  const { message, totalErrorCount, totalSuccessCount, errors } = after;
  const outcome = state.toLowerCase();
  const event = { id: `request-${id}-${outcome}`, type: `request.${outcome}`, at: endedAt ?? after.sentAt };
  const data = {
    ...{ clientRequestId, integrationId, kind, objectType, objectCount, state, message },
    ...{ totalErrorCount, totalSuccessCount },
  };
  const isShared = new Set(after.writers.map(({ caller }) => caller)).size > 1;
  const isNews = before?.state !== state;
  const urls = isNews ? after.notify : after.notify.filter((url) => !before.notify.includes(url));
  if (isNews) await webhooks.enqueue({ ...event, data: { ...data, errors } });
  for (const url of urls) {
    await webhooks.enqueue({ ...event, data: { ...data, errors: isShared ? null : errors } }, url);
  }
}
