import { Authorized, Ctx, Query, Resolver, Root, Subscription } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import { toCallBudget } from './call-budget.resolver.js';
import type { Context } from './context.js';
import { CostsCalls } from './costs.js';
import { followState } from './follow-state.js';
import { GatewayStatus } from './gateway.type.js';

/** Fast enough for calls that are counted by the second. */
const LOOK_EVERY_MS = 1_000;

async function statusOf({ gateway, gong, queue }: Context): Promise<GatewayStatus> {
  const { ready, checks } = await gateway.check();
  const upper = <T extends string>(text: T) => text.toUpperCase() as Uppercase<T>;
  return {
    version: gateway.version,
    upstream: upper(gateway.upstream),
    dialect: upper(gateway.dialect),
    isReady: ready,
    checks: Object.entries(checks).map(([name, { status, reason }]) => ({
      ...{ name, reason },
      status: upper(status),
    })),
    callBudget: toCallBudget(gong.budget()),
    queuedObjects: queue.size(),
  };
}

/** Without the time at which calls come back: it is reckoned from now, and moves by a second although nothing has changed. */
function whatCounts({ callBudget: { resetsAt: _, pausedUntil: __, ...budget }, ...status }: GatewayStatus) {
  return { ...status, budget };
}

@Resolver()
export class GatewayResolver {
  @Authorized('requests:read')
  @CostsCalls(0)
  @Query(() => GatewayStatus, {
    nullable: true,
    description:
      'The state of the gateway: its checks, the calls that are left, and what waits. Like `/ready`, it makes a call to Gong ' +
      'every ten minutes at most, to try the credentials.',
  })
  gateway(@Ctx() context: Context): Promise<GatewayStatus> {
    return statusOf(context);
  }

  @Authorized('requests:read')
  @CostsCalls(0)
  @Subscription(() => GatewayStatus, {
    description:
      'Follows the state of the gateway: sends it at once, then whenever it has changed, at most once a second. It does not ' +
      'complete.',
    async subscribe({ context }: { readonly context: Context }): Promise<AsyncIterable<GatewayStatus>> {
      // type-graphql checks the scope only at the first result.
      needScope(context.caller, 'requests:read', 'This subscription');
      return followState(() => statusOf(context), { everyMs: LOOK_EVERY_MS, whatCounts });
    },
  })
  gatewayChanged(@Root() status: GatewayStatus): GatewayStatus {
    return status;
  }
}
