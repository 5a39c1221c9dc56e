import { Authorized, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { isFlaw, type OrFlaw, withoutFlaws } from '../gong/flaw.js';
import type { GongIntegration } from '../gong/types.js';
import { CheckedArg, checks } from './checked-arg.js';
import { type Context } from './context.js';
import { CostsCalls } from './costs.js';
import { Integration, RegisterIntegrationInput } from './integration.type.js';
import { NotifyArg, refuseAddress } from './notify.arg.js';
import { AsyncRequest } from './request-status.type.js';

function toIntegration({ integrationId, name, ownerEmail }: GongIntegration): Integration {
  return { id: integrationId, name, ownerEmail };
}

@Resolver()
export class IntegrationResolver {
  @Authorized('api:crm:integrations:read')
  @CostsCalls(1)
  @Query(() => [Integration], {
    nullable: 'itemsAndList',
    description:
      'The company’s active integrations: one, or none before a CRM is registered. An integration that is malformed in ' +
      'Gong’s answer is null, with an error.',
  })
  async integrations(@Ctx() { reads }: Context): Promise<OrFlaw<Integration>[]> {
    const integrations = await reads.listIntegrations();
    return integrations.map((integration) =>
      isFlaw(integration) ? integration : toIntegration(integration),
    );
  }

  @Authorized('api:crm:integrations:read')
  @CostsCalls(1)
  @Query(() => Integration, {
    nullable: true,
    description: 'One integration, or null if it is not active.',
  })
  async integration(
    @Ctx() { reads }: Context,
    @CheckedArg('id', () => ID, {
      nullable: true,
      description: 'The integration’s ID. By default the active one.',
      check: checks.integrationId,
    })
    id?: string | null,
  ): Promise<Integration | null> {
    const integrations = await reads.listIntegrations();
    const found = withoutFlaws(integrations).find(({ integrationId }) => id == null || integrationId === id);
    const flaw = integrations.find(isFlaw);
    // The malformed entry may be the requested integration.
    if (found === undefined && flaw !== undefined) throw flaw;
    return found === undefined ? null : toIntegration(found);
  }

  @Authorized('api:crm:integration:register')
  @CostsCalls(1)
  @Mutation(() => Integration, {
    nullable: true,
    description:
      'Registers a CRM with Gong. A company has one integration at a time: while one is active, the error is CONFLICT.',
  })
  async registerIntegration(
    @Ctx() { uploads }: Context,
    @CheckedArg('input', () => RegisterIntegrationInput, {
      description: 'The CRM’s name and the person responsible for it.',
      check: RegisterIntegrationInput.check,
    })
    input: RegisterIntegrationInput,
  ): Promise<Integration> {
    const { name, ownerEmail } = input;
    const id = await uploads.registerIntegration({ name, ownerEmail });
    return { id, name, ownerEmail };
  }

  @Authorized('api:crm:integration:delete')
  @CostsCalls(1)
  @Mutation(() => AsyncRequest, {
    nullable: true,
    description:
      'Deletes an integration with **all** its accounts, contacts, deals, leads and users. This may take up to 24 hours: ' +
      'follow it with `requestStatusChanged` and the `integrationId`, since no integration is active in the end. ' +
      '`integrationId` is mandatory, so that nothing is deleted by mistake.',
  })
  async deleteIntegration(
    @Ctx() { uploads, requests }: Context,
    @CheckedArg('integrationId', () => ID, {
      description: 'The integration to delete.',
      check: checks.integrationId,
    })
    integrationId: string,
    @CheckedArg('clientRequestId', () => ID, {
      nullable: true,
      description:
        'An ID for this request: at most 128 letters, digits, `-` and `_`, not ending like `--p2` or `--r2`. By default ' +
        'it is derived from the integration’s ID.',
      check: checks.newRequestId,
    })
    clientRequestId?: string | null,
    @NotifyArg() notify?: string,
  ): Promise<AsyncRequest> {
    refuseAddress(uploads, notify);
    const request = await uploads.deleteIntegration({
      integrationId,
      clientRequestId: clientRequestId ?? undefined,
      notify,
    });
    await requests.expectDeletion(integrationId, request.clientRequestId);
    return request;
  }
}
