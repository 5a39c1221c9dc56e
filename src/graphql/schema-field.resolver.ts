import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { isGongField } from '../crm/gong-fields.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import { isFlaw } from '../gong/flaw.js';
import { CheckedArg } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { CostsCalls } from './costs.js';
import { SchemaObjectTypeEnum } from './enums.js';
import { IntegrationIdArg } from './integration-id.arg.js';
import { ObjectSchema, PushSchemaInput, PushSchemaPayload } from './schema-field.type.js';

@Resolver()
export class SchemaFieldResolver {
  @Authorized('api:crm:schema')
  @CostsCalls(1)
  @Query(() => [ObjectSchema], {
    nullable: true,
    description: 'The schemas of the company’s objects: of one type or of all four.',
  })
  async schemaFields(
    @Ctx() context: Context,
    @Arg('objectType', () => SchemaObjectTypeEnum, {
      nullable: true,
      description: 'The type of objects. By default all four.',
    })
    objectType?: SchemaObjectType | null,
    @IntegrationIdArg() given?: string,
  ): Promise<ObjectSchema[]> {
    const schemas = await context.loaders.schemas.list(
      await integrationIdOf(context, given),
      objectType ?? undefined,
    );
    return [...schemas].map(([type, fields]) => ({
      objectType: type,
      fields: fields.map((field) =>
        isFlaw(field) ? field : { ...field, isCustom: !isGongField(type, field.uniqueName) },
      ),
    }));
  }

  @Authorized('api:crm:schema')
  @CostsCalls(1)
  @Mutation(() => PushSchemaPayload, {
    nullable: true,
    description:
      'Adds, changes or deletes custom fields. A push that retypes or deletes a field destroys its values in every ' +
      'object: unless `allowDataLoss` is true, it is refused with SCHEMA_DATA_LOSS and the plan. Try it first with `dryRun`.',
  })
  async pushSchema(
    @Ctx() context: Context,
    @CheckedArg('input', () => PushSchemaInput, {
      description: 'The fields, and how to treat fields that are not named.',
      check: PushSchemaInput.check,
    })
    input: PushSchemaInput,
  ): Promise<PushSchemaPayload> {
    const integrationId = await integrationIdOf(context, input.integrationId);
    const { plan, pushed } = await context.uploads.pushSchema({ ...input, integrationId });
    return {
      integrationId,
      objectType: input.objectType,
      pushed,
      losesData: plan.losesData,
      warnings: [...plan.warnings],
      plan: plan.changes.map((change) => ({
        name: change.name,
        kind: change.kind,
        from: change.kind === 'RETYPED' ? change.from : null,
        to: change.kind === 'RETYPED' ? change.to : null,
        properties: change.kind === 'CHANGED' ? change.properties : [],
      })),
    };
  }
}
