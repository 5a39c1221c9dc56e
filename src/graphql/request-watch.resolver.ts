import { Authorized, Ctx, ID, Resolver, Root, Subscription } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import { URGENT_LOOKS, type WatchEvent } from '../requests/watcher.js';
import { CheckedArg, checks, listOf, refuseBadValue } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { CostsCalls } from './costs.js';
import { IntegrationIdArg } from './integration-id.arg.js';
import { RequestStatus, toRequestStatus } from './request-status.type.js';

const MAX_WATCHED = 100;

const PATIENT_LOOKS_PER_CALL = 20;

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
  // type-graphql checks the scope only at the first result, after Gong has been called.
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

/**
 * What watching these requests costs. Their polls have a budget of their own and are shared by everyone who watches; only
 * the first looks count. Those at poll priority give way to other calls, so many of them count as one.
 */
function firstLooks(ids: unknown): number {
  const count = Array.isArray(ids) ? new Set(ids).size : 1;
  const urgent = Math.min(count, URGENT_LOOKS);
  return Math.max(1, urgent) + Math.ceil((count - urgent) / PATIENT_LOOKS_PER_CALL);
}

@Resolver()
export class RequestWatchResolver {
  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Subscription(() => RequestStatus, {
    description:
      'Follows an upload or a deletion: sends its current state at once, then every change. Completes after DONE or ' +
      'FAILED, or with a NOT_FOUND error if Gong does not know the ID. All followers of a request share one poll of Gong.',
    subscribe({ args, context }: Subscribing<{ readonly clientRequestId: string }>) {
      refuseBadValue('clientRequestId', args.clientRequestId, CLIENT_REQUEST_ID);
      return watch(context, args.integrationId, [args.clientRequestId]);
    },
  })
  requestStatusChanged(
    @Ctx() context: Context,
    @Root() event: WatchEvent,
    @CheckedArg('clientRequestId', () => ID, {
      description: 'The ID of the upload or deletion, as it was given or returned.',
      check: CLIENT_REQUEST_ID,
    })
    _clientRequestId: string,
    @IntegrationIdArg() _integrationId?: string,
  ): Promise<RequestStatus> {
    return statusOf(context, event);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(({ clientRequestIds }) => firstLooks(clientRequestIds))
  @Subscription(() => RequestStatus, {
    description:
      'Follows many uploads or deletions, each as `requestStatusChanged` does. An ID that Gong does not know is a ' +
      'NOT_FOUND error and does not end the others. Completes when all have ended.',
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
