import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import type { DealStatus } from '../crm/current-fields.js';
import { checks } from './checked-arg.js';
import { DealStatusEnum } from './enums.js';
import { DateScalar, DateTimeScalar, JsonObjectScalar, UrlScalar } from './scalars.js';

/*
 * The objects of the typed uploads, in the terms of Gong's current API. Fields that deletions may omit cannot be non-null,
 * and what is mandatory differs between Gong's current and legacy paths: `crm/object-rules.ts` decides, as for files.
 */

const LEGACY = 'Mandatory with Gong’s legacy API unless the object is deleted.';

const CUSTOM_FIELDS =
  'Custom fields by `uniqueName`, each with a value of its type in the schema; null is a value. Write an integer beyond ' +
  '±(2^53 - 1) as a string of its digits. Fractions of a second are removed. A field that the schema does not have is a ' +
  'warning: Gong stores it and never shows it.';

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
      'The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. It replaces the object that ' +
      'Gong has under this ID. Other characters are a warning; the legacy API has no such limits.',
  })
  objectId!: string;

  @Field(() => Boolean, { nullable: true, description: 'Deletes the object in Gong.' })
  isDeleted?: boolean | null;

  @Field(() => UrlScalar, { nullable: true, description: 'The address of the object in the CRM.' })
  url?: string | null;
}

@InputType()
class DatedObjectInput extends UploadedObjectInput {
  @Field(() => DateTimeScalar, { description: 'When the object was last changed in the CRM.' })
  modifiedDate!: string;
}

@InputType({ description: 'An account to create, replace or delete.' })
export class AccountInput extends DatedObjectInput {
  static readonly check = z.object({
    ...objectCheck,
    name: checks.any,
    domains: checks.any,
    customFields: checks.any,
  });

  @Field(() => String, {
    nullable: true,
    description: 'The account’s name. By default `Account_#` and the object ID.',
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
    description:
      'The main phone number. Mandatory with Gong’s legacy API for companies that import dialer calls.',
  })
  phoneNumber?: string | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: CUSTOM_FIELDS })
  customFields?: Record<string, unknown> | null;
}

@InputType({ description: 'A contact to create, replace or delete.' })
export class ContactInput extends PersonInput {
  static readonly check = z.object({
    ...objectCheck,
    ...personCheck,
    accountId: checks.objectId.nullish(),
    customFields: checks.any,
  });

  @Field(() => ID, {
    nullable: true,
    description: `The object ID of the person’s account, which must be uploaded before. ${LEGACY}`,
  })
  accountId?: string | null;
}

@InputType({ description: 'A lead to create, replace or delete.' })
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

@InputType({ description: 'A deal to create, replace or delete.' })
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
    description: `The deal’s account, which must be uploaded before. Without an account Gong does not show the deal. ${LEGACY}`,
  })
  accountId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The CRM user who owns the deal. Gong shows the deal once that user is uploaded. Without an owner it is missing ' +
      `from the deal board. ${LEGACY}`,
  })
  ownerId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The deal’s name. By default `Deal_#` and the object ID.',
  })
  name?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: `When the deal was created. ${LEGACY}` })
  createdDate?: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: `The date on which the deal closed or is expected to close. Without it the deal is missing from the deal board. ${LEGACY}`,
  })
  closeDate?: string | null;

  @Field(() => DealStatusEnum, {
    nullable: true,
    description:
      'Whether the deal is open, won or lost. By default OPEN. The legacy API receives it as `isOpen` and `isWon`.',
  })
  status?: DealStatus | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the deal is still open. Must agree with `status` if both are given.',
    deprecationReason: 'Gong replaced it. Use `status`.',
  })
  isOpen?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a closed deal was won. Must agree with `status` if both are given.',
    deprecationReason: 'Gong replaced it. Use `status`.',
  })
  isWon?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: `The object ID of a stage, which must be uploaded before. ${LEGACY}`,
  })
  stage?: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The value of the deal in the company’s currency. By default 0. An integer beyond ±(2^53 - 1) is refused, because a ' +
      'Float would round it: only a file can contain it.',
  })
  amount?: number | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: CUSTOM_FIELDS })
  customFields?: Record<string, unknown> | null;
}

@InputType({
  description:
    'A user of the CRM, matched by e-mail address to a user of Gong. Deleting the user ends the match.',
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
    description: 'The name by which deals refer to the stage in Gong’s legacy API. By default the object ID.',
    deprecationReason: 'Deals refer to a stage by its object ID. Use `objectId`.',
  })
  internalName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name shown to people. Mandatory unless the stage is deleted.',
  })
  name?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the CRM still uses the stage. By default true.',
  })
  isActive?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The stage’s position in the sales process, from 1. By default 1.',
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
    description: 'The user’s e-mail address at Gong. Mandatory unless the user is deleted.',
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
      'The name by which deals refer to the stage. In Gong’s current API it becomes the object ID.',
  })
  internalName!: string;

  @Field(() => String, { description: 'The name shown to people.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether the CRM still uses the stage.' })
  isActive!: boolean;

  @Field(() => Int, { description: 'The stage’s position in the sales process, from 1.' })
  sortOrder!: number;
}
