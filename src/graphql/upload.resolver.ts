import { Authorized, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { z } from 'zod';
import type { UploadObjectType } from '../crm/object-types.js';
import type { InputProblem } from '../errors.js';
import type { Submitted } from '../writes/ledger/types.js';
import type { TypedObject } from '../writes/lists/check.js';
import type { ListWarnings } from '../writes/lists/rules.js';
import { badValues, CheckedArg, type CheckedInputClass, checks, eachOnce, listOf } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { CostsCalls } from './costs.js';
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

/** An upload of typed objects: what they are, and how their argument is named and checked. */
interface Kind {
  readonly objectType: UploadObjectType;
  readonly argument: string;
  readonly input: CheckedInputClass;
  readonly check: z.ZodType;
}

function kind(objectType: UploadObjectType, argument: string, input: CheckedInputClass, key?: string): Kind {
  const list = listOf(input.check, 'object');
  const check = key === undefined ? list : list.superRefine(eachOnce(key));
  return { objectType, argument, input, check };
}

const STAGES = kind('STAGE', 'stages', StageInput);
const BUSINESS_USERS = kind('BUSINESS_USER', 'businessUsers', BusinessUserInput);
const ACCOUNTS = kind('ACCOUNT', 'accounts', AccountInput);
const CONTACTS = kind('CONTACT', 'contacts', ContactInput);
const LEADS = kind('LEAD', 'leads', LeadInput);
const DEALS = kind('DEAL', 'deals', DealInput);

/** Objects of the deprecated calls are told apart by another key. */
const MAPPED_USERS = kind('BUSINESS_USER', 'users', MappedUserInput, 'crmUserId');
const DEAL_STAGES = kind('STAGE', 'stages', DealStageInput, 'internalName');

/*
 * Arguments of uploads are deferred: what zod finds in them is told together with what breaks Gong's rules and the
 * live schema.
 */

const LARGER =
  'Unless the gateway is set otherwise, a request may have 256 KiB (`LIMIT_BODY_BYTES`), and 64 KiB over a WebSocket: ' +
  'send more as a file, with `uploadFile`.';

function ObjectsArg({ argument, input, check }: Kind, description: string) {
  return CheckedArg(argument, () => [input], {
    description: `${description} ${LARGER}`,
    check,
    deferred: true,
  });
}

const TargetArg = () => IntegrationIdArg({ deferred: true });

function ClientRequestIdArg() {
  return CheckedArg('clientRequestId', () => ID, {
    nullable: true,
    description:
      'An ID for this request, unique in the integration: at most 128 letters, digits, `-` and `_`, not ending like ' +
      '`--p2` or `--r2`. What was sent under it is never sent again under it. Left out, it is made from the content: ' +
      'then the same objects are sent again, unless nothing else was written since and Gong has not failed them.',
    check: checks.newRequestId,
    deferred: true,
  });
}

type GivenId = string | null | undefined;

function badArguments(
  { argument, check }: Kind,
  objects: readonly object[],
  integrationId: GivenId,
  clientRequestId?: GivenId,
): InputProblem[] {
  return [
    ...badValues(argument, objects, check),
    ...badValues('integrationId', integrationId, checks.integrationId.nullish()),
    ...badValues('clientRequestId', clientRequestId, checks.newRequestId.nullish()),
  ];
}

async function upload(
  context: Context,
  kind: Kind,
  objects: readonly TypedObject[],
  integrationId: GivenId,
  clientRequestId: GivenId,
): Promise<UploadAccepted> {
  const { objectType, argument } = kind;
  const result = await context.uploads.uploadList({
    ...{ objectType, argument, objects },
    problems: badArguments(kind, objects, integrationId, clientRequestId),
    integrationId: () => integrationIdOf(context, integrationId),
    clientRequestId: clientRequestId ?? undefined,
  });
  return accepted(result, objectType, objects.length);
}

function accepted(
  result: Submitted & ListWarnings,
  objectType: UploadObjectType,
  objectCount: number,
): UploadAccepted {
  return {
    ...{ ...result, objectType, objectCount },
    linesKept: null,
    requests: [...result.requests],
    report: null,
    warnings: [...result.warnings],
  };
}

@Resolver()
export class UploadResolver {
  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description: `Uploads stages of the sales process. Send them before the deals that name them. ${SENT}`,
  })
  uploadStages(
    @Ctx() context: Context,
    @ObjectsArg(STAGES, 'The stages, at most 10,000, each once.') stages: StageInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, STAGES, stages, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description:
      'Uploads users of the CRM, whom Gong matches to its own by e-mail address. Gong shows a deal only once its owner ' +
      `is mapped. ${SENT}`,
  })
  uploadBusinessUsers(
    @Ctx() context: Context,
    @ObjectsArg(BUSINESS_USERS, 'The users, at most 10,000, each once.')
    businessUsers: BusinessUserInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, BUSINESS_USERS, businessUsers, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description:
      'Uploads accounts. Send them before their contacts and deals, and give Gong a minute: it leaves aside a deal ' +
      `whose account it does not have. ${SENT}`,
  })
  uploadAccounts(
    @Ctx() context: Context,
    @ObjectsArg(ACCOUNTS, 'The accounts, at most 10,000, each once.')
    accounts: AccountInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, ACCOUNTS, accounts, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description: `Uploads contacts. Their accounts must be there before. ${SENT}`,
  })
  uploadContacts(
    @Ctx() context: Context,
    @ObjectsArg(CONTACTS, 'The contacts, at most 10,000, each once.')
    contacts: ContactInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, CONTACTS, contacts, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, { nullable: true, description: `Uploads leads. ${SENT}` })
  uploadLeads(
    @Ctx() context: Context,
    @ObjectsArg(LEADS, 'The leads, at most 10,000, each once.') leads: LeadInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, LEADS, leads, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description: `Uploads deals. Their accounts, stages and owners must be there before. ${SENT}`,
  })
  uploadDeals(
    @Ctx() context: Context,
    @ObjectsArg(DEALS, 'The deals, at most 10,000, each once.') deals: DealInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    return upload(context, DEALS, deals, integrationId, clientRequestId);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description: 'Maps users of the CRM to users of Gong by e-mail address.',
    deprecationReason: 'Gong replaced the call behind it. Use `uploadBusinessUsers`.',
  })
  async mapUsers(
    @Ctx() context: Context,
    @ObjectsArg(MAPPED_USERS, 'Always the complete list of the CRM’s users, each once.')
    users: MappedUserInput[],
    @TargetArg() given?: string,
    @ClientRequestIdArg() clientRequestId?: string,
  ) {
    const result = await context.uploads.mapUsers({
      users,
      problems: badArguments(MAPPED_USERS, users, given, clientRequestId),
      integrationId: () => integrationIdOf(context, given),
      clientRequestId: clientRequestId ?? undefined,
    });
    return accepted(result, 'BUSINESS_USER', users.length);
  }

  @Authorized('api:crm:schema')
  @CostsCalls(1)
  @Mutation(() => DealStagesUpload, {
    nullable: true,
    description: 'Uploads stages of the sales process in the form that has no IDs and dates.',
    deprecationReason: 'Gong replaced the call behind it. Use `uploadStages`.',
  })
  async uploadDealStages(
    @Ctx() context: Context,
    @ObjectsArg(DEAL_STAGES, 'All stages of the sales process, each once.')
    stages: DealStageInput[],
    @TargetArg() given?: string,
  ): Promise<DealStagesUpload> {
    const integrationId = () => integrationIdOf(context, given);
    const problems = badArguments(DEAL_STAGES, stages, given);
    const submitted = await context.uploads.uploadDealStages({ stages, problems, integrationId });
    if (submitted !== null) return { ...submitted, stageCount: stages.length };
    const stored = { clientRequestId: null, alreadySubmitted: false, status: null, message: null };
    return { ...stored, integrationId: await integrationId(), stageCount: stages.length };
  }
}
