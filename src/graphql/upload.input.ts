import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import type { DealStatus } from '../crm/current-fields.js';
import { checks } from './checked-arg.js';
import { DealStatusEnum } from './enums.js';
import { DateScalar, DateTimeScalar, JsonObjectScalar, UrlScalar } from './scalars.js';

/*
 * The objects of the typed uploads, in today's language. What a deletion may leave out GraphQL cannot demand, and what
 * is mandatory differs between Gong's current and legacy paths: `crm/object-rules.ts` decides, as it does for files.
 */

const LEGACY = 'Mandatory for Gong’s legacy API unless the object is deleted.';

const CUSTOM_FIELDS =
  'Custom fields by their `uniqueName`, each with a value of its type in the schema; null is a value. An integer beyond ' +
  '±(2^53 - 1) is a string of its digits, as it is read, and a fraction of a second is cut off. A field that the ' +
  'schema does not have is a warning: Gong stores it and never shows it.';

const objectCheck = {
  objectId: checks.objectId,
  modifiedDate: checks.any,
  isDeleted: checks.any,
  url: checks.any,
};

const personCheck = {
  emailAddress: checks.any,
  firstName: checks.any,
  lastName: checks.any,
  title: checks.any,
  phoneNumber: checks.any,
};

@InputType()
class UploadedObjectInput {
  @Field(() => ID, {
    description:
      'The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. An object that Gong has ' +
      'under this ID is replaced. Other characters are a warning; the legacy API sets no such limits.',
  })
  objectId!: string;

  @Field(() => Boolean, { nullable: true, description: 'Deletes the object in Gong.' })
  isDeleted?: boolean | null;

  @Field(() => UrlScalar, { nullable: true, description: 'Where to see the object in the CRM.' })
  url?: string | null;
}

@InputType()
class DatedObjectInput extends UploadedObjectInput {
  @Field(() => DateTimeScalar, { description: 'When the object was last changed in the CRM.' })
  modifiedDate!: string;
}

@InputType({ description: 'An account to create, to replace or to delete.' })
export class AccountInput extends DatedObjectInput {
  static readonly check = z.object({
    ...objectCheck,
    name: checks.any,
    domains: checks.any,
    customFields: checks.any,
  });

  @Field(() => String, {
    nullable: true,
    description: 'The account’s name. Left out, it is `Account_#` and the object ID.',
  })
  name?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Internet domains of the account, by which Gong finds its e-mails and calls.',
  })
  domains?: string[] | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: CUSTOM_FIELDS })
  customFields?: Record<string, unknown> | null;
}

@InputType()
class PersonInput extends DatedObjectInput {
  @Field(() => String, { nullable: true, description: `The main e-mail address. ${LEGACY}` })
  emailAddress?: string | null;

  @Field(() => String, { nullable: true, description: `The first name. ${LEGACY}` })
  firstName?: string | null;

  @Field(() => String, { nullable: true, description: `The last name. ${LEGACY}` })
  lastName?: string | null;

  @Field(() => String, { nullable: true, description: 'The title at work.' })
  title?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The main phone number. Gong’s legacy API demands it of companies that import dialer calls.',
  })
  phoneNumber?: string | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: CUSTOM_FIELDS })
  customFields?: Record<string, unknown> | null;
}

@InputType({ description: 'A contact to create, to replace or to delete.' })
export class ContactInput extends PersonInput {
  static readonly check = z.object({
    ...objectCheck,
    ...personCheck,
    accountId: checks.objectId.nullish(),
    customFields: checks.any,
  });

  @Field(() => ID, {
    nullable: true,
    description: `The object ID of the person’s account, which must have been uploaded before. ${LEGACY}`,
  })
  accountId?: string | null;
}

@InputType({ description: 'A lead to create, to replace or to delete.' })
export class LeadInput extends PersonInput {
  static readonly check = z.object({
    ...objectCheck,
    ...personCheck,
    convertedToDealId: checks.objectId.nullish(),
    convertedToContactId: checks.objectId.nullish(),
    convertedToAccountId: checks.objectId.nullish(),
    customFields: checks.any,
  });

  @Field(() => ID, { nullable: true, description: 'The deal that the lead became.' })
  convertedToDealId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The contact that the lead became.' })
  convertedToContactId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The account that the lead became.' })
  convertedToAccountId?: string | null;
}

