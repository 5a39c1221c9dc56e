import { Field, Int, ObjectType } from 'type-graphql';
import { CallBudget } from './call-budget.resolver.js';
import { CheckStatusEnum, GatewayUpstreamEnum, GongDialectEnum } from './enums.js';
import type { CheckStatus, GatewayUpstream, GongDialect } from './gateway-state.js';

@ObjectType({ simpleResolvers: true, description: 'A check of the gateway, as `/ready` reports it.' })
export class GatewayCheck {
  @Field(() => String, {
    description: 'What was checked: `process`, `credentials`, `budget`, `customFields`, `issuer` or `redis`.',
  })
  name!: string;

  @Field(() => CheckStatusEnum, { description: 'The result.' })
  status!: CheckStatus;

  @Field(() => String, { description: 'The reason, for people.' })
  reason!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The state of the gateway: of the replica that answers.' })
export class GatewayStatus {
  @Field(() => String, { description: 'The version of the gateway.' })
  version!: string;

  @Field(() => GatewayUpstreamEnum, { description: 'Whose API it calls.' })
  upstream!: GatewayUpstream;

  @Field(() => GongDialectEnum, { description: 'Which of Gong’s two sets of paths it uses.' })
  dialect!: GongDialect;

  @Field(() => Boolean, { description: 'Whether no check has FAILED.' })
  isReady!: boolean;

  @Field(() => [GatewayCheck], { description: 'Every check with its reason.' })
  checks!: GatewayCheck[];

  @Field(() => CallBudget, { description: 'How many calls to Gong are left, as `callBudget` says.' })
  callBudget!: CallBudget;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many objects wait in the queue of changes, as counted a few seconds ago. Null if there is no queue.',
  })
  queuedObjects!: number | null;
}
