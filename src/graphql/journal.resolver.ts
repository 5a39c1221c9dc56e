import { Authorized, Ctx, ID, Query, Resolver } from 'type-graphql';
import { parseDateTime } from '../crm/dates.js';
import { isTimeKey } from '../store/time-keys.js';
import type { JournalFilter } from '../writes/journal/types.js';
import { CheckedArg, checks } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { CostsCalls } from './costs.js';
import { IntegrationIdArg } from './integration-id.arg.js';
import {
  toWrittenRequest,
  WrittenRequest,
  WrittenRequestConnection,
  WrittenRequestsFilter,
} from './journal.type.js';
import { AfterArg, DEFAULT_FIRST, FirstArg, pageInfoOf } from './pages.js';

@Resolver()
export class JournalResolver {
  @Authorized('requests:read')
  @CostsCalls(0)
  @Query(() => WrittenRequestConnection, {
    nullable: true,
    description:
      'What was written to Gong through the gateway, the newest first: lists, files, changes, schemas, registrations and ' +
      'deletions. It costs no call to Gong. Old entries expire.',
  })
  async requests(
    @Ctx() { journal, admission }: Context,
    @FirstArg() first?: number | null,
    @AfterArg(isTimeKey) after?: string | null,
    @CheckedArg('filter', () => WrittenRequestsFilter, {
      nullable: true,
      description: 'Which ones. By default all.',
      check: WrittenRequestsFilter.check,
    })
    filter?: WrittenRequestsFilter | null,
  ): Promise<WrittenRequestConnection> {
    // What was sent with credentials is shown only to those from whom Gong accepts them.
    await admission.prove();
    const page = await journal.page(toFilter(filter), first ?? DEFAULT_FIRST, after ?? undefined);
    const edges = page.entries.map((entry) => ({ cursor: entry.id, node: toWrittenRequest(entry) }));
    return { edges, pageInfo: pageInfoOf(edges, page.next, after) };
  }

  @Authorized('requests:read')
  @CostsCalls(0)
  @Query(() => WrittenRequest, {
    nullable: true,
    description:
      'One request that was written through the gateway, or null if the gateway does not remember it. `requestStatus` asks Gong ' +
      'for its state.',
  })
  async request(
    @Ctx() context: Context,
    @CheckedArg('clientRequestId', () => ID, {
      description: 'The ID of the upload or deletion, as it was given or returned.',
      check: checks.clientRequestId,
    })
    clientRequestId: string,
    @IntegrationIdArg() given?: string,
  ): Promise<WrittenRequest | null> {
    await context.admission.prove();
    const entry = await context.journal.find(await integrationIdOf(context, given), clientRequestId);
    return entry === null ? null : toWrittenRequest(entry);
  }
}

export function toFilter(given: WrittenRequestsFilter | null | undefined): JournalFilter {
  const { objectType, state, kind, caller, refusedObjectId, since } = given ?? {};
  const seconds = since == null ? undefined : parseDateTime(since);
  return {
    objectType: objectType ?? undefined,
    state: state ?? undefined,
    kind: kind ?? undefined,
    caller: caller ?? undefined,
    refusedObjectId: refusedObjectId ?? undefined,
    since: seconds === undefined ? undefined : seconds * 1_000,
  };
}
