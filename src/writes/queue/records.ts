import { z } from 'zod';
import { UPLOAD_OBJECT_TYPES, type UploadObjectType } from '../../crm/object-types.js';
import { CHANGE_REASONS, CHANGE_STATES } from './types.js';

/*
 * What the queue keeps in the store. All of an integration is under its ID:
 *
 *   queue/<integration>/object/<type>/<object>  the versions of an object that the queue knows
 *   queue/<integration>/line/<seq>              a version's line, until it has ended
 *   queue/<integration>/next/<type>/<place>     an object whose turn will come
 *   queue/<integration>/later/<time>/<type>/<object>  an object that waits for its account
 *   queue/<integration>/batch/<type>/<seq>      versions that are sent together
 *   queue/<integration>/members/<seq>/<slice>   which versions these are
 *   queue/<integration>/accounts/<seq>          accounts that were sent lately, for the pause after them
 *   queue/<integration>/dead/<seq>              a dead letter
 *   queue/<integration>/schema/<type>           the live schema as last seen
 *   ticket/<ticket>, change/<ticket>/<index>    what its sender may ask about
 *   queue/<integration>/lease                   which replica sends
 *   queues/<integration>                        which integrations have a queue
 *   ended/<seq>                                 a ticket, or an object, that may be forgotten in time
 */

const TYPE = z.enum(UPLOAD_OBJECT_TYPES);

/** A version of an object. */
const VERSION = z.object({
  seq: z.string(),
  /** The place in the order of sending, which a newer version takes over. */
  place: z.string(),
  modifiedAt: z.number().nullable(),
  digest: z.string(),
  bytes: z.number(),
  accountId: z.string().nullable(),
  /** Who has queued it. */
  caller: z.string().nullable(),
  /** How often it was sent and refused. */
  attempts: z.number(),
  /** The most versions that may be sent with it: Gong has refused a larger upload as a whole. */
  mostTogether: z.number().nullable(),
  /** The time, as in its key, when it is to be sent again: it waits for its account, or for Gong to recover. */
  dueAt: z.string().nullable(),
  /** Why it waits. */
  reason: z.enum(CHANGE_REASONS).nullable(),
  /** The changes, by ticket and index, that end with it. */
  waiters: z.array(z.tuple([z.string(), z.number()])),
});
export type Version = z.infer<typeof VERSION>;

/** By when they were modified. Of two versions without a date, the one that came later is the newer one. */
export function isOlder(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && one < other;
}

const OBJECT = z.object({
  /** The newest version, not sent yet. */
  queued: VERSION.nullable(),
  /** The version in a batch. */
  sent: VERSION.extend({ batch: z.string() }).nullable(),
  /** The last version that Gong has stored. */
  done: z.object({ modifiedAt: z.number().nullable(), digest: z.string() }).nullable(),
  /** Its dead letter. */
  dead: z.string().nullable(),
  /** Its place in the order of what is forgotten; `null` while anything is under way. */
  keptAs: z.string().nullable(),
});
export type ObjectRecord = z.infer<typeof OBJECT>;

export const NEW_OBJECT: ObjectRecord = { queued: null, sent: null, done: null, dead: null, keptAs: null };

const BATCH = z.object({
  clientRequestId: z.string(),
  objectType: TYPE,
  /** How many lists of members there are. */
  slices: z.number(),
  /** Whether it is complete, because it may have been sent. */
  isClosed: z.boolean(),
  /** The lowest place among the members. */
  oldest: z.string(),
  /** Who has queued how many of the members. */
  writers: z.array(z.tuple([z.string().nullable(), z.number()])),
  /** When Gong received it, in milliseconds since 1970. */
  acceptedAt: z.number().nullable(),
});
export type Batch = z.infer<typeof BATCH>;

/** Object, version, and when the object was modified. */
const MEMBERS = z.array(z.tuple([z.string(), z.string(), z.number().nullable()]));
export type Members = z.infer<typeof MEMBERS>;

