import 'reflect-metadata';
import { buildSchema, isObjectType, printSchema, validateSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fieldNameOf, planCustomFields } from '../../src/crm/custom-fields.js';
import type { SchemaField } from '../../src/crm/schema-field.js';
import { withCustomFields } from '../../src/graphql/custom-fields.js';
import { createSchema } from '../../src/graphql/schema.js';

function field(uniqueName: string, more: Partial<SchemaField> = {}): SchemaField {
  const rest = { lastModified: null, referenceTo: null, orderedValueList: null };
  return { uniqueName, label: uniqueName, type: 'STRING', ...rest, ...more };
}

const picklist = (uniqueName: string, orderedValueList: readonly string[]) =>
  field(uniqueName, { type: 'PICKLIST', orderedValueList });

const long = 'x'.repeat(10_000);

describe('whatever schema Gong serves, the gateway has a valid one', () => {
  test.each<
    [string, readonly SchemaField[], { readonly shown: number; readonly leftOut: readonly string[] }]
  >([
    [
      'names that JavaScript or GraphQL reserve',
      ['__proto__', '__typename', 'constructor', 'toString', 'custom'].map((name) => field(name)),
      { shown: 5, leftOut: [] },
    ],
    [
      'blank names',
      [field(''), field(' '), field('a')],
      { shown: 1, leftOut: ['its name is blank', 'its name is blank'] },
    ],
    [
      'names of 10 kB',
      [field(long), field('a')],
      { shown: 1, leftOut: ['its name has more than 255 characters'] },
    ],
    [
      'the same name twice',
      [field('a'), field('a', { type: 'NUMBER' })],
      { shown: 1, leftOut: ['another field is `a`'] },
    ],
    [
      'a name that looks like another’s altered one',
      [field('a b'), field(fieldNameOf('a b'))],
      { shown: 1, leftOut: [`another field is \`${fieldNameOf('a b')}\``] },
    ],
    [
      'labels that would end a description',
      [field('a', { label: `""" \\""" " \\u{110000} \n \u2028 \ud800 ${long}` })],
      { shown: 1, leftOut: [] },
    ],
    [
      'labels that change the direction of text',
      [field('a', { label: '\u202egnorw' })],
      { shown: 1, leftOut: [] },
    ],
    [
      'references to nothing',
      [field('a', { type: 'REFERENCE' })],
      { shown: 0, leftOut: ['it does not say what it refers to'] },
    ],
    [
      'picklists that are no enums',
      [
        picklist('a', ['true']),
        picklist('b', ['a b']),
        picklist('c', []),
        picklist('d', ['__x']),
        picklist('e', [long]),
      ],
      { shown: 5, leftOut: [] },
    ],
    ['picklists whose values repeat', [picklist('a', ['x', 'x'])], { shown: 1, leftOut: [] }],
    [
      '5,000 fields',
      Array.from({ length: 5_000 }, (_, index) => field(`f${index}`)),
      { shown: 5_000, leftOut: [] },
    ],
  ])('with %s', async (_what, fields, { shown, leftOut }) => {
    const plan = planCustomFields('DEAL', fields);

    const schema = withCustomFields(await createSchema(), new Map([['DEAL', plan]]));

    expect(plan.fields).toHaveLength(shown);
    expect(plan.leftOut.map(({ reason }) => reason)).toEqual(leftOut);
    expect(validateSchema(schema)).toEqual([]);
    const type = buildSchema(printSchema(schema)).getType('DealCustomFields');
    expect(isObjectType(type) ? Object.keys(type.getFields()) : []).toHaveLength(shown);
  });
});

test('the name of a field depends on nothing but its own uniqueName', () => {
  const names = ['Region (EMEA)', 'Région', '地域', '1st', 'a-b', 'a b'];
  const alone = names.map((name) => planCustomFields('DEAL', [field(name)]).fields[0]?.name);
  const together = planCustomFields(
    'DEAL',
    names.map((name) => field(name)),
  ).fields;

  expect(names.map((name) => together.find(({ uniqueName }) => uniqueName === name)?.name)).toEqual(alone);
  expect(new Set(alone).size).toBe(names.length);
  for (const name of alone) expect(name).toMatch(/^(?!__)[A-Za-z_]\w*_[0-9a-f]{8}$/);
});

test('fields that Gong itself defines are not custom ones', () => {
  expect(planCustomFields('DEAL', [field('amount', { type: 'CURRENCY' }), field('status')]).fields).toEqual(
    [],
  );
});
