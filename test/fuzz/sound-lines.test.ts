import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantAt } from '../../src/crm/byte-dates.js';
import { parseDateTime } from '../../src/crm/dates.js';
import { API_DIALECTS } from '../../src/crm/dialects.js';
import { GONG_FIELDS } from '../../src/crm/gong-fields.js';
import { LineFault, parseLine } from '../../src/crm/ldjson-line.js';
import { compileObjectCheck, type ObjectRulesOptions } from '../../src/crm/object-rules.js';
import { FIELD_TYPES, UPLOAD_OBJECT_TYPES } from '../../src/crm/object-types.js';
import { createSoundLines, NOT_SOUND } from '../../src/crm/sound-lines.js';
import { FUZZ_TIMEOUT_MS, holds } from './settings.js';

/**
 * What the bytes of a line show must be what parsing and checking it finds: a line is only recognized as sound if there is
 * nothing to report about it.
 */

const LF = 0x0a;
const PICKLIST = ['EMEA', 'Zürich', '"quoted"', '\ud800', ''];
const ODD_NAMES = ['', 'a"b', 'a\\b', 'ünï', '\ud800', '__proto__', 'toString'];

const custom = (uniqueName: string, type: (typeof FIELD_TYPES)[number]) => ({
  ...{ uniqueName, label: uniqueName, type, lastModified: null, referenceTo: null },
  orderedValueList: type === 'PICKLIST' ? PICKLIST : null,
});

const SCHEMA = [
  ...FIELD_TYPES.map((type) => custom(`${type.toLowerCase()}__c`, type)),
  ...ODD_NAMES.map((name) => custom(name, 'STRING')),
];

/** Both ways to check a line of a type. */
function bothChecks(rules: Pick<ObjectRulesOptions, 'dialect' | 'objectType' | 'requirePhone'>) {
  const options = { ...rules, schema: SCHEMA, reportWarnings: true };
  const soundLines = createSoundLines(options);
  const checkObject = compileObjectCheck(options);

  function parsed(line: Buffer) {
    const object = parseLine(line, 0, line.length, 'UNKNOWN');
    if (object instanceof LineFault) return { id: undefined, instant: undefined, problems: [object.message] };
    const problems: string[] = [];
    checkObject(object, ({ message }) => problems.push(message));
    const date = object.modifiedDate || object.lastModified;
    const instant = typeof date === 'string' ? parseDateTime(date) : undefined;
    return { id: object.objectId, instant, problems };
  }

  /** Whether the line was recognized; fails if it may not have been. */
  return (bytes: Buffer): boolean => {
    const end = bytes.indexOf(LF);
    if (!isUtf8(bytes) || end === -1) return false;
    const found = soundLines.match(bytes, 0);
    if (found === NOT_SOUND) return false;
    const { idStart, idEnd, dateStart } = soundLines;
    const id = bytes.toString('utf8', idStart, idEnd);
    const instant = dateStart === 0 ? undefined : instantAt(bytes, dateStart);
    const text = bytes.toString();
    expect({ text, end: found, id, instant, problems: [] }).toEqual({
      ...{ text, end },
      ...parsed(bytes.subarray(0, end)),
    });
    return true;
  };
}

const kinds = API_DIALECTS.flatMap((dialect) =>
  UPLOAD_OBJECT_TYPES.map((objectType) => ({ dialect, objectType, requirePhone: true })),
);

/** JSON of values that are good for some type, or nearly. */
const VALUES = [
  ...['null', 'true', 'false', 'nul', 'True', '{}', '[]', '{"a":1}', '""', '" "', '"a"', "'a'", 'a', ''],
  ...[
    '0',
    '-0',
    '1',
    '7',
    '01',
    '-1',
    '1.',
    '.5',
    '1.5',
    '-1.5e3',
    '1E+2',
    '1e',
    '1e400',
    '99',
    '99.99',
    '100',
  ],
  ...[
    '100.0',
    '100.5',
    '101',
    '1e1',
    '-0.0',
    '0.0',
    '00',
    '+1',
    '123456789012345',
    '12345678901234567890',
    'NaN',
  ],
  ...[
    '["a"]',
    '["a", "b"]',
    '["a" "b"]',
    '["a",]',
    '[ "a"]',
    '[1]',
    '["a",null]',
    '["\\u0041"]',
    '[""]',
    '["a"',
  ],
  ...['"2021-05-19"', '"2021-02-29"', '"2024-02-29"', '"0000-01-01"', '"2021-5-19"', '"2021-05-19 "'],
  ...[
    '"2018-02-18T02:30:00-07:00"',
    '"2018-02-18T02:30:00Z"',
    '"2018-02-18T24:00:00Z"',
    '"2018-02-18T02:30:00"',
  ],
  ...['"2018-02-18T02:30:00+18:59"', '"2018-02-18T02:30:00+19:00"', '"2018-02-18T02:30:00.000Z"'],
  ...[
    '"2018-02-18T02:30:00z"',
    '"2018-02-18t02:30:00Z"',
    '"1950-12-31T23:59:59+00:00"',
    '"2018-02-18T02:30:00Z ',
  ],
  ...['"a@b"', '"a@"', '"@b"', '"a@b@c"', '"a b@c"', '"ü@b"', '"a\\u00a0@b"', '"a\u00a0@b"', '"@"'],
  ...[
    '"+14055766687"',
    '"(912) 507-4395"',
    '"(912) 507-4395 ext. 12"',
    '"+"',
    '"1-1"',
    '"1 1 11"',
    '"+1+1"',
    '"12"',
  ],
  ...[
    '"https://acme.com"',
    '"http://a.bc/x?y#z"',
    '"https://acme"',
    '"https://xn--a.com"',
    '"https://a.xn--b.com"',
  ],
  ...[
    '"https://.com"',
    '"https://a..com"',
    '"https://a.c"',
    '"https://a.com:80"',
    '"https://a.co1"',
    '"ftp://a.com"',
  ],
  ...[
    '"https://a.com/ x"',
    '"https://a.com/\u3000"',
    '"https:\\/\\/a.com"',
    '"https://A.com"',
    '"HTTPS://a.com"',
  ],
  ...[
    `"https://a.com/${'x'.repeat(2_030)}"`,
    `"https://a.com/${'x'.repeat(2_040)}"`,
    `"https://${'a.'.repeat(1_100)}com"`,
    '"https://a-.-b.com?"',
  ],
  ...[
    '"EMEA"',
    '"EME"',
    '"EMEA "',
    '"emea"',
    '"Zürich"',
    '"Z\\u00fcrich"',
    '"\\"quoted\\""',
    '"\\ud800"',
    '"\ufffd"',
  ],
  ...[
    '"OPEN"',
    '"WON"',
    '"a_b"',
    '"a-1"',
    `"${'x'.repeat(64)}"`,
    `"${'x'.repeat(65)}"`,
    '"ü"',
    '"日本"',
    '"\u007f"',
  ],
  ...[
    '"a\\nb"',
    '"a\\/b"',
    '"\\u12G4"',
    '"\\x"',
    '"a\tb"',
    '"\u2028"',
    '"\\',
    '"a',
    '"\\u00',
    '"\\"',
    '"a"b"',
  ],
];

