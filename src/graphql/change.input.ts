import { Field, InputType } from 'type-graphql';
import { z } from 'zod';
import type { UploadObjectType } from '../crm/object-types.js';
import type { TypedObject } from '../writes/lists/check.js';
import type { GivenChange } from '../writes/queue/check-changes.js';
import {
  AccountInput,
  BusinessUserInput,
  ContactInput,
  DealInput,
  LeadInput,
  StageInput,
} from './upload.input.js';

const MEMBERS = {
  account: 'ACCOUNT',
  contact: 'CONTACT',
  lead: 'LEAD',
  deal: 'DEAL',
  businessUser: 'BUSINESS_USER',
  stage: 'STAGE',
} as const satisfies Readonly<Record<string, UploadObjectType>>;

@InputType({
  description: 'An object to create, replace or delete. Exactly one of the fields must be given.',
})
export class CrmChange {
  static readonly check = z.object({
    account: AccountInput.check.nullish(),
    contact: ContactInput.check.nullish(),
    lead: LeadInput.check.nullish(),
    deal: DealInput.check.nullish(),
    businessUser: BusinessUserInput.check.nullish(),
    stage: StageInput.check.nullish(),
  });

  @Field(() => AccountInput, { nullable: true, description: 'An account.' })
  account?: AccountInput;

  @Field(() => ContactInput, { nullable: true, description: 'A contact.' })
  contact?: ContactInput;

  @Field(() => LeadInput, { nullable: true, description: 'A lead.' })
  lead?: LeadInput;

  @Field(() => DealInput, { nullable: true, description: 'A deal.' })
  deal?: DealInput;

  @Field(() => BusinessUserInput, { nullable: true, description: 'A user of the CRM.' })
  businessUser?: BusinessUserInput;

  @Field(() => StageInput, { nullable: true, description: 'A stage of the sales process.' })
  stage?: StageInput;
}

/** GraphQL has made sure that each has exactly one member. */
export function givenChanges(changes: readonly CrmChange[]): GivenChange[] {
  return changes.flatMap((change) =>
    Object.entries(MEMBERS).flatMap(([field, objectType]) => {
      const object: TypedObject | null | undefined = change[field as keyof typeof MEMBERS];
      return object == null ? [] : [{ field, objectType, object }];
    }),
  );
}
