import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { z } from 'zod';
import { isNewFieldName } from '../crm/identifiers.js';
import type { FieldType, ReferenceTarget, SchemaObjectType } from '../crm/object-types.js';
import { checkFieldPush, type SchemaFieldPush } from '../crm/schema-field.js';
import {
  PUSH_MODES,
  type PushMode,
  type SchemaChange,
  type SchemaFieldProperty,
  type SchemaWarningCode,
} from '../crm/schema-plan.js';
import type { OrFlaw } from '../gong/flaw.js';
import { checks, listOf } from './checked-arg.js';
import {
  FieldTypeEnum,
  PushModeEnum,
  ReferenceTargetEnum,
  SchemaChangeKindEnum,
  SchemaFieldPropertyEnum,
  SchemaObjectTypeEnum,
  SchemaWarningCodeEnum,
} from './enums.js';
import { INTEGRATION_ID_DESCRIPTION } from './integration-id.arg.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ simpleResolvers: true, description: 'A field of a schema.' })
export class SchemaField {
  @Field(() => String, { description: 'The field’s name in objects.' })
  uniqueName!: string;

  @Field(() => String, { description: 'The name shown to people.' })
  label!: string;

  @Field(() => FieldTypeEnum, { description: 'The type, which decides the values that the field accepts.' })
  type!: FieldType;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the field was last changed in the CRM.' })
  lastModified!: string | null;

  @Field(() => ReferenceTargetEnum, {
    nullable: true,
    description: 'The type of object that a REFERENCE field refers to.',
  })
  referenceTo!: ReferenceTarget | null;

  @Field(() => [String], { nullable: true, description: 'The values of a PICKLIST, in order.' })
  orderedValueList!: readonly string[] | null;

  @Field(() => Boolean, {
    description: 'Whether the company added the field. Gong’s own fields cannot be changed.',
  })
  isCustom!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'The schema of one object type.' })
export class ObjectSchema {
  @Field(() => SchemaObjectTypeEnum, { description: 'The type of objects that the schema describes.' })
  objectType!: SchemaObjectType;

  @Field(() => [SchemaField], {
    nullable: 'items',
    description:
      'All fields of these objects, Gong’s own and custom ones. A field that is malformed in Gong’s answer is null, with ' +
      'an error.',
  })
  fields!: OrFlaw<SchemaField>[];
}

const fieldCheck = z
  .object({
    uniqueName: checks.fieldName,
    label: checks.text.nullish(),
    type: checks.any,
    lastModified: checks.any,
    isDeleted: checks.any,
    referenceTo: checks.any,
    orderedValueList: z
      .array(checks.text)
      .refine((values) => new Set(values).size === values.length, 'values that differ from each other')
      .nullish(),
  })
  .superRefine((field, context) => {
    // An existing field can be deleted whatever its name.
    if (field.isDeleted !== true && !isNewFieldName(field.uniqueName)) {
      const message = 'a name that is not blank, has no control characters and is not __proto__';
      context.addIssue({ code: 'custom', path: ['uniqueName'], message, params: { code: 'BAD_FORMAT' } });
    }
    for (const { property, needed } of checkFieldPush(field as SchemaFieldPush)) {
      // The name was checked above.
      if (property !== 'uniqueName') context.addIssue({ code: 'custom', path: [property], message: needed });
    }
  });

@InputType({ description: 'A custom field to add, change or delete.' })
export class SchemaFieldInput {
  static readonly check = fieldCheck;

  @Field(() => String, { description: 'The field’s name in objects.' })
  uniqueName!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name shown to people. Mandatory unless the field is deleted.',
  })
  label?: string | null;

  @Field(() => FieldTypeEnum, {
    nullable: true,
    description:
      'The type, which decides the values that the field accepts. Mandatory unless the field is deleted.',
  })
  type?: FieldType | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the field was last changed in the CRM.' })
  lastModified?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Deletes the field and its values in every object.' })
  isDeleted?: boolean | null;

  @Field(() => ReferenceTargetEnum, {
    nullable: true,
    description: 'The type of object that the field refers to. Mandatory for a REFERENCE.',
  })
  referenceTo?: ReferenceTarget | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The possible values, in order. Mandatory for a PICKLIST.',
  })
  orderedValueList?: string[] | null;
}

@InputType({ description: 'Custom fields for the schema of one object type.' })
export class PushSchemaInput {
  static readonly check = z.object({
    objectType: checks.any,
    fields: listOf(fieldCheck, 'field').refine(
      (fields) => new Set(fields.map((field) => field.uniqueName)).size === fields.length,
      'every uniqueName once',
    ),
    mode: z.enum(PUSH_MODES),
    dryRun: z.boolean(),
    allowDataLoss: z.boolean(),
    integrationId: checks.integrationId.nullish(),
  });

  @Field(() => SchemaObjectTypeEnum, { description: 'The type of objects that the schema describes.' })
  objectType!: SchemaObjectType;

  @Field(() => [SchemaFieldInput], {
    description: 'The custom fields. Gong’s own fields need not be repeated.',
  })
  fields!: SchemaFieldInput[];

  @Field(() => PushModeEnum, {
    defaultValue: 'MERGE',
    description: 'What happens to custom fields that are not named here.',
  })
  mode!: PushMode;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Returns the plan without changing anything.',
  })
  dryRun!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Must be true for a push that retypes or deletes fields: Gong then deletes their values permanently.',
  })
  allowDataLoss!: boolean;

  @Field(() => ID, { nullable: true, description: INTEGRATION_ID_DESCRIPTION })
  integrationId?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'What a push does to one field.' })
export class SchemaFieldChange {
  @Field(() => String, { description: 'The field’s `uniqueName`.' })
  name!: string;

  @Field(() => SchemaChangeKindEnum, { description: 'What happens to the field.' })
  kind!: SchemaChange['kind'];

  @Field(() => FieldTypeEnum, { nullable: true, description: 'The former type of a retyped field.' })
  from!: FieldType | null;

  @Field(() => FieldTypeEnum, { nullable: true, description: 'The new type of a retyped field.' })
  to!: FieldType | null;

  @Field(() => [SchemaFieldPropertyEnum], { description: 'The properties that change.' })
  properties!: readonly SchemaFieldProperty[];
}

@ObjectType({ simpleResolvers: true, description: 'A part of a schema push that may be unintended.' })
export class SchemaWarning {
  @Field(() => String, { description: 'The field’s `uniqueName`.' })
  name!: string;

  @Field(() => SchemaWarningCodeEnum, { description: 'The kind of warning.' })
  code!: SchemaWarningCode;

  @Field(() => String, { description: 'What happens, and what to do.' })
  message!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What a schema push has done or would do.' })
export class PushSchemaPayload {
  @Field(() => ID, { description: 'The integration that the schema belongs to.' })
  integrationId!: string;

  @Field(() => SchemaObjectTypeEnum, { description: 'The type of objects that the schema describes.' })
  objectType!: SchemaObjectType;

  @Field(() => Boolean, {
    description: 'Whether anything was sent to Gong. False for a dry run, and if nothing would change.',
  })
  pushed!: boolean;

  @Field(() => Boolean, { description: 'Whether the plan deletes values of existing objects.' })
  losesData!: boolean;

  @Field(() => [SchemaFieldChange], {
    description: 'The plan: what happens to every custom field, whether named in the push or existing.',
  })
  plan!: SchemaFieldChange[];

  @Field(() => [SchemaWarning], { description: 'Parts of the plan that may be unintended.' })
  warnings!: SchemaWarning[];
}
