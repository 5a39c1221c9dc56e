import { Arg, Authorized, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { z } from 'zod';
import { isGongField } from '../crm/gong-fields.js';
import { isSchemaObjectType, REFERENCE_TARGETS, type SchemaObjectType } from '../crm/object-types.js';
import { badUserInput } from '../errors.js';
import { type CrmObjectSource, placeOf, recordOf, valueIn } from '../loaders/object-source.js';
import {
  CheckedArg,
  checks,
  listOf,
  MAX_IDS,
  MAX_LIST,
  passesAsFieldName,
  passesAsList,
  passesAsObjectId,
} from './checked-arg.js';
import { ChosenFields } from './chosen-fields.js';
import { type Context, integrationIdOf } from './context.js';
import { CostsLookUp } from './costs.js';
import { Account, Contact, CrmObject, Deal, Lead } from './crm-object.type.js';
import { SchemaObjectTypeEnum } from './enums.js';
import { IntegrationIdArg } from './integration-id.arg.js';
import { PlainResolver } from './plain-resolvers.js';
import { JsonObjectScalar, JsonScalar } from './scalars.js';

type Found = Promise<CrmObjectSource | null>;

async function loadOne(context: Context, type: SchemaObjectType, id: string, given?: string | null): Found {
  return context.loaders.objects.load(await integrationIdOf(context, given), type, id);
}

async function loadMany(
  context: Context,
  type: SchemaObjectType,
  ids: readonly string[],
  given?: string | null,
): Promise<readonly (CrmObjectSource | Error | null)[]> {
  if (ids.length === 0) return [];
  return context.loaders.objects.loadMany(await integrationIdOf(context, given), type, ids);
}

/** Loads the object whose ID is in a field of the source; `null` where the field is empty. */
function follow(
  context: Context,
  source: CrmObjectSource,
  field: string,
  target: SchemaObjectType,
): Found | null {
  const id = valueIn(source, field);
  if (id === undefined || id === null || id === '') return null;
  return context.loaders.objects.follow(placeOf(source).integrationId, target, String(id));
}

const ObjectIdArg = (what: string) =>
  CheckedArg('id', () => ID, {
    description: `The ${what}’s ID in the CRM.`,
    check: checks.objectId,
    passes: passesAsObjectId,
  });

const ObjectIdsArg = (what: string) =>
  CheckedArg('ids', () => [ID], {
    description: `The ${what}’ IDs in the CRM. A repeated ID repeats the object.`,
    check: z.array(checks.objectId).max(MAX_IDS, `at most ${MAX_IDS} of them`),
    passes: (ids) => passesAsList(ids, passesAsObjectId, MAX_IDS),
  });

const manyOptions = (what: string) =>
  ({
    nullable: 'itemsAndList',
    description:
      `Up to 1,000 ${what}, in the order of \`ids\`, with null for each that Gong does not have. The gateway divides them ` +
      'into calls of 100.',
  }) as const;

@Resolver()
export class CrmObjectQueries {
  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => Account, { nullable: true, description: 'One account, or null if Gong does not have it.' })
  account(
    @Ctx() context: Context,
    @ObjectIdArg('account') id: string,
    @IntegrationIdArg() integrationId?: string,
  ) {
    return loadOne(context, 'ACCOUNT', id, integrationId);
  }

  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => Contact, { nullable: true, description: 'One contact, or null if Gong does not have it.' })
  contact(
    @Ctx() context: Context,
    @ObjectIdArg('contact') id: string,
    @IntegrationIdArg() integrationId?: string,
  ) {
    return loadOne(context, 'CONTACT', id, integrationId);
  }

  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => Deal, { nullable: true, description: 'One deal, or null if Gong does not have it.' })
  deal(@Ctx() context: Context, @ObjectIdArg('deal') id: string, @IntegrationIdArg() integrationId?: string) {
    return loadOne(context, 'DEAL', id, integrationId);
  }

  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => Lead, { nullable: true, description: 'One lead, or null if Gong does not have it.' })
  lead(@Ctx() context: Context, @ObjectIdArg('lead') id: string, @IntegrationIdArg() integrationId?: string) {
    return loadOne(context, 'LEAD', id, integrationId);
  }

  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => [Account], manyOptions('accounts'))
  accounts(
    @Ctx() context: Context,
    @ObjectIdsArg('accounts') ids: string[],
    @IntegrationIdArg() integrationId?: string,
  ) {
    return loadMany(context, 'ACCOUNT', ids, integrationId);
  }

  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => [Contact], manyOptions('contacts'))
  contacts(
    @Ctx() context: Context,
    @ObjectIdsArg('contacts') ids: string[],
    @IntegrationIdArg() integrationId?: string,
  ) {
    return loadMany(context, 'CONTACT', ids, integrationId);
  }

  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => [Deal], manyOptions('deals'))
  deals(
    @Ctx() context: Context,
    @ObjectIdsArg('deals') ids: string[],
    @IntegrationIdArg() integrationId?: string,
  ) {
    return loadMany(context, 'DEAL', ids, integrationId);
  }

  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => [Lead], manyOptions('leads'))
  leads(
    @Ctx() context: Context,
    @ObjectIdsArg('leads') ids: string[],
    @IntegrationIdArg() integrationId?: string,
  ) {
    return loadMany(context, 'LEAD', ids, integrationId);
  }

  @PlainResolver()
  @Authorized('api:crm:get-objects')
  @CostsLookUp()
  @Query(() => [CrmObject], manyOptions('objects of one type'))
  crmObjects(
    @Ctx() context: Context,
    @Arg('objectType', () => SchemaObjectTypeEnum, { description: 'The type of all the objects.' })
    objectType: SchemaObjectType,
    @ObjectIdsArg('objects') ids: string[],
    @IntegrationIdArg() integrationId?: string,
  ) {
    return loadMany(context, objectType, ids, integrationId);
  }
}

