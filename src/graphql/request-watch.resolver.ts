import { Authorized, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import type { WatchEvent } from '../requests/watcher.js';
import { CheckedArg, checks, listOf, refuseBadValue } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { IntegrationIdArg } from './integration-id.arg.js';
import { RequestStatus, toRequestStatus } from './request-status.type.js';

/** A page that shows more at once shows nothing. */
const MAX_WATCHED = 100;

const CLIENT_REQUEST_ID = checks.clientRequestId;
const CLIENT_REQUEST_IDS = listOf(checks.clientRequestId, 'ID', MAX_WATCHED);
const INTEGRATION_ID = checks.integrationId.nullish();

interface Subscribing<Args> {
  readonly args: Args & { readonly integrationId?: string | null };
  readonly context: Context;
}

async function watch(
  context: Context,
  given: string | null | undefined,
  clientRequestIds: readonly string[],
): Promise<AsyncIterable<WatchEvent>> {
  // type-graphql asks only when the first result is there; Gong must not be asked before.
  needScope(context.caller, 'api:crm:upload', 'This subscription');
  refuseBadValue('integrationId', given, INTEGRATION_ID);
  const integrationId = await integrationIdOf(context, given);
  return context.requests.watch(integrationId, clientRequestIds);
}

async function statusOf({ uploads }: Context, event: WatchEvent): Promise<RequestStatus> {
  switch (event.kind) {
    case 'status':
      return toRequestStatus(uploads, event.integrationId, event.clientRequestId, event.status);
    case 'lost':
      throw event.error;
  }
}

@Resolver()
export class RequestWatchResolver {
  @Authorized('api:crm:upload')
  @Subscription(() => RequestStatus, {
    description:
      'Follows an upload or a deletion: its present state at once, then every change. Completes after DONE or ' +
      'FAILED; an ID that Gong does not know is a NOT_FOUND error, and the end. However many follow a request, ' +
      'Gong is asked once.',
    subscribe({ args, context }: Subscribing<{ readonly clientRequestId: string }>) {
      refuseBadValue('clientRequestId', args.clientRequestId, CLIENT_REQUEST_ID);
      return watch(context, args.integrationId, [args.clientRequestId]);
    },
  })
  requestStatusChanged(
    @Ctx() context: Context,
    @Root() event: WatchEvent,
    @CheckedArg('clientRequestId', () => ID, {
      description: 'The ID that the upload or deletion was given, or that its result named.',
      check: CLIENT_REQUEST_ID,
    })
    _clientRequestId: string,
    @IntegrationIdArg() _integrationId?: string,
  ): Promise<RequestStatus> {
    return statusOf(context, event);
  }

  @Authorized('api:crm:upload')
  @Subscription(() => RequestStatus, {
    description:
      'Follows many uploads or deletions at once, as `requestStatusChanged` does each. An ID that Gong does not ' +
      'know is a NOT_FOUND error, and the others go on. Completes when all have ended.',
    subscribe({ args, context }: Subscribing<{ readonly clientRequestIds: readonly string[] }>) {
      refuseBadValue('clientRequestIds', args.clientRequestIds, CLIENT_REQUEST_IDS);
      return watch(context, args.integrationId, args.clientRequestIds);
    },
  })
  requestStatusesChanged(
    @Ctx() context: Context,
    @Root() event: WatchEvent,
    @CheckedArg('clientRequestIds', () => [ID], {
      description: 'Up to 100 IDs of uploads and deletions.',
      check: CLIENT_REQUEST_IDS,
    })
    _clientRequestIds: string[],
    @IntegrationIdArg() _integrationId?: string,
  ): Promise<RequestStatus> {
    return statusOf(context, event);
  }
}
