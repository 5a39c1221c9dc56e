import type { Invalidations } from '../requests/invalidations.js';
import type { WatchBackend } from '../requests/watch-backend.js';
import type { ProgressBoard } from '../writes/files/progress-board.js';
import type { WriteMemory } from '../writes/memory.js';

/**
 * One tenant's part of what the process shares: keys get a prefix, so that tenants do not see each other's, in memory or
 * in Redis. Closing a part leaves the rest open.
 */

export function scopeBackend(backend: WatchBackend, scope: string): WatchBackend {
  return {
    heartbeatMs: backend.heartbeatMs,
    open: (key, onNews) => backend.open(`${scope}/${key}`, onNews),
    announceDeletion: (key) => backend.announceDeletion(`${scope}/${key}`),
    close: async () => undefined,
  };
}

export function scopeInvalidations(invalidations: Invalidations, scope: string): Invalidations {
  return {
    announce: (inner) => invalidations.announce(`${scope}/${inner}`),
    onAnnounced: (inner, callback) => invalidations.onAnnounced(`${scope}/${inner}`, callback),
    close: async () => undefined,
  };
}

export function scopeBoard(board: ProgressBoard, scope: string): ProgressBoard {
  return {
    post: (name, progress) => board.post(`${scope}/${name}`, progress),
    postRefusal: (name, failure) => board.postRefusal(`${scope}/${name}`, failure),
    follow: (name) => board.follow(`${scope}/${name}`),
    close: async () => undefined,
  };
}

export function scopeWrites(writes: WriteMemory, scope: string): WriteMemory {
  const { store, turns, sentObjects, failedLists } = writes;
  const within = (key: string) => `${scope}/${key}`;
  return {
    store: {
      counts: (integrationId) => store.counts(within(integrationId)),
      step: (integrationId, step) => store.step(within(integrationId), step),
      byContent: (integrationId, content) => store.byContent(within(integrationId), content),
      byName: (integrationId, clientRequestId) => store.byName(within(integrationId), clientRequestId),
      remember: (integrationId, sent) => store.remember(within(integrationId), sent),
    },
    turns: { take: (key, work, onWait) => turns.take(within(key), work, onWait) },
    sentObjects: {
      remember: (integrationId, clientRequestId, sent) =>
        sentObjects.remember(within(integrationId), clientRequestId, sent),
      name: (integrationId, clientRequestId, errors, caller) =>
        sentObjects.name(within(integrationId), clientRequestId, errors, caller),
    },
    failedLists: {
      add: (integrationId, lists) => failedLists.add(within(integrationId), lists),
      has: (integrationId, list) => failedLists.has(within(integrationId), list),
    },
  };
}
