import { z } from 'zod';
import { knownErrorCode } from '../../errors.js';
import type { Redis } from '../../redis/connection.js';
import { createFanOut } from '../../redis/fan-out.js';
import { createMailbox } from '../../requests/mailbox.js';
import { createLatestProgress } from './latest-progress.js';

/** How far a file upload has come. */
export const UPLOAD_PHASES = ['RECEIVING', 'SENDING', 'ACCEPTED', 'CHECKED', 'REJECTED', 'FAILED'] as const;
export type UploadPhase = (typeof UPLOAD_PHASES)[number];

const FileProgressShape = z.object({
  phase: z.enum(UPLOAD_PHASES),
  /** As received, before inflation. */
  bytesReceived: z.number(),
  linesChecked: z.number(),
  errors: z.number(),
  partsSent: z.number(),
  /** `null` until the file is checked. */
  parts: z.number().nullable(),
  /** Why it FAILED, if known: the error that its sender received. */
  failure: z
    .object({ code: z.string().transform(knownErrorCode), message: z.string() })
    .nullable()
    .default(null),
});
export type FileProgress = z.output<typeof FileProgressShape>;
export type UploadFailure = NonNullable<FileProgress['failure']>;

export const NO_PROGRESS: FileProgress = {
  phase: 'RECEIVING',
  bytesReceived: 0,
  linesChecked: 0,
  errors: 0,
  partsSent: 0,
  parts: null,
  failure: null,
};

/**
 * Publishes the progress of file uploads to their followers. Names are `<sender>/<name>`: senders choose names for their
 * own uploads. A late follower begins with the latest progress; a slow one skips what is outdated.
 */
export interface ProgressBoard {
  post(name: string, progress: FileProgress): void;
  /** Posts FAILED for an upload that was refused before it began, unless one of that name is known. */
  postRefusal(name: string, failure: UploadFailure | null): void;
  /** Waits for an upload that has not begun; ends when it does. */
  follow(name: string): AsyncIterableIterator<FileProgress>;
  close(): Promise<void>;
}

/** Stores the latest progress and passes it to subscribers: in this process, or among replicas. */
interface PubSub {
  publish(name: string, progress: FileProgress): void;
  /** As `publish`, unless there is already progress of that name. */
  publishFirst(name: string, progress: FileProgress): void;
  /** Calls back with the latest progress, if there is any, and then with each later one. */
  subscribe(name: string, onProgress: (progress: FileProgress) => void): { end(): void };
  close(): Promise<void>;
}

/** How long the latest progress of an upload is kept. */
const LIFE_SECONDS = 60;

export function createProgressBoard(redis?: Redis): ProgressBoard {
  const pubSub = redis === undefined ? createMemoryPubSub() : createRedisPubSub(redis);
  const followers = new Set<{ end(): void }>();
  return {
    post: pubSub.publish,
    postRefusal: (name, failure) => pubSub.publishFirst(name, { ...NO_PROGRESS, phase: 'FAILED', failure }),
    follow(name) {
      const mailbox = createMailbox<FileProgress>({ slotOf: () => 'latest', onReturn: leave });
      const follower = { end: () => mailbox.end() };
      followers.add(follower);
      const subscription = pubSub.subscribe(name, (progress) => {
        mailbox.put(progress);
        if (!isFinal(progress)) return;
        leave();
        mailbox.end();
      });
      function leave(): void {
        subscription.end();
        followers.delete(follower);
      }
      return mailbox;
    },
    async close() {
      for (const follower of followers) follower.end();
      await pubSub.close();
    },
  };
}

function isFinal({ phase }: FileProgress): boolean {
  switch (phase) {
    case 'RECEIVING':
    case 'SENDING':
      return false;
    case 'ACCEPTED':
    case 'CHECKED':
    case 'REJECTED':
    case 'FAILED':
      return true;
  }
}

function createMemoryPubSub(): PubSub {
  const latest = createLatestProgress<FileProgress>({ lifeMs: LIFE_SECONDS * 1000, isFinal });
  const subscribers = new Map<string, Set<(progress: FileProgress) => void>>();

  function publish(name: string, progress: FileProgress, isRefusal: boolean): void {
    latest.set(name, progress, isRefusal);
    for (const onProgress of [...(subscribers.get(name) ?? [])]) onProgress(progress);
  }

  return {
    publish: (name, progress) => publish(name, progress, false),
    publishFirst(name, progress) {
      if (latest.get(name) === undefined) publish(name, progress, true);
    },
    subscribe(name, onProgress) {
      const present = subscribers.get(name) ?? new Set();
      subscribers.set(name, present.add(onProgress));
      const progress = latest.get(name);
      if (progress !== undefined) queueMicrotask(() => onProgress(progress));
      return {
        end() {
          present.delete(onProgress);
          if (present.size === 0) subscribers.delete(name);
        },
      };
    },
    close: async () => latest.clear(),
  };
}

function createRedisPubSub(redis: Redis): PubSub {
  const fanOut = createFanOut(redis);
  const channelOf = (name: string) => `${redis.options.keyPrefix ?? ''}upload:{${name}}:news`;
  const keyOf = (name: string) => `upload:{${name}}:last`;
  // Without Redis no follower hears of progress, but uploads go on.
  const ignore = () => undefined;

  return {
    publish(name, progress) {
      const text = JSON.stringify(progress);
      redis.set(keyOf(name), text, 'EX', LIFE_SECONDS).catch(ignore);
      redis.publish(channelOf(name), text).catch(ignore);
    },
    publishFirst(name, progress) {
      const text = JSON.stringify(progress);
      redis
        .set(keyOf(name), text, 'EX', LIFE_SECONDS, 'NX')
        .then((set) => (set === null ? undefined : redis.publish(channelOf(name), text)))
        .catch(ignore);
    },
    subscribe(name, onProgress) {
      let ended = false;
      const hear = (text: string | null) => {
        const progress = ended || text === null ? null : readProgress(text);
        if (progress !== null) onProgress(progress);
      };
      const subscription = fanOut.subscribe(channelOf(name), hear);
      // Subscribed first, so that nothing is missed between reading the latest progress and the next one.
      subscription.begun.then(() => redis.get(keyOf(name))).then(hear, ignore);
      return {
        end() {
          ended = true;
          subscription.end();
        },
      };
    },
    close: () => fanOut.close(),
  };
}

function readProgress(text: string): FileProgress | null {
  try {
    return FileProgressShape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
