import {
  Authorized,
  Ctx,
  Field,
  ID,
  InputType,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { z } from 'zod';
import { needScope } from '../auth/caller.js';
import type { UploadObjectType } from '../crm/object-types.js';
import { GatewayError } from '../errors.js';
import type { ChangeReason, Ticket } from '../writes/queue/types.js';
import { CrmChange, givenChanges } from './change.input.js';
import { ChangeTicket, DeadLetterConnection, QueuedChanges, toDeadLetter, toTicket } from './change.type.js';
import { badValues, CheckedArg, checks, listOf, refuseBadValue } from './checked-arg.js';
import { type Context, knownCaller } from './context.js';
import { CostsCalls } from './costs.js';
import { ChangeReasonEnum, UploadObjectTypeEnum } from './enums.js';
import { IntegrationIdArg } from './integration-id.arg.js';
import { addressProblems, NotifyArg } from './notify.arg.js';
import { AfterArg, DEFAULT_FIRST, FirstArg, pageInfoOf } from './pages.js';

const CHANGES = listOf(CrmChange.check, 'change');
const isDeadLetterId = (text: string) => /^[\w-]{1,40}$/.test(text);
const DEAD_LETTER_ID = z.string().refine(isDeadLetterId, 'the ID of a dead letter');
const DEAD_LETTER_IDS = listOf(DEAD_LETTER_ID, 'ID', 1_000);
const TICKET = z.uuid('a ticket');

const KEPT = 'A ticket is remembered for thirty days by default (`QUEUE_KEEP_DAYS`) after it was settled.';

@InputType({ description: 'Which dead letters to list. A field that is left out excludes none.' })
export class DeadLetterFilter {
  static readonly check = z.object({
    objectType: checks.any,
    objectId: checks.objectId.nullish(),
    reason: checks.any,
    clientRequestId: checks.clientRequestId.nullish(),
  });

  @Field(() => UploadObjectTypeEnum, { nullable: true, description: 'Objects of this type.' })
  objectType?: UploadObjectType | null;

  @Field(() => ID, { nullable: true, description: 'The object with this ID in the CRM.' })
  objectId?: string | null;

  @Field(() => ChangeReasonEnum, {
    nullable: true,
    description: 'Objects that were given up for this reason.',
  })
  reason?: ChangeReason | null;

  @Field(() => ID, { nullable: true, description: 'Objects that were last sent in this request.' })
  clientRequestId?: string | null;
}

function DeadLetterIdsArg() {
  return CheckedArg('ids', () => [ID], {
    description: 'The IDs of up to 1,000 dead letters. Those that are gone are ignored.',
    check: DEAD_LETTER_IDS,
  });
}

/** The integration that is meant: the active one, or while Gong is away the last that was. */
async function targetOf(context: Context, given: string | null | undefined): Promise<string> {
  return given ?? activeOf(context);
}

function activeOf({ queue, activeIntegration }: Context): Promise<string> {
  return queue.lastKnown.integrationId(() => activeIntegration.id());
}

/** The same, for changes: what is queued for an integration that does not exist would never be sent. */
async function existingTargetOf(context: Context, given: string | null | undefined): Promise<string> {
  const active = await activeOf(context).catch((error: unknown) => {
    // Credentials may lack the scope to list integrations, and yet that to upload.
    const isHidden = error instanceof GatewayError && error.code === 'UPSTREAM_FORBIDDEN';
    if (isHidden && given != null) return given;
    throw error;
  });
  if (given == null || given === active) return active;
  throw new GatewayError(
    'NOT_FOUND',
    `integrationId: needed the active integration, ${active}, got ${given}`,
  );
}

interface Settling {
  readonly args: { readonly ticket: string };
  readonly context: Context;
}

async function ticketOf({ queue }: Context, ticket: string): Promise<Ticket> {
  const found = await queue.ticket(ticket);
  if (found !== null) return found;
  throw new GatewayError(
    'NOT_FOUND',
    `ticket: needed one that queueChanges returned and that is not forgotten, got "${ticket}"`,
  );
}

@Resolver()
export class ChangeResolver {
  @Authorized('api:crm:upload')
  @CostsCalls(0)
  @Mutation(() => QueuedChanges, {
    nullable: true,
    description:
      'Stores changes to objects of any type and answers at once; the gateway sends them to Gong, many callers’ together, in ' +
      'the right order, and again until Gong has them, also after an outage or a restart. Of each object only the newest ' +
      'version is sent, and none that Gong already has. They are checked as uploads are: if any has an error, nothing is ' +
      'stored and BAD_USER_INPUT lists all errors. Follow the ticket with `changesSettled` or `changes`.',
  })
  async queueChanges(
    @Ctx() context: Context,
    @CheckedArg('changes', () => [CrmChange], {
      description:
        'The changes, at most 10,000, each object once. By default a request may have 256 KiB (`LIMIT_BODY_BYTES`), or 64 KiB ' +
        'over a WebSocket: send larger ones as a file, with `uploadFile`.',
      check: CHANGES,
      deferred: true,
    })
    changes: CrmChange[],
    @IntegrationIdArg({ deferred: true }) integrationId?: string,
    @NotifyArg({ deferred: true }) notify?: string,
  ): Promise<QueuedChanges> {
    const { ticket, warnings, warningCount } = await context.uploads.queueChanges({
      changes: givenChanges(changes),
      argument: 'changes',
      problems: [
        ...badValues('changes', changes, CHANGES),
        ...badValues('integrationId', integrationId, checks.integrationId.nullish()),
        ...addressProblems(context.uploads, notify),
      ],
      integrationId: () => existingTargetOf(context, integrationId),
      caller: knownCaller(context),
      notify: notify ?? undefined,
    });
    return { ticket: toTicket(ticket), warnings, warningCount };
  }

  @Authorized('api:crm:upload')
  @CostsCalls(0)
  @Query(() => ChangeTicket, {
    nullable: true,
    description: `What has become of queued changes. For an unknown ticket the error is NOT_FOUND. ${KEPT}`,
  })
  async changes(
    @Ctx() context: Context,
    @CheckedArg('ticket', () => ID, {
      description: 'The ticket that `queueChanges` returned.',
      check: TICKET,
    })
    ticket: string,
  ): Promise<ChangeTicket> {
    return toTicket(await ticketOf(context, ticket));
  }

  @Authorized('api:crm:upload')
  @CostsCalls(0)
  @Subscription(() => ChangeTicket, {
    description:
      'Follows queued changes: sends the ticket at once, then whenever something has become of its changes. Completes when ' +
      'all are DONE, SKIPPED or DEAD.',
    async subscribe({ args: { ticket }, context }: Settling): Promise<AsyncIterable<Ticket>> {
      // type-graphql checks the scope only at the first result.
      needScope(context.caller, 'api:crm:upload', 'This subscription');
      refuseBadValue('ticket', ticket, TICKET);
      return context.queue.follow(await ticketOf(context, ticket));
    },
  })
  changesSettled(
    @Root() ticket: Ticket,
    @CheckedArg('ticket', () => ID, {
      description: 'The ticket that `queueChanges` returned.',
      check: TICKET,
    })
    _ticket: string,
  ): ChangeTicket {
    return toTicket(ticket);
  }

  @Authorized('requests:read')
  @CostsCalls(0)
  @Query(() => DeadLetterConnection, {
    nullable: true,
    description: 'Queued objects that Gong has refused, the oldest first.',
  })
  async deadLetters(
    @Ctx() context: Context,
    @FirstArg() first?: number | null,
    @AfterArg(isDeadLetterId) after?: string | null,
    @CheckedArg('filter', () => DeadLetterFilter, {
      nullable: true,
      description: 'Which to list. By default all.',
      check: DeadLetterFilter.check,
    })
    filter?: DeadLetterFilter | null,
    @IntegrationIdArg() given?: string,
  ): Promise<DeadLetterConnection> {
    const integrationId = await targetOf(context, given);
    const { objectType, objectId, reason, clientRequestId } = filter ?? {};
    const wanted = {
      objectType: objectType ?? undefined,
      objectId: objectId ?? undefined,
      reason: reason ?? undefined,
      clientRequestId: clientRequestId ?? undefined,
    };
    const page = await context.queue.deadLetters(
      integrationId,
      wanted,
      first ?? DEFAULT_FIRST,
      after ?? undefined,
    );
    const edges = page.letters.map((letter) => ({ cursor: letter.id, node: toDeadLetter(letter) }));
    return {
      edges,
      pageInfo: pageInfoOf(edges, page.hasMore ? (edges.at(-1)?.cursor ?? null) : null, after),
    };
  }

  @Authorized('api:crm:upload')
  @CostsCalls(0)
  @Mutation(() => ChangeTicket, {
    nullable: true,
    description:
      'Queues the objects of dead letters again, as they were, under a new ticket. One that is older than what Gong has by now ' +
      'is SKIPPED. If none of the letters exists, the error is NOT_FOUND.',
  })
  async retryDeadLetters(
    @Ctx() context: Context,
    @DeadLetterIdsArg() ids: string[],
    @IntegrationIdArg() given?: string,
  ): Promise<ChangeTicket> {
    const integrationId = await targetOf(context, given);
    const ticket = await context.queue.retry(integrationId, ids, { caller: knownCaller(context) });
    if (ticket === null)
      throw new GatewayError('NOT_FOUND', 'ids: needed dead letters that exist and have a content, got none');
    return toTicket(ticket);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(0)
  @Mutation(() => Int, {
    nullable: true,
    description: 'Deletes dead letters. Returns how many there were.',
  })
  async discardDeadLetters(
    @Ctx() context: Context,
    @DeadLetterIdsArg() ids: string[],
    @IntegrationIdArg() given?: string,
  ): Promise<number> {
    return context.queue.discard(await targetOf(context, given), ids);
  }
}
