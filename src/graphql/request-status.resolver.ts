import { Authorized, Ctx, ID, Query, Resolver } from 'type-graphql';
import { CheckedArg, checks } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { CostsCalls } from './costs.js';
import { IntegrationIdArg } from './integration-id.arg.js';
import { RequestStatus, toRequestStatus } from './request-status.type.js';

@Resolver()
export class RequestStatusResolver {
  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Query(() => RequestStatus, {
    nullable: true,
    description: 'The status of an upload or a deletion at Gong. For an unknown ID the error is NOT_FOUND.',
  })
  async requestStatus(
    @Ctx() context: Context,
    @CheckedArg('clientRequestId', () => ID, {
      description: 'The ID of the upload or deletion, as it was given or returned.',
      check: checks.clientRequestId,
    })
    clientRequestId: string,
    @IntegrationIdArg() given?: string,
  ): Promise<RequestStatus> {
    const integrationId = await integrationIdOf(context, given);
    const status = await context.reads.requestStatus(integrationId, clientRequestId);
    return toRequestStatus(context.uploads, integrationId, clientRequestId, status);
  }
}