@InputType({ description: 'A deal to create, to replace or to delete.' })
export class DealInput extends DatedObjectInput {
  static readonly check = z.object({
    ...objectCheck,
    accountId: checks.objectId.nullish(),
    ownerId: checks.objectId.nullish(),
    name: checks.any,
    createdDate: checks.any,
    closeDate: checks.any,
    status: checks.any,
    isOpen: checks.any,
    isWon: checks.any,
    stage: checks.any,
    amount: checks.any,
    customFields: checks.any,
  });

  @Field(() => ID, {
    nullable: true,
    description: `The deal’s account, which must have been uploaded before. Without it Gong does not show the deal. ${LEGACY}`,
  })
  accountId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The CRM user who owns the deal: Gong shows it once that user is uploaded. Without it the deal is not on the deal ' +
      `board. ${LEGACY}`,
  })
  ownerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The deal’s name. Left out, it is `Deal_#` and the object ID.',
  })
  name?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: `When the deal was created. ${LEGACY}` })
  createdDate?: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: `The day on which it is, or was, to close. Without it the deal is not on the deal board. ${LEGACY}`,
  })
  closeDate?: string | null;

  @Field(() => DealStatusEnum, {
    nullable: true,
    description:
      'Whether the deal is decided, and how. Left out, it is OPEN. The legacy API gets it as `isOpen` and `isWon`.',
  })
  status?: DealStatus | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the deal is still open. Where `status` is given, too, they must agree.',
    deprecationReason: 'Gong replaced it. Use `status`.',
  })
  isOpen?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a closed deal was won. Where `status` is given, too, they must agree.',
    deprecationReason: 'Gong replaced it. Use `status`.',
  })
  isWon?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: `The object ID of a stage, which must have been uploaded before. ${LEGACY}`,
  })
  stage?: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'What it is worth, in the company’s currency. Left out, it is 0. An integer beyond ' +
      '±(2^53 - 1) is refused, for a Float would round it: only files can hold it.',
  })
  amount?: number | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: CUSTOM_FIELDS })
  customFields?: Record<string, unknown> | null;
}

@InputType({
  description:
    'A user of the CRM, to be matched by e-mail address to a user of Gong. Deleting one ends the match.',
})
export class BusinessUserInput extends DatedObjectInput {
  static readonly check = z.object({ ...objectCheck, emailAddress: checks.any });

  @Field(() => String, {
    nullable: true,
    description: 'The user’s e-mail address at Gong. Mandatory unless the user is deleted.',
  })
  emailAddress?: string | null;
}

@InputType({ description: 'A stage of the sales process. Deleting one makes it inactive.' })
export class StageInput extends UploadedObjectInput {
  static readonly check = z.object({
    ...objectCheck,
    internalName: checks.any,
    name: checks.any,
    isActive: checks.any,
    sortOrder: checks.any,
  });

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: `When the stage was last changed in the CRM. ${LEGACY}`,
  })
  modifiedDate?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name by which deals refer to the stage over Gong’s legacy API. Left out, it is the object ID there.',
    deprecationReason: 'Deals refer to a stage by its object ID. Use `objectId`.',
  })
  internalName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The stage’s name for people. Mandatory unless the stage is deleted.',
  })
  name?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the CRM still uses the stage. Left out, it is true.',
  })
  isActive?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Its place in the sales process, from 1. Left out, it is 1.',
  })
  sortOrder?: number | null;
}

@InputType({ description: 'A user of the CRM, in the form of the deprecated call.' })
export class MappedUserInput {
  static readonly check = z.object({
    crmUserId: checks.objectId,
    emailAddress: checks.emailAddress.nullish(),
    isDeleted: checks.any,
  });

  @Field(() => ID, { description: 'The user’s ID in the CRM.' })
  crmUserId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The user’s e-mail address at Gong. Mandatory unless it is deleted.',
  })
  emailAddress?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Deletes the user’s mapping.' })
  isDeleted?: boolean | null;
}

@InputType({ description: 'A stage of the sales process, in the form of the deprecated call.' })
export class DealStageInput {
  static readonly check = z.object({
    internalName: checks.text,
    name: checks.text,
    isActive: checks.any,
    sortOrder: z.number().int('an integer from 1').min(1, 'an integer from 1'),
  });

  @Field(() => String, {
    description:
      'The name by which deals refer to the stage. For Gong’s current API it becomes the object ID.',
  })
  internalName!: string;

  @Field(() => String, { description: 'The stage’s name for people.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether the CRM still uses the stage.' })
  isActive!: boolean;

  @Field(() => Int, { description: 'Its place in the sales process, from 1.' })
  sortOrder!: number;
}
