import { Field, Float, ID, InterfaceType, ObjectType, Root } from 'type-graphql';
import type { DealStatus } from '../crm/current-fields.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import { type CrmObjectSource, placeOf } from '../loaders/object-source.js';
import { DealStatusEnum, SchemaObjectTypeEnum } from './enums.js';
import { PlainResolver } from './plain-resolvers.js';
import { DateScalar, DateTimeScalar, UrlScalar } from './scalars.js';

/** The GraphQL types of the objects. */
export const TYPE_NAMES: Readonly<Record<SchemaObjectType, string>> = {
  ACCOUNT: 'Account',
  CONTACT: 'Contact',
  DEAL: 'Deal',
  LEAD: 'Lead',
};

/** The name of an object's GraphQL type. */
export function typeNameOf(source: CrmObjectSource): string {
  return TYPE_NAMES[placeOf(source).objectType];
}

/*
 * Only id, objectId and objectType are non-null: which fields an object has depends on Gong and the company's schema. The
 * fields here are read from Gong's answer as they are; those with a resolver are in crm-object.resolver.ts.
 */

@InterfaceType({
  description: 'An object of the CRM as Gong has processed and stored it, with its custom fields.',
  resolveType: typeNameOf,
})
export abstract class CrmObject {
  @PlainResolver()
  @Field(() => ID, {
    description: 'The same as `objectId`, under the name by which client caches identify objects of a type.',
  })
  id(@Root() source: CrmObjectSource): string {
    return source.objectId;
  }

  @Field(() => ID, { description: 'The object’s ID in the CRM.' })
  objectId!: string;

  @PlainResolver()
  @Field(() => SchemaObjectTypeEnum, { description: 'The type of the object.' })
  objectType(@Root() source: CrmObjectSource): SchemaObjectType {
    return placeOf(source).objectType;
  }

  @Field(() => UrlScalar, { nullable: true, description: 'The address of the object in the CRM.' })
  url!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the object was last changed in the CRM.',
  })
  modifiedDate!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the object was last changed, under its former name.',
    deprecationReason: 'Gong renamed it. Use `modifiedDate`.',
  })
  lastModified!: string | null;
}

@ObjectType({
  implements: CrmObject,
  simpleResolvers: true,
  description: 'A customer: a company with its domains.',
})
export class Account extends CrmObject {
  @Field(() => String, { nullable: true, description: 'The account’s name.' })
  name!: string | null;

  @Field(() => [String], { nullable: true, description: 'Internet domains that belong to the account.' })
  domains!: string[] | null;
}

@ObjectType({ simpleResolvers: true })
class Person extends CrmObject {
  @Field(() => String, { nullable: true, description: 'The person’s main e-mail address.' })
  emailAddress!: string | null;

  @Field(() => String, { nullable: true, description: 'The person’s first name.' })
  firstName!: string | null;

  @Field(() => String, { nullable: true, description: 'The person’s last name.' })
  lastName!: string | null;

  @Field(() => String, { nullable: true, description: 'The person’s title at work.' })
  title!: string | null;

  @Field(() => String, { nullable: true, description: 'The person’s main phone number.' })
  phoneNumber!: string | null;
}

@ObjectType({
  implements: CrmObject,
  simpleResolvers: true,
  description: 'A person who belongs to an account.',
})
export class Contact extends Person {
  @Field(() => ID, { nullable: true, description: 'The object ID of the person’s account.' })
  accountId!: string | null;
}

@ObjectType({
  implements: CrmObject,
  simpleResolvers: true,
  description:
    'A potential customer. A converted lead refers to the deal, contact and account that it became.',
})
export class Lead extends Person {
  @Field(() => ID, { nullable: true, description: 'The object ID of the deal that the lead became.' })
  convertedToDealId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The object ID of the contact that the lead became.' })
  convertedToContactId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The object ID of the account that the lead became.' })
  convertedToAccountId!: string | null;
}

@ObjectType({
  implements: CrmObject,
  simpleResolvers: true,
  description: 'An opportunity or a contract in an account.',
})
export class Deal extends CrmObject {
  @Field(() => ID, { nullable: true, description: 'The object ID of the deal’s account.' })
  accountId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The ID of the CRM user who owns the deal.' })
  ownerId!: string | null;

  @Field(() => String, { nullable: true, description: 'The deal’s name.' })
  name!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the deal was created in the CRM.' })
  createdDate!: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The date on which the deal closed or is expected to close.',
  })
  closeDate!: string | null;

  @Field(() => DealStatusEnum, {
    nullable: true,
    description:
      'Whether the deal is open, won or lost. Null where Gong returns no status or an unknown one, which ' +
      '`field(name: "status")` has.',
  })
  status!: DealStatus | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the deal is still open.',
    deprecationReason: 'Gong replaced it. Use `status`.',
  })
  isOpen!: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a closed deal was won.',
    deprecationReason: 'Gong replaced it. Use `status`.',
  })
  isWon!: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The object ID of the deal’s stage, or the stage’s `internalName` where the deal was uploaded with the legacy API.',
  })
  stage!: string | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The value of the deal in the company’s currency. A Float is rounded beyond ±(2^53 - 1); ' +
      '`field(name: "amount")` has every digit.',
  })
  amount!: number | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The date on which the deal was expected to close.',
    deprecationReason: 'Gong replaced it. Use `closeDate`.',
  })
  estimatedCloseDate!: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The date on which the deal closed.',
    deprecationReason: 'Gong replaced it. Use `closeDate`.',
  })
  actualCloseDate!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The expected value of the deal.',
    deprecationReason: 'Gong replaced it. Use `amount`.',
  })
  estimatedAmount!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The final value of the deal.',
    deprecationReason: 'Gong replaced it. Use `amount`.',
  })
  actualAmount!: number | null;
}
