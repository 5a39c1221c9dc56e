import { z } from 'zod';
import { UPLOAD_OBJECT_TYPES } from '../../crm/object-types.js';
import { observe, progressOf, UNSEEN } from '../../crm/request-progress.js';
import { isFinal, MAX_REPORTED_LINE_ERRORS, type RequestStatus } from '../../crm/request-status.js';
import { parseJson } from '../../parse-json.js';
import type { ObjectError } from '../lists/sent-objects.js';
import {
  isEnded,
  JOURNAL_KINDS,
  JOURNAL_STATES,
  type JournalEntry,
  type SentRequest,
  type Writer,
} from './types.js';

/** What an entry of the journal is, and how it changes. */

/** Callers with lists in one upload. */
const MAX_WRITERS = 1_000;
/** Above this many, only one operation of each caller is remembered. */
const MAX_OPERATIONS = 50;
/** That are told of the end of one request. */
const MAX_ADDRESSES = 100;
/** Gong's descriptions are cut to this. */
const MAX_DESCRIPTION_CHARS = 500;

const Stored = z.object({
  kind: z.enum(JOURNAL_KINDS),
  integrationId: z.string().nullable(),
  clientRequestId: z.string().nullable(),
  objectType: z.enum(UPLOAD_OBJECT_TYPES).nullable(),
  objectCount: z.number().nullable(),
  writers: z.array(
    z.object({
      caller: z.string().nullable(),
      operationId: z.string().nullable(),
      objectCount: z.number().nullable(),
    }),
  ),
  gongRequestId: z.string().nullable(),
  sentAt: z.number(),
  state: z.enum(JOURNAL_STATES),
  endedAt: z.number().nullable(),
  message: z.string().nullable(),
  errors: z.array(
    z.object({
      line: z.number(),
      description: z.string(),
      objectId: z.string().nullable(),
      objectType: z.enum(UPLOAD_OBJECT_TYPES).nullable(),
    }),
  ),
  totalErrorCount: z.number().nullable(),
  totalSuccessCount: z.number().nullable(),
  notify: z.array(z.string()),
});

/** With the addresses that are told of its end. */
export type StoredEntry = JournalEntry & { readonly notify: readonly string[] };

/** A status with the objects of its errors. */
export interface NamedStatus extends RequestStatus {
  readonly errors: readonly ObjectError[];
}

export function pack({ id: _, ...entry }: StoredEntry): string {
  return JSON.stringify(entry);
}

/** `null` for what is no entry: others may write to the store, too. */
export function unpack(id: string, text: string): StoredEntry | null {
  const { data } = Stored.safeParse(parseJson(text));
  return data === undefined ? null : { id, ...data };
}

const ANSWER_LOST = 'Gong’s answer was lost, so it may have the request or not.';

export function sentEntry({ isUnsure, ...request }: SentRequest, id: string, now: number): StoredEntry {
  const isSynchronous = request.clientRequestId === null;
  return {
    ...request,
    id,
    sentAt: now,
    writers: bounded(request.writers),
    state: isSynchronous ? (isUnsure ? 'LOST' : 'DONE') : 'PENDING',
    endedAt: isSynchronous ? now : null,
    message: isUnsure ? ANSWER_LOST : null,
    errors: [],
    totalErrorCount: null,
    totalSuccessCount: null,
    notify: [],
  };
}

/** The entry of a request that was sent again under its name: the first time, the answer was lost. */
export function sentAgain(
  before: StoredEntry,
  { isUnsure, writers, gongRequestId }: SentRequest,
): StoredEntry {
  const known = new Set(before.writers.map(({ caller }) => caller));
  const more = writers.filter(({ caller }) => !known.has(caller));
  return {
    ...before,
    writers: bounded([...before.writers, ...more]),
    gongRequestId: gongRequestId ?? before.gongRequestId,
    ...(before.state === 'LOST' ? { state: 'PENDING', endedAt: null } : {}),
    message: isUnsure ? ANSWER_LOST : null,
  };
}

/** @throws Error if it has too many */
export function withAddress(before: StoredEntry, url: string): StoredEntry {
  if (before.notify.includes(url)) return before;
  if (before.notify.length === MAX_ADDRESSES)
    throw new Error(`needed at most ${MAX_ADDRESSES} addresses to be told of a request, got another one`);
  return { ...before, notify: [...before.notify, url] };
}

/** The entry after Gong has answered a status, or `null` if that says nothing new. */
export function withStatus(before: StoredEntry, answered: NamedStatus, now: number): StoredEntry | null {
  const { state, totalErrorCount, totalSuccessCount } = answered;
  const errors = answered.errors
    .slice(0, MAX_REPORTED_LINE_ERRORS)
    .map((error) => ({ ...error, description: error.description.slice(0, MAX_DESCRIPTION_CHARS) }));
  const status = { state, errors, totalErrorCount, totalSuccessCount };
  const known = before.state === 'LOST' ? UNSEEN : progressOf({ ...before, state: before.state });
  const observation = observe(known, status);
  const isNews = observation === 'changed' || (observation === 'same' && before.message !== null);
  return isNews ? { ...before, ...status, message: null, endedAt: isFinal(state) ? now : null } : null;
}

/** The entry of a request of which nothing more can be learned. */
export function lostEntry(before: StoredEntry, message: string, now: number): StoredEntry | null {
  return isEnded(before.state) ? null : { ...before, state: 'LOST', message, endedAt: now };
}

/** One writer for each caller, if there are many. */
function bounded(writers: readonly Writer[]): readonly Writer[] {
  if (writers.length <= MAX_OPERATIONS) return writers;
  const byCaller = new Map<string | null, Writer>();
  for (const writer of writers) {
    const before = byCaller.get(writer.caller);
    const objectCount = (writer.objectCount ?? 0) + (before?.objectCount ?? 0);
    byCaller.set(writer.caller, { ...(before ?? writer), objectCount });
  }
  return [...byCaller.values()].slice(0, MAX_WRITERS);
}
