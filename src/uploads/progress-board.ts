import { z } from 'zod';
import type { Redis } from '../redis.js';
import { createMailbox } from '../requests/mailbox.js';
import { createFanOut } from '../requests/redis-fan-out.js';

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
/** In this process; callers may choose a new name every time, and push out none but their own. */
const MOST_LAST_WORDS = 10_000;
const MOST_LAST_WORDS_OF_ONE = 1_000;

export function createProgressBoard(redis?: Redis): ProgressBoard {
  const carrier = redis === undefined ? createMemoryCarrier() : createRedisCarrier(redis);
  const followers = new Set<{ end(): void }>();
  return {
    post: carrier.send,
    postRefusal: (name, failure) => carrier.sendFirst(name, { ...NO_PROGRESS, phase: 'FAILED', failure }),
    follow(name) {
      const mailbox = createMailbox<FileProgress>({ slotOf: () => 'latest', onLeave: leave });
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

interface LastWord {
  readonly progress: FileProgress;
  readonly isRefusal: boolean;
  readonly timer: NodeJS.Timeout;
}

function createMemoryCarrier(): Carrier {
  /** By sender, the oldest first. */
  const lastWords = new Map<string, Map<string, LastWord>>();
  const listeners = new Map<string, Set<(progress: FileProgress) => void>>();
  let count = 0;

  const lastWord = (name: string) => lastWords.get(senderOf(name))?.get(name);

  function forget(name: string): void {
    const own = lastWords.get(senderOf(name));
    const word = own?.get(name);
    if (own === undefined || word === undefined) return;
    clearTimeout(word.timer);
    own.delete(name);
    count -= 1;
    if (own.size === 0) lastWords.delete(senderOf(name));
  }

  function remember(name: string, progress: FileProgress, isRefusal: boolean): void {
    forget(name);
    const timer = setTimeout(forget, LAST_WORD_LIFE_SECONDS * 1000, name).unref();
    const own = lastWords.get(senderOf(name)) ?? new Map<string, LastWord>();
    lastWords.set(senderOf(name), own.set(name, { progress, isRefusal, timer }));
    count += 1;
    if (own.size > MOST_LAST_WORDS_OF_ONE) forget(leastOf(own));
    else if (count > MOST_LAST_WORDS) forget(leastOf(largest(lastWords.values())));
  }

  function tell(name: string, progress: FileProgress): void {
    for (const listener of [...(listeners.get(name) ?? [])]) listener(progress);
  }

  return {
    send(name, progress) {
      remember(name, progress, false);
      tell(name, progress);
    },
    sendFirst(name, progress) {
      if (lastWord(name) !== undefined) return;
      remember(name, progress, true);
      tell(name, progress);
    },
    listen(name, onNews) {
      const present = listeners.get(name) ?? new Set();
      listeners.set(name, present.add(onNews));
      const last = lastWord(name);
      if (last !== undefined) queueMicrotask(() => onNews(last.progress));
      return {
        end() {
          present.delete(onNews);
          if (present.size === 0) listeners.delete(name);
        },
      };
    },
    async close() {
      for (const own of lastWords.values()) for (const { timer } of own.values()) clearTimeout(timer);
    },
  };
}

/** The name of an upload is the last part; before it stands whose it is. */
function senderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

/** What is missed least: a refusal, for who has sent it knows of it; then what is over; then what is oldest. */
function leastOf(words: ReadonlyMap<string, LastWord>): string {
  let over: string | undefined;
  for (const [name, { isRefusal, progress }] of words) {
    if (isRefusal) return name;
    if (isOver(progress.phase)) over ??= name;
  }
  const [oldest = ''] = words.keys();
  return over ?? oldest;
}

function largest(all: Iterable<ReadonlyMap<string, LastWord>>): ReadonlyMap<string, LastWord> {
  let found: ReadonlyMap<string, LastWord> = new Map();
  for (const words of all) if (words.size > found.size) found = words;
  return found;
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
