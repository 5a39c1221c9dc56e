import { z } from 'zod';
import type { Redis } from '../../redis.js';
import { createMailbox } from '../../requests/mailbox.js';
import { createFanOut } from '../../requests/redis-fan-out.js';
import { createLastWords } from './last-words.js';

/** How far a file upload has come. */
export const UPLOAD_PHASES = ['RECEIVING', 'SENDING', 'ACCEPTED', 'REJECTED', 'FAILED'] as const;
export type UploadPhase = (typeof UPLOAD_PHASES)[number];

const FileProgressShape = z.object({
  phase: z.enum(UPLOAD_PHASES),
  /** As received, before inflation. */
  bytesReceived: z.number(),
  linesChecked: z.number(),
  errors: z.number(),
  partsSent: z.number(),
  /** Known once the file is checked. */
  parts: z.number().nullable(),
  /** Why it FAILED, where that is known: the error that its sender got. */
  failure: z.object({ code: z.string(), message: z.string() }).nullable().default(null),
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
 * Tells those who wait for a file what has become of it. An upload is known by the name that its sender gives it,
 * within what that sender sends. Whoever comes late gets the last word; whoever reads slowly misses what is old.
 */
export interface ProgressBoard {
  post(name: string, progress: FileProgress): void;
  /** Of an upload that was refused before it began: FAILED, unless something is known of one of that name. */
  postRefusal(name: string, failure: UploadFailure | null): void;
  /** Ends with the upload. One that has not begun is waited for. */
  follow(name: string): AsyncIterableIterator<FileProgress>;
  close(): Promise<void>;
}

/** How the board's news reach the other replicas, and how long the last word is kept. */
interface Carrier {
  send(name: string, progress: FileProgress): void;
  /** As `send`, where there is no last word. */
  sendFirst(name: string, progress: FileProgress): void;
  /** The last word, if there is one, and then the news. */
  listen(name: string, onNews: (progress: FileProgress) => void): { end(): void };
  close(): Promise<void>;
}

const LAST_WORD_LIFE_SECONDS = 60;

export function createProgressBoard(redis?: Redis): ProgressBoard {
  const carrier = redis === undefined ? createMemoryCarrier() : createRedisCarrier(redis);
  const followers = new Set<{ end(): void }>();
  return {
    post: carrier.send,
    postRefusal: (name, failure) => carrier.sendFirst(name, { ...NO_PROGRESS, phase: 'FAILED', failure }),
    follow(name) {
      const mailbox = createMailbox<FileProgress>({ slotOf: () => 'latest', onReturn: leave });
      const follower = { end: () => mailbox.end() };
      followers.add(follower);
      const listening = carrier.listen(name, (progress) => {
        mailbox.put(progress);
        if (!isOver(progress.phase)) return;
        leave();
        mailbox.end();
      });
      function leave(): void {
        listening.end();
        followers.delete(follower);
      }
      return mailbox;
    },
    async close() {
      for (const follower of followers) follower.end();
      await carrier.close();
    },
  };
}

function isOver(phase: UploadPhase): boolean {
  switch (phase) {
    case 'RECEIVING':
    case 'SENDING':
      return false;
    case 'ACCEPTED':
    case 'REJECTED':
    case 'FAILED':
      return true;
  }
}

function createMemoryCarrier(): Carrier {
  const lastWords = createLastWords<FileProgress>({
    lifeMs: LAST_WORD_LIFE_SECONDS * 1000,
    isOver: ({ phase }) => isOver(phase),
  });
  const listeners = new Map<string, Set<(progress: FileProgress) => void>>();

  function tell(name: string, progress: FileProgress): void {
    for (const listener of [...(listeners.get(name) ?? [])]) listener(progress);
  }

  return {
    send(name, progress) {
      lastWords.remember(name, progress, false);
      tell(name, progress);
    },
    sendFirst(name, progress) {
      if (lastWords.of(name) !== undefined) return;
      lastWords.remember(name, progress, true);
      tell(name, progress);
    },
    listen(name, onNews) {
      const present = listeners.get(name) ?? new Set();
      listeners.set(name, present.add(onNews));
      const last = lastWords.of(name);
      if (last !== undefined) queueMicrotask(() => onNews(last));
      return {
        end() {
          present.delete(onNews);
          if (present.size === 0) listeners.delete(name);
        },
      };
    },
    close: async () => lastWords.forgetAll(),
  };
}

function createRedisCarrier(redis: Redis): Carrier {
  const fanOut = createFanOut(redis);
  const channelOf = (name: string) => `${redis.options.keyPrefix ?? ''}upload:{${name}}:news`;
  const keyOf = (name: string) => `upload:{${name}}:last`;
  // Progress is a courtesy: where Redis is away, nobody is told, and the upload goes on.
  const ignore = () => undefined;

  return {
    send(name, progress) {
      const text = JSON.stringify(progress);
      redis.set(keyOf(name), text, 'EX', LAST_WORD_LIFE_SECONDS).catch(ignore);
      redis.publish(channelOf(name), text).catch(ignore);
    },
    sendFirst(name, progress) {
      const text = JSON.stringify(progress);
      redis
        .set(keyOf(name), text, 'EX', LAST_WORD_LIFE_SECONDS, 'NX')
        .then((set) => (set === null ? undefined : redis.publish(channelOf(name), text)))
        .catch(ignore);
    },
    listen(name, onNews) {
      let ended = false;
      const hear = (text: string | null) => {
        const progress = ended || text === null ? null : readProgress(text);
        if (progress !== null) onNews(progress);
      };
      const subscription = fanOut.subscribe(channelOf(name), hear);
      // Listening first, so that no news falls between the last word and the next.
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
