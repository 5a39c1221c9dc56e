import { Authorized, Resolver, Root, Subscription } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import type { JournalPage } from '../writes/journal/types.js';
import { CheckedArg, refuseBadValue } from './checked-arg.js';
import type { Context } from './context.js';
import { CostsCalls } from './costs.js';
import { followState } from './follow-state.js';
import { toFilter } from './journal.resolver.js';
import { toWrittenRequest, WrittenRequest, WrittenRequestsFilter } from './journal.type.js';
import { DEFAULT_FIRST, FIRST, FirstArg } from './pages.js';

/** A busy gateway writes often, and each look reads a page. */
const LOOK_EVERY_MS = 500;

interface Subscribing {
  readonly args: { readonly first?: number | null; readonly filter?: WrittenRequestsFilter | null };
  readonly context: Context;
}

@Resolver()
export class JournalWatchResolver {
  @Authorized('requests:read')
  @CostsCalls(0)
  @Subscription(() => [WrittenRequest], {
    description:
      'Follows the newest requests that were written through the gateway: sends those at once that `requests` lists ' +
      'first, then again whenever one was added or has changed, at most twice a second. It does not complete, and costs no call to Gong.',
    async subscribe({ args: { first, filter }, context }: Subscribing): Promise<AsyncIterable<JournalPage>> {
      // type-graphql checks the scope and the arguments only at the first result.
      needScope(context.caller, 'requests:read', 'This subscription');
      refuseBadValue('first', first, FIRST.nullish());
      refuseBadValue('filter', filter, WrittenRequestsFilter.check.nullish());
      // What was sent with credentials is shown only to those from whom Gong accepts them.
      await context.admission.prove();
      const { journal } = context;
      const read = () => journal.page(toFilter(filter), first ?? DEFAULT_FIRST);
      return followState(read, { everyMs: LOOK_EVERY_MS, onChanged: journal.onChanged });
    },
  })
  requestsChanged(
    @Root() page: JournalPage,
    @FirstArg() _first?: number | null,
    @CheckedArg('filter', () => WrittenRequestsFilter, {
      nullable: true,
      description: 'Which ones. By default all.',
      check: WrittenRequestsFilter.check,
    })
    _filter?: WrittenRequestsFilter | null,
  ): WrittenRequest[] {
    return page.entries.map(toWrittenRequest);
  }
}
