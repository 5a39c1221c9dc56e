import { Authorized, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { UploadObjectType } from '../crm/object-types.js';
import type { TypedObject } from '../uploads/list-upload.js';
import type { SubmittedRequest } from '../uploads/submit-once.js';
import { CheckedArg, type CheckedInputClass, checks, eachOnce, listOf } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { IntegrationIdArg } from './integration-id.arg.js';
import {
  AccountInput,
  BusinessUserInput,
  ContactInput,
  DealInput,
  DealStageInput,
  LeadInput,
  MappedUserInput,
  StageInput,
} from './upload.input.js';
import { DealStagesUpload, type UploadAccepted, UploadResult } from './upload.type.js';

const SENT =
  'They are checked, sorted and sent as one request; any error is BAD_USER_INPUT with the place of each, and nothing ' +
  'is sent. Gong then processes them: follow the result’s `clientRequestId` with `requestStatusChanged` or ' +
  '`requestStatus`.';

/** The list argument of an upload: at least one object, each checked. */
function ObjectsArg(name: string, input: CheckedInputClass, description: string) {
  return CheckedArg(name, () => [input], { description, check: listOf(input.check, 'object') });
}

/** The same for the deprecated calls, whose objects are told apart by `key`. */
function KeyedObjectsArg(name: string, input: CheckedInputClass, key: string, description: string) {
  const check = listOf(input.check, 'object').superRefine(eachOnce(key));
  return CheckedArg(name, () => [input], { description, check });
}

function ClientRequestIdArg() {
  return CheckedArg('clientRequestId', () => ID, {
    nullable: true,
    description:
      'An ID for this request, unique in the integration: at most 128 letters, digits, `-` and `_`. Left out, it is ' +
      'made from the content, so that the same upload sent twice is recognised.',
    check: checks.clientRequestId,
  });
}

async function upload(
  context: Context,
  objectType: UploadObjectType,
  argument: string,
  objects: readonly TypedObject[],
  integrationId: string | null | undefined,
  clientRequestId: string | null | undefined,
): Promise<UploadAccepted> {
  const result = await context.uploads.uploadList({
    objectType,
    objects,
    argument,
    integrationId: () => integrationIdOf(context, integrationId),
    clientRequestId: clientRequestId ?? undefined,
  });
  return { ...accepted(result, objectType, result.objectCount), warnings: [...result.warnings] };
}

function accepted(
  request: SubmittedRequest,
  objectType: UploadObjectType,
  objectCount: number,
): UploadAccepted {
  return {
    ...request,
    objectType,
    objectCount,
    linesKept: null,
    requests: [request],
    report: null,
    warnings: [],
  };
}

@Resolver()
export class UploadResolver {
  @Authorized('api:crm:upload')
  @Mutation(() => UploadResult, {
    nullable: true,
    description: `Uploads stages of the sales process. Send them before the deals that name them. ${SENT}`,
  })
  uploadStages(
    @Ctx() context: Context,
    @ObjectsArg('stages', StageInput, 'The stages, at most 10,000, each once.') stages: StageInput[],
    @IntegrationIdArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, 'STAGE', 'stages', stages, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @Mutation(() => UploadResult, {
    nullable: true,
    description:
      'Uploads users of the CRM, whom Gong matches to its own by e-mail address. Gong shows a deal only once its owner ' +
      `is mapped. ${SENT}`,
  })
  uploadBusinessUsers(
    @Ctx() context: Context,
    @ObjectsArg('businessUsers', BusinessUserInput, 'The users, at most 10,000, each once.')
    businessUsers: BusinessUserInput[],
    @IntegrationIdArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, 'BUSINESS_USER', 'businessUsers', businessUsers, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @Mutation(() => UploadResult, {
    nullable: true,
    description:
      'Uploads accounts. Send them before their contacts and deals, and give Gong a minute: it leaves aside a deal ' +
      `whose account it does not have. ${SENT}`,
  })
  uploadAccounts(
    @Ctx() context: Context,
    @ObjectsArg('accounts', AccountInput, 'The accounts, at most 10,000, each once.')
    accounts: AccountInput[],
    @IntegrationIdArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, 'ACCOUNT', 'accounts', accounts, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @Mutation(() => UploadResult, {
    nullable: true,
    description: `Uploads contacts. Their accounts must be there before. ${SENT}`,
  })
  uploadContacts(
    @Ctx() context: Context,
    @ObjectsArg('contacts', ContactInput, 'The contacts, at most 10,000, each once.')
    contacts: ContactInput[],
    @IntegrationIdArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, 'CONTACT', 'contacts', contacts, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @Mutation(() => UploadResult, { nullable: true, description: `Uploads leads. ${SENT}` })
  uploadLeads(
    @Ctx() context: Context,
    @ObjectsArg('leads', LeadInput, 'The leads, at most 10,000, each once.') leads: LeadInput[],
    @IntegrationIdArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, 'LEAD', 'leads', leads, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @Mutation(() => UploadResult, {
    nullable: true,
    description: `Uploads deals. Their accounts, stages and owners must be there before. ${SENT}`,
  })
  uploadDeals(
    @Ctx() context: Context,
    @ObjectsArg('deals', DealInput, 'The deals, at most 10,000, each once.') deals: DealInput[],
    @IntegrationIdArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, 'DEAL', 'deals', deals, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @Mutation(() => UploadResult, {
    nullable: true,
    description: 'Maps users of the CRM to users of Gong by e-mail address.',
    deprecationReason: 'Gong replaced the call behind it. Use `uploadBusinessUsers`.',
  })
  async mapUsers(
    @Ctx() context: Context,
    @KeyedObjectsArg(
      'users',
      MappedUserInput,
      'crmUserId',
      'Always the complete list of the CRM’s users, each once.',
    )
    users: MappedUserInput[],
    @IntegrationIdArg() given?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    const request = await context.uploads.mapUsers({
      users,
      integrationId: () => integrationIdOf(context, given),
      clientRequestId: clientRequestId ?? undefined,
    });
    return accepted(request, 'BUSINESS_USER', users.length);
  }

  @Authorized('api:crm:schema')
  @Mutation(() => DealStagesUpload, {
    nullable: true,
    description: 'Uploads stages of the sales process in the form that has no IDs and dates.',
    deprecationReason: 'Gong replaced the call behind it. Use `uploadStages`.',
  })
  async uploadDealStages(
    @Ctx() context: Context,
    @KeyedObjectsArg('stages', DealStageInput, 'internalName', 'All stages of the sales process, each once.')
    stages: DealStageInput[],
    @IntegrationIdArg() given?: string,
  ): Promise<DealStagesUpload> {
    const request = await context.uploads.uploadDealStages(await integrationIdOf(context, given), stages);
    return { stageCount: stages.length, clientRequestId: request?.clientRequestId ?? null };
  }
}
