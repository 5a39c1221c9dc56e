import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { checks } from './checked-arg.js';
import { DateScalar, DateTimeScalar, JsonObjectScalar, UrlScalar } from './scalars.js';

/*
 * The objects of the typed uploads. Everything but the ID and the date of change may be left out of a deletion, so
 * GraphQL cannot demand it; `crm/object-rules.ts` does, with the same messages as for files.
 */

const MANDATORY = 'Mandatory unless the object is deleted.';

const CUSTOM_FIELDS =
  'Custom fields by their `uniqueName`, each with a value of its type in the schema; null is a value. One that the ' +
  'schema does not have is a warning: Gong stores it and never shows it.';

const commonCheck = {
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
    description: 'The object’s ID in the CRM. An object that Gong has under this ID is replaced.',
  })
  objectId!: string;

  @Field(() => DateTimeScalar, { description: 'When the object was last changed in the CRM.' })
  modifiedDate!: string;

  @Field(() => Boolean, { nullable: true, description: 'Deletes the object in Gong.' })
  isDeleted?: boolean | null;

  @Field(() => UrlScalar, { nullable: true, description: 'Where to see the object in the CRM.' })
  url?: string | null;
}

@InputType({ description: 'An account to create, to replace or to delete.' })
export class AccountInput extends UploadedObjectInput {
  static readonly check = z.object({
    ...commonCheck,
    name: checks.any,
    domains: checks.any,
    customFields: checks.any,
  });

  @Field(() => String, { nullable: true, description: `The account’s name. ${MANDATORY}` })
  name?: string | null;

  @Field(() => [String], { nullable: true, description: `Internet domains of the account. ${MANDATORY}` })
  domains?: string[] | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: CUSTOM_FIELDS })
  customFields?: Record<string, unknown> | null;
}

@InputType()
class PersonInput extends UploadedObjectInput {
  @Field(() => String, { nullable: true, description: `The main e-mail address. ${MANDATORY}` })
  emailAddress?: string | null;

  @Field(() => String, { nullable: true, description: `The first name. ${MANDATORY}` })
  firstName?: string | null;

  @Field(() => String, { nullable: true, description: `The last name. ${MANDATORY}` })
  lastName?: string | null;

  @Field(() => String, { nullable: true, description: 'The title at work.' })
  title?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The main phone number. Mandatory for companies that import dialer calls.',
  })
  phoneNumber?: string | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: CUSTOM_FIELDS })
  customFields?: Record<string, unknown> | null;
}

@InputType({ description: 'A contact to create, to replace or to delete.' })
export class ContactInput extends PersonInput {
  static readonly check = z.object({
    ...commonCheck,
    ...personCheck,
    accountId: checks.objectId.nullish(),
    customFields: checks.any,
  });

  @Field(() => ID, { nullable: true, description: `The object ID of the person’s account. ${MANDATORY}` })
  accountId?: string | null;
}

@InputType({ description: 'A lead to create, to replace or to delete.' })
export class LeadInput extends PersonInput {
  static readonly check = z.object({
    ...commonCheck,
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
export class DealInput extends UploadedObjectInput {
  static readonly check = z.object({
    ...commonCheck,
    accountId: checks.objectId.nullish(),
    ownerId: checks.objectId.nullish(),
    name: checks.any,
    createdDate: checks.any,
    closeDate: checks.any,
    isOpen: checks.any,
    isWon: checks.any,
    stage: checks.any,
    amount: checks.any,
    customFields: checks.any,
  });

  @Field(() => ID, {
    nullable: true,
    description: `The deal’s account, which must have been uploaded before. ${MANDATORY}`,
  })
  accountId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: `The CRM user who owns the deal: Gong shows it once that user is uploaded. ${MANDATORY}`,
  })
  ownerId?: string | null;

  @Field(() => String, { nullable: true, description: `The deal’s name. ${MANDATORY}` })
  name?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: `When the deal was created. ${MANDATORY}` })
  createdDate?: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: `The day on which it is, or was, to close. ${MANDATORY}`,
  })
  closeDate?: string | null;

  @Field(() => Boolean, { nullable: true, description: `Whether the deal is still open. ${MANDATORY}` })
  isOpen?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: `Whether a closed deal was won. ${MANDATORY}` })
  isWon?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: `The \`internalName\` of an uploaded stage. ${MANDATORY}`,
  })
  stage?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: `What it is worth, in the company’s currency. ${MANDATORY}`,
  })
  amount?: number | null;

  @Field(() => JsonObjectScalar, { nullable: true, description: CUSTOM_FIELDS })
  customFields?: Record<string, unknown> | null;
}

@InputType({
  description:
    'A user of the CRM, to be matched by e-mail address to a user of Gong. Deleting one ends the match.',
})
export class BusinessUserInput extends UploadedObjectInput {
  static readonly check = z.object({ ...commonCheck, emailAddress: checks.any });

  @Field(() => String, { nullable: true, description: `The user’s e-mail address at Gong. ${MANDATORY}` })
  emailAddress?: string | null;
}

@InputType({ description: 'A stage of the sales process. Deleting one makes it inactive.' })
export class StageInput extends UploadedObjectInput {
  static readonly check = z.object({
    ...commonCheck,
    internalName: checks.any,
    name: checks.any,
    isActive: checks.any,
    sortOrder: checks.any,
  });

  @Field(() => String, {
    nullable: true,
    description: `The name by which deals refer to the stage. ${MANDATORY}`,
  })
  internalName?: string | null;

  @Field(() => String, { nullable: true, description: `The stage’s name for people. ${MANDATORY}` })
  name?: string | null;

  @Field(() => Boolean, { nullable: true, description: `Whether the CRM still uses the stage. ${MANDATORY}` })
  isActive?: boolean | null;

  @Field(() => Int, { nullable: true, description: `Its place in the sales process, from 1. ${MANDATORY}` })
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

  @Field(() => String, { nullable: true, description: `The user’s e-mail address at Gong. ${MANDATORY}` })
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

  @Field(() => String, { description: 'The name by which deals refer to the stage.' })
  internalName!: string;

  @Field(() => String, { description: 'The stage’s name for people.' })
  name!: string;

  @Field(() => Boolean, { description: 'Whether the CRM still uses the stage.' })
  isActive!: boolean;

  @Field(() => Int, { description: 'Its place in the sales process, from 1.' })
  sortOrder!: number;
}
