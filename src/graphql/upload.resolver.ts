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
import { addressProblems, NotifyArg } from './notify.arg.js';
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
  'They are checked, sorted and sent, with lists of other callers where these wait for the same call. If any has an ' +
  'error, nothing of this list is sent and BAD_USER_INPUT lists all errors. Gong then processes the objects: follow the result’s `clientRequestId` with `requestStatusChanged` or ' +
  '`requestStatus`.';

/** A kind of typed objects, with the argument that takes a list of them. */
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

/** The deprecated calls identify objects by another key. */
const MAPPED_USERS = kind('BUSINESS_USER', 'users', MappedUserInput, 'crmUserId');
const DEAL_STAGES = kind('STAGE', 'stages', DealStageInput, 'internalName');

/*
 * The arguments of uploads are deferred: zod's problems are reported together with violations of Gong's rules and of the
 * live schema.
 */

const LARGER =
  'By default a request may have 256 KiB (`LIMIT_BODY_BYTES`), or 64 KiB over a WebSocket: ' +
  'send longer lists as a file, with `uploadFile`.';

function ObjectsArg({ argument, input, check }: Kind, description: string) {
  return CheckedArg(argument, () => [input], {
    description: `${description} ${LARGER}`,
    check,
    deferred: true,
  });
}

const TargetArg = () => IntegrationIdArg({ deferred: true });
const AddressArg = () => NotifyArg({ deferred: true });

function ClientRequestIdArg() {
  return CheckedArg('clientRequestId', () => ID, {
    nullable: true,
    description:
      'An ID for this request, unique in the integration: at most 128 letters, digits, `-` and `_`, not ending like ' +
      '`--p2` or `--r2`. Objects are sent at most once under an ID. By default the ID is derived from the content, and the ' +
      'same objects are sent again unless nothing else was written since and Gong has not failed them. With an ID of its ' +
      'own a list is not sent together with others.',
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
  notify: string | null | undefined,
): Promise<UploadAccepted> {
  const { objectType, argument } = kind;
  const result = await context.uploads.uploadList({
    ...{ objectType, argument, objects },
    problems: [
      ...badArguments(kind, objects, integrationId, clientRequestId),
      ...addressProblems(context.uploads, notify),
    ],
    integrationId: () => integrationIdOf(context, integrationId),
    clientRequestId: clientRequestId ?? undefined,
    notify: notify ?? undefined,
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
    description: `Uploads stages of the sales process. Upload them before the deals that refer to them. ${SENT}`,
  })
  uploadStages(
    @Ctx() context: Context,
    @ObjectsArg(STAGES, 'The stages, at most 10,000, each once.') stages: StageInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
    @AddressArg() notify?: string,
  ) {
    return upload(context, STAGES, stages, integrationId, clientRequestId, notify);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description:
      'Uploads users of the CRM, whom Gong matches to its own users by e-mail address. Gong shows a deal only once its ' +
      `owner is matched. ${SENT}`,
  })
  uploadBusinessUsers(
    @Ctx() context: Context,
    @ObjectsArg(BUSINESS_USERS, 'The users, at most 10,000, each once.')
    businessUsers: BusinessUserInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
    @AddressArg() notify?: string,
  ) {
    return upload(context, BUSINESS_USERS, businessUsers, integrationId, clientRequestId, notify);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description:
      'Uploads accounts. Upload them a minute before their contacts and deals: Gong ignores a deal whose account it does ' +
      `not have. ${SENT}`,
  })
  uploadAccounts(
    @Ctx() context: Context,
    @ObjectsArg(ACCOUNTS, 'The accounts, at most 10,000, each once.')
    accounts: AccountInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
    @AddressArg() notify?: string,
  ) {
    return upload(context, ACCOUNTS, accounts, integrationId, clientRequestId, notify);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description: `Uploads contacts. Upload their accounts before. ${SENT}`,
  })
  uploadContacts(
    @Ctx() context: Context,
    @ObjectsArg(CONTACTS, 'The contacts, at most 10,000, each once.')
    contacts: ContactInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
    @AddressArg() notify?: string,
  ) {
    return upload(context, CONTACTS, contacts, integrationId, clientRequestId, notify);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, { nullable: true, description: `Uploads leads. ${SENT}` })
  uploadLeads(
    @Ctx() context: Context,
    @ObjectsArg(LEADS, 'The leads, at most 10,000, each once.') leads: LeadInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
    @AddressArg() notify?: string,
  ) {
    return upload(context, LEADS, leads, integrationId, clientRequestId, notify);
  }

  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description: `Uploads deals. Upload their accounts, stages and owners before. ${SENT}`,
  })
  uploadDeals(
    @Ctx() context: Context,
    @ObjectsArg(DEALS, 'The deals, at most 10,000, each once.') deals: DealInput[],
    @TargetArg() integrationId?: string,
    @ClientRequestIdArg() clientRequestId?: string,
    @AddressArg() notify?: string,
  ) {
    return upload(context, DEALS, deals, integrationId, clientRequestId, notify);
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
    @ObjectsArg(MAPPED_USERS, 'The complete list of the CRM’s users, each once.')
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
    description: 'Uploads stages of the sales process in the former format, without IDs and dates.',
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
