import type { Invalidations } from '../requests/invalidations.js';
import type { WatchBackend } from '../requests/watch-backend.js';
import type { ProgressBoard } from '../uploads/progress-board.js';

/**
 * One tenant's part of what the process shares: the same keys of another tenant are other keys there, in memory and
 * in Redis. Closing a part leaves the rest alone.
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
    postRefusal: (name) => board.postRefusal(`${scope}/${name}`),
    follow: (name) => board.follow(`${scope}/${name}`),
    close: async () => undefined,
  };
}
