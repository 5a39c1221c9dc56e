import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { z } from 'zod';
import { checks } from './checked-arg.js';

@ObjectType({
  simpleResolvers: true,
  description:
    'The link between a company’s CRM and Gong. Every object and schema belongs to an integration.',
})
export class Integration {
  @Field(() => ID, {
    description: 'Gong’s ID of the integration: a 64-bit integer as a string of digits. Keep it a string.',
  })
  id!: string;

  @Field(() => String, { description: 'The name under which the CRM was registered.' })
  name!: string;

  @Field(() => String, { description: 'The e-mail address of the person responsible for the integration.' })
  ownerEmail!: string;
}

@InputType({ description: 'A CRM to register with Gong.' })
export class RegisterIntegrationInput {
  static readonly check = z.object({ name: checks.text, ownerEmail: checks.emailAddress });

  @Field(() => String, { description: 'A name for the CRM, shown in Gong.' })
  name!: string;

  @Field(() => String, { description: 'The e-mail address of the person responsible for the integration.' })
  ownerEmail!: string;
}
