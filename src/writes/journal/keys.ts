/** Where one tenant's journal is in the store that all tenants share. */
export interface JournalKeys {
  /** Prefix of the entries, which are in the order of their sending. */
  readonly entries: string;
  /** Prefix of the entries that are followed. */
  readonly open: string;
  readonly entry: (id: string) => string;
  readonly openEntry: (id: string) => string;
  /** Where the ID of the entry of a request is. */
  readonly name: (integrationId: string, clientRequestId: string) => string;
  /** Announced when an entry has changed. */
  readonly topic: string;
}

/** Prefix of a key for each entry of any tenant, in the order of their sending: the oldest of all expire. */
export const ALL = 'all/';

/** @param scope the tenant's own, which ends in a slash */
export function journalKeys(scope: string): JournalKeys {
  const entries = `${scope}entry/`;
  const open = `${scope}open/`;
  return {
    entries,
    open,
    entry: (id) => `${entries}${id}`,
    openEntry: (id) => `${open}${id}`,
    name: (integrationId, clientRequestId) => `${scope}name/${integrationId}/${clientRequestId}`,
    topic: scope,
  };
}
