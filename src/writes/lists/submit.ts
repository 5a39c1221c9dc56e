import type { UploadObjectType } from '../../crm/object-types.js';
import type { GongClient, UploadRequest } from '../../gong/types.js';
import { listContent } from '../ledger/content.js';
import type { SubmissionLedger } from '../ledger/ledger.js';
import type { Submitted } from '../ledger/types.js';
import type { SentList, SentObjects } from './sent-objects.js';

export interface SubmittedList extends Pick<SentList, 'owners' | 'lists'> {
  readonly objectType: UploadObjectType;
  readonly integrationId: string;
  readonly clientRequestId?: string | undefined;
  /** LDJSON. */
  readonly file: string;
  /** One per line. */
  readonly objectIds: readonly string[];
  /** What the caller sent, if the file has more; default: the file. */
  readonly given?: string;
  /** Prefix of names derived from the content; default: the type. */
  readonly kind?: string;
  /** Default: an upload of objects. */
  readonly send?: (request: UploadRequest) => Promise<void>;
  /** See `Submission`. */
  readonly onWait?: () => void;
  /** One for each of the lists that share the request; default: the sender's caller. */
  readonly writers?: readonly ListWriter[];
}

/** Whose list it was. */
export interface ListWriter {
  /** Under whose key turns in the budget are counted; `undefined`: the gateway itself. */
  readonly caller: string | undefined;
  readonly objectCount: number;
}

/** A request of lists that Gong has accepted. */
export interface UploadedLists {
  readonly integrationId: string;
  readonly clientRequestId: string;
  readonly objectType: UploadObjectType;
  /** Lists that share a request may have objects in common, so this may be less than the writers' objects together. */
  readonly objectCount: number;
  readonly writers: readonly ListWriter[];
}

export interface ListSender {
  readonly gong: GongClient;
  readonly ledger: SubmissionLedger;
  readonly sentObjects: SentObjects;
  /** Whose lists are sent; default: the gateway's own. */
  readonly caller?: string | undefined;
  /** Called after each request that was sent, and not for repeats that were not. The result waits for it; must not reject. */
  readonly onUploaded?: ((upload: UploadedLists) => void | Promise<void>) | undefined;
}

/**
 * Sends a list as one request, unless that would be a repeat.
 *
 * @throws GatewayError CONFLICT if the caller's ID was used for other content, or Gong's error
 */
export function submitList(list: SubmittedList, sender: ListSender): Promise<Submitted> {
  const { objectType, integrationId, clientRequestId, objectIds, owners, lists, onWait } = list;
  const { gong, ledger, sentObjects, onUploaded } = sender;
  const writers = list.writers ?? [{ caller: sender.caller, objectCount: objectIds.length }];
  const kind = list.kind ?? objectType.toLowerCase();
  const content = Promise.resolve(listContent(kind, integrationId, list.given ?? list.file));
  const file = new Blob([list.file]);
  const send = list.send ?? ((request) => gong.uploadObjects(objectType, request, { priority: 'upload' }));
  return ledger.submit(
    { integrationId, clientRequestId, kind, content, onWait, caller: writers[0]?.caller },
    async (attempt) => {
      const request = await attempt.submit(attempt.clientRequestId, (name) => send({ ...name, file }));
      await sentObjects.remember(integrationId, request.clientRequestId, {
        ...{ objectType, ids: objectIds, owners, lists },
      });
      await onUploaded?.({ ...request, objectType, objectCount: objectIds.length, writers });
      return [request];
    },
  );
}
