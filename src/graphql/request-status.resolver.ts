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
    description: 'How far Gong has come with an upload or a deletion. An unknown ID is a NOT_FOUND error.',
  })
  async requestStatus(
    @Ctx() context: Context,
    @CheckedArg('clientRequestId', () => ID, {
      description: 'The ID that the upload or deletion was given, or that its result named.',
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