/** Good values of the fields of a type. */
const GOOD: Readonly<Record<(typeof FIELD_TYPES)[number], string>> = {
  ...{ BOOLEAN: 'false', CURRENCY: '7000.5', DATE: '"2021-05-19"', DATETIME: '"2018-02-18T02:30:00-07:00"' },
  ...{
    EMAILADDRESS: '"jane@acme.com"',
    ID: '"a-1"',
    NUMBER: '5',
    PERCENT: '75',
    PHONENUMBER: '"+14055766687"',
  },
  ...{ PICKLIST: '"EMEA"', REFERENCE: '"a-2"', STRING: '"OPEN"', STRINGARRAY: '["a.com","b.com"]' },
  URL: '"https://acme.com/1"',
};

/** The fields of a good object of that type as JSON, by name. */
function goodFields({ dialect, objectType }: (typeof kinds)[number]): Map<string, string> {
  const gong = GONG_FIELDS[dialect][objectType].filter((field) => field.isFormer !== true);
  return new Map([
    ...gong.map(({ name, type }) => [name, GOOD[type]] as const),
    ...FIELD_TYPES.map((type) => [`${type.toLowerCase()}__c`, GOOD[type]] as const),
  ]);
}

function lineOf(fields: Iterable<readonly [string, string]>, [comma, colon, end]: readonly string[]): Buffer {
  const members = [...fields].map(([name, value]) => `${JSON.stringify(name)}${colon}${value}`);
  return Buffer.from(`{${members.join(comma)}}${end}\n`);
}

const COMPACT = [',', ':', ''];
const SPACED = [' , ', ': ', ' \r'];

describe.each(kinds)('$objectType on the $dialect paths', (kind) => {
  test('a good line is recognized, with and without white space, whatever the order of its keys', () => {
    const isSound = bothChecks(kind);
    const fields = [...goodFields(kind)];
    for (const spaces of [COMPACT, SPACED]) {
      expect(isSound(lineOf(fields, spaces))).toBe(true);
      expect(isSound(lineOf(fields.toReversed(), spaces))).toBe(true);
      expect(isSound(lineOf(fields.toReversed(), spaces))).toBe(true);
    }
  });

  test('whatever the value of a field, a line is recognized only if it is sound', () => {
    const isSound = bothChecks(kind);
    const fields = goodFields(kind);
    let recognized = 0;
    for (const name of [...fields.keys(), ...ODD_NAMES, 'unknown', 'lastModified', 'isOpen']) {
      for (const value of VALUES) {
        if (isSound(lineOf(new Map([...fields, [name, value]]), COMPACT))) recognized += 1;
        isSound(lineOf([...fields, [name, value]], SPACED));
      }
    }
    expect(recognized).toBeGreaterThan(200);
  });
});

test(
  'however a line is damaged, it is recognized only if it is still sound',
  async () => {
    let recognized = 0;
    await holds(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.func(fc.integer()),
        fc.constantFrom(COMPACT, SPACED),
        fc.uint8Array({ minLength: 1, maxLength: 3 }),
        async (kind, order, spaces, damage) => {
          const isSound = bothChecks(kind);
          const fields = [...goodFields(kind)].sort(([left], [right]) => order(left) - order(right));
          const line = lineOf(fields, spaces);
          for (let at = 0; at < line.length; at += 1) {
            for (const skipped of [0, 1, 2, damage.length]) {
              const parts = [line.subarray(0, at), damage, line.subarray(at + skipped), Buffer.from('\n')];
              for (const bytes of [
                Buffer.concat(parts),
                Buffer.concat([...parts.slice(0, 1), ...parts.slice(2)]),
              ]) {
                if (isSound(bytes)) recognized += 1;
              }
            }
          }
        },
      ),
    );
    expect(recognized).toBeGreaterThan(1_000);
  },
  FUZZ_TIMEOUT_MS,
);