@Resolver(() => CrmObject)
export class CrmObjectFields {
  @PlainResolver()
  @FieldResolver(() => JsonObjectScalar, {
    description: 'The object’s fields by name, custom ones included. Fields without a value are omitted.',
  })
  fields(
    @Root() source: CrmObjectSource,
    @CheckedArg('names', () => [String], {
      nullable: true,
      description: 'The names of the fields to return. By default all.',
      check: listOf(checks.fieldName, 'name'),
      passes: (names) => passesAsList(names, passesAsFieldName, MAX_LIST),
    })
    names?: string[] | null,
  ) {
    const fields = recordOf(source);
    return names == null ? fields : new ChosenFields(fields, names);
  }

  @PlainResolver()
  @FieldResolver(() => JsonScalar, {
    nullable: true,
    description: 'The value of one field, or null if the object has none.',
  })
  field(
    @Root() source: CrmObjectSource,
    @CheckedArg('name', () => String, {
      description: 'The field’s `uniqueName` in the schema.',
      check: checks.fieldName,
      passes: passesAsFieldName,
    })
    name: string,
  ) {
    return valueIn(source, name);
  }

  @CostsLookUp({ needsSchema: true })
  @FieldResolver(() => CrmObject, {
    nullable: true,
    description:
      'The object that a REFERENCE field refers to, or null if the field is empty or Gong does not have the object.',
  })
  async reference(
    @Root() source: CrmObjectSource,
    @CheckedArg('field', () => String, {
      description: 'The `uniqueName` of a REFERENCE field in the schema of this object’s type.',
      check: checks.fieldName,
    })
    field: string,
    @Ctx() context: Context,
  ): Found {
    const { integrationId, objectType } = placeOf(source);
    // The targets of Gong's own fields are known without the schema.
    if (!isGongField(objectType, field) && !context.calls.takeOnce(`schema ${integrationId} ${objectType}`))
      throw context.calls.refusal();
    const target = await context.loaders.schemas.referenceTarget(integrationId, objectType, field);
    if (target === undefined || !isSchemaObjectType(target)) {
      const message =
        target === undefined
          ? `needed a REFERENCE field of ${objectType}, got "${field}"`
          : `needed a reference to an object that can be read, got "${field}", which refers to ${target}; ` +
            `readable are ${REFERENCE_TARGETS.filter(isSchemaObjectType).join(', ')}`;
      const code = target === undefined ? 'UNKNOWN_FIELD' : 'INVALID_VALUE';
      throw badUserInput([{ path: ['field'], code, message }]);
    }
    return follow(context, source, field, target);
  }
}

@Resolver(() => Contact)
export class ContactFields {
  @CostsLookUp()
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'The person’s account, or null if Gong does not have it.',
  })
  account(@Root() source: CrmObjectSource, @Ctx() context: Context): Found | null {
    return follow(context, source, 'accountId', 'ACCOUNT');
  }
}

@Resolver(() => Deal)
export class DealFields {
  @CostsLookUp()
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'The deal’s account, or null if Gong does not have it.',
  })
  account(@Root() source: CrmObjectSource, @Ctx() context: Context): Found | null {
    return follow(context, source, 'accountId', 'ACCOUNT');
  }
}

@Resolver(() => Lead)
export class LeadFields {
  @CostsLookUp()
  @FieldResolver(() => Deal, {
    nullable: true,
    description: 'The deal that the lead became, or null if Gong has none.',
  })
  convertedToDeal(@Root() source: CrmObjectSource, @Ctx() context: Context): Found | null {
    return follow(context, source, 'convertedToDealId', 'DEAL');
  }

  @CostsLookUp()
  @FieldResolver(() => Contact, {
    nullable: true,
    description: 'The contact that the lead became, or null if Gong has none.',
  })
  convertedToContact(@Root() source: CrmObjectSource, @Ctx() context: Context): Found | null {
    return follow(context, source, 'convertedToContactId', 'CONTACT');
  }

  @CostsLookUp()
  @FieldResolver(() => Account, {
    nullable: true,
    description: 'The account that the lead became, or null if Gong has none.',
  })
  convertedToAccount(@Root() source: CrmObjectSource, @Ctx() context: Context): Found | null {
    return follow(context, source, 'convertedToAccountId', 'ACCOUNT');
  }
}