const TICKET = z.object({
  integrationId: z.string(),
  queuedAt: z.number(),
  count: z.number(),
  /** How many of its changes have not ended. */
  open: z.number(),
  caller: z.string().nullable(),
  notify: z.string().nullable(),
});
export type TicketRecord = z.infer<typeof TICKET>;

const CHANGE = z.object({
  objectType: TYPE,
  objectId: z.string(),
  /** Its final state; `null` while the object's record tells. */
  state: z.enum(CHANGE_STATES).nullable(),
  reason: z.enum(CHANGE_REASONS).nullable(),
  message: z.string().nullable(),
  clientRequestId: z.string().nullable(),
});
export type ChangeRecord = z.infer<typeof CHANGE>;

const DEAD = z.object({
  objectType: TYPE,
  objectId: z.string(),
  modifiedAt: z.number().nullable(),
  accountId: z.string().nullable(),
  reason: z.enum(CHANGE_REASONS),
  message: z.string().nullable(),
  attempts: z.number(),
  diedAt: z.number(),
  /** The request that it was last sent in; `null` in records of earlier versions. */
  clientRequestId: z.string().nullable().default(null),
  line: z.string(),
});
export type DeadRecord = z.infer<typeof DEAD>;

const ACCOUNTS_SENT = z.object({ oldest: z.string(), acceptedAt: z.number() });
export type AccountsSent = z.infer<typeof ACCOUNTS_SENT>;

/** Parses a record. Anyone with access to the store can write to it, so one that makes no sense counts as absent. */
function reader<T>(shape: z.ZodType<T>) {
  return (text: string | null | undefined): T | null => {
    if (text == null) return null;
    try {
      return shape.parse(JSON.parse(text));
    } catch {
      return null;
    }
  };
}

export const readObject = reader<ObjectRecord>(OBJECT);
export const readBatch = reader<Batch>(BATCH);
export const readMembers = reader<Members>(MEMBERS);
export const readTicket = reader<TicketRecord>(TICKET);
export const readChange = reader<ChangeRecord>(CHANGE);
export const readDead = reader<DeadRecord>(DEAD);
export const readAccountsSent = reader<AccountsSent>(ACCOUNTS_SENT);

export const QUEUES = 'queues/';

/** The keys of one integration. */
export function keysOf(integrationId: string) {
  const own = `queue/${integrationId}`;
  return {
    object: (type: UploadObjectType, objectId: string) => `${own}/object/${type}/${objectId}`,
    line: (seq: string) => `${own}/line/${seq}`,
    next: (type: UploadObjectType, place = '') => `${own}/next/${type}/${place}`,
    later: (time: string, type: UploadObjectType, objectId: string) =>
      `${own}/later/${time}/${type}/${objectId}`,
    allLater: `${own}/later/`,
    batch: (type: UploadObjectType, seq: string) => `${own}/batch/${type}/${seq}`,
    allBatches: `${own}/batch/`,
    members: (batch: string, slice: number) => `${own}/members/${batch}/${String(slice).padStart(4, '0')}`,
    accountsSent: (seq = '') => `${own}/accounts/${seq}`,
    dead: (seq = '') => `${own}/dead/${seq}`,
    schema: (type: UploadObjectType) => `${own}/schema/${type}`,
    lease: `${own}/lease`,
    queue: `${QUEUES}${integrationId}`,
  };
}
export type QueueKeys = ReturnType<typeof keysOf>;

export const ticketKey = (ticket: string) => `ticket/${ticket}`;
export const changeKey = (ticket: string, index: number) =>
  `${changesUnder(ticket)}${String(index).padStart(6, '0')}`;
export const changesUnder = (ticket: string) => `change/${ticket}/`;

/** Names the key of the ticket or of the object that ended then. */
export const endedKey = (seq: string) => `ended/${seq}`;
