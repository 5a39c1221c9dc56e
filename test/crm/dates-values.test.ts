import { describe, expect, test } from 'vitest';
import { isDate, parseDateTime, withoutFraction } from '../../src/crm/dates.js';
import { isClientRequestId, isIntegrationId } from '../../src/crm/identifiers.js';
import type { FieldType } from '../../src/crm/object-types.js';
import { isHttpUrl, isLongInteger, isPhoneNumber, shown, valueCheck } from '../../src/crm/values.js';

test.each([
  '2018-02-18T02:30:00-07:00',
  '2018-02-18T08:00:00Z',
  '2020-02-29T23:59:59+14:00',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2000-02-29T00:00:00Z',
  '2100-02-28T00:00:00Z',
  '1900-03-01T00:00:00+05:30',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
])('%s is the instant that the platform reads', (text) => {
  expect(parseDateTime(text)).toBe(Date.parse(text) / 1000);
});

test('every day of four centuries agrees with Date.parse', () => {
  let days = 0;
  for (let time = Date.UTC(1800, 0, 1); time < Date.UTC(2201, 0, 1); time += 86_400_000) {
    const text = `${new Date(time).toISOString().slice(0, 19)}Z`;
    if (parseDateTime(text) !== time / 1000) expect(parseDateTime(text)).toBe(time / 1000);
    days += 1;
  }
  expect(days).toBe(146_462);
});

test.each([
  '2018-02-18T02:30:00.000Z',
  '2018-02-18T02:30:00',
  '2018-02-18T02:30:00z',
  '2018-02-18t02:30:00Z',
  '2018-02-18 02:30:00Z',
  '2018-02-18T02:30:00+0700',
  '2018-02-18T02:30:00+07-00',
  '2018-02-18T02:30:00*07:00',
  '2018-02-18T02:30:00+19:00',
  '2018-02-18T02:30:00+07:60',
  '2018-02-18T24:00:00Z',
  '2018-02-18T02:60:00Z',
  '2018-02-18T02:30:60Z',
  '2018-02-30T02:30:00Z',
  '2019-02-29T02:30:00Z',
  '1900-02-29T02:30:00Z',
  '2018-13-01T02:30:00Z',
  '2018-00-01T02:30:00Z',
  '2018-01-00T02:30:00Z',
  '0000-01-01T00:00:00Z',
  '2O18-02-18T02:30:00Z',
  '2018/02/18T02:30:00Z',
  '٢٠١٨-02-18T02:30:00Z',
  '2018-02-18',
  '',
])('%j is not a datetime', (text) => {
  expect(parseDateTime(text)).toBeUndefined();
});

test.each([
  ['2024-03-01T12:00:00.123Z', '2024-03-01T12:00:00Z'],
  ['2024-03-01T12:00:00.1+05:30', '2024-03-01T12:00:00+05:30'],
  ['2024-03-01T12:00:00.123456789Z', '2024-03-01T12:00:00Z'],
  ['2024-03-01T12:00:00Z', '2024-03-01T12:00:00Z'],
])('the fraction of a second of %s is cut off', (text, expected) => {
  expect(withoutFraction(text)).toBe(expected);
});

test.each([
  '2024-03-01T12:00:00.123',
  '2024-03-01T12:00:00.Z',
  '2024-03-01T12:00.5Z',
  '2024-03-01T12:00:00,5Z',
  '',
])('%j stays what it is, and is no datetime', (text) => {
  expect(withoutFraction(text)).toBe(text);
  expect(parseDateTime(text)).toBeUndefined();
});

test.each([
  ['2021-05-19', true],
  ['2020-02-29', true],
  ['2021-02-29', false],
  ['2021-5-19', false],
  ['2021-05-19Z', false],
  ['20210519', false],
  ['19-05-2021', false],
])('%s is a date: %s', (text, expected) => {
  expect(isDate(text)).toBe(expected);
});

test.each([
  ['https://acme.com', true],
  ['http://acme.com:8080/a?b#c', true],
  ['https://acme.co.uk/weg/ü', true],
  ['HTTPS://ACME.COM/', true],
  ['https://user@acme.com/', true],
  ['https://127.0.0.1/x', true],
  ['https://[::1]/x', true],
  ['https://bücher.example/', true],
  ['https://acme.com/a b', false],
  ['https://acme.com/\n', false],
  ['https://1.2.3.999/', false],
  ['https:///x', false],
  ['https:acme.com', false],
  ['ftp://acme.com', false],
  ['acme.com', false],
  ['javascript:alert(1)', false],
])('%j is a full http URL: %s', (text, expected) => {
  expect(isHttpUrl(text)).toBe(expected);
});

test.each([
  ['9007199254740992', true],
  ['-9007199254740992', true],
  ['5517027188234206123', true],
  ['9'.repeat(400), true],
  ['9007199254740991', false],
  ['42', false],
  ['-0', false],
  ['09007199254740993', false],
  ['+9007199254740993', false],
  ['9007199254740993.0', false],
  ['9007199254740993e1', false],
  [' 9007199254740993', false],
  ['9007199254740993\n', false],
  [2 ** 60, false],
  [null, false],
])('%j is an integer that a number cannot hold: %j', (text, expected) => {
  expect(isLongInteger(text)).toBe(expected);
});

test('the fast check accepts no URL that the parser refuses', () => {
  const hosts = [
    'a.bc',
    '-a.bc',
    'a-.bc',
    'a--b.bc',
    `${'a'.repeat(80)}.bc`,
    '1.bc',
    'a.b.cd',
    'xn--80ak6aa92e.com',
  ];
  const tails = ['', '/', '/%', '/%zz', '?', '?#', '#', '/\\', '/\u0000', '/😀', '/..//'];
  let count = 0;
  for (const host of hosts) {
    for (const tail of tails) {
      const url = `https://${host}${tail}`;
      if (isHttpUrl(url)) expect(URL.canParse(url), url).toBe(true);
      count += 1;
    }
  }
  expect(count).toBe(88);
});

test('a URL with Latin-1 letters in its host is accepted however often it is checked', () => {
  let taken = 0;
  for (let count = 0; count < 100_000; count += 1) taken += isHttpUrl('https://b\u00fccher.example/') ? 1 : 0;
  expect(taken).toBe(100_000);
});

test('a URL may have any length, but not its host', () => {
  expect(isHttpUrl(`https://acme.com/${'a'.repeat(100_000)}`)).toBe(true);
  expect(isHttpUrl(`https://${'a'.repeat(1_025)}/`)).toBe(false);
});

test.each([
  ['+14055766687', true],
  ['(912) 507-4395 ext. 12', true],
  ['(912) 507-4395x12', true],
  ['912 # 12', true],
  ['555', true],
  ['9125074395 ext. 12 ', false],
  ['9125074395 x', false],
  ['x12', false],
  ['1x12', false],
  ['call me', false],
  ['', false],
  ['+', false],
])('%j is a phone number: %s', (text, expected) => {
  expect(isPhoneNumber(text)).toBe(expected);
});

describe('a value of a field', () => {
  test.each<[FieldType, unknown, string | undefined]>([
    ['BOOLEAN', true, undefined],
    ['BOOLEAN', 'true', 'WRONG_TYPE'],
    ['BOOLEAN', 0, 'WRONG_TYPE'],
    ['NUMBER', 1.5, undefined],
    ['NUMBER', 5517027188234206123n, undefined],
    ['NUMBER', '1', 'WRONG_TYPE'],
    ['CURRENCY', -1, undefined],
    ['CURRENCY', '€1', 'WRONG_TYPE'],
    ['PERCENT', 0, undefined],
    ['PERCENT', 100, undefined],
    ['PERCENT', 100.1, 'OUT_OF_RANGE'],
    ['PERCENT', -1, 'OUT_OF_RANGE'],
    ['PERCENT', 10n, 'OUT_OF_RANGE'],
    ['PERCENT', '50', 'WRONG_TYPE'],
    ['DATE', '2020-05-31', undefined],
    ['DATE', '2020-05-31T00:00:00Z', 'BAD_FORMAT'],
    ['DATE', 5, 'WRONG_TYPE'],
    ['DATETIME', '2020-05-31T00:00:00Z', undefined],
    ['DATETIME', '2020-05-31', 'BAD_FORMAT'],
    ['EMAILADDRESS', 'jane.doe@acme.com', undefined],
    ['EMAILADDRESS', 'jane', 'BAD_FORMAT'],
    ['EMAILADDRESS', '@acme.com', 'BAD_FORMAT'],
    ['EMAILADDRESS', 'a@b@c', 'BAD_FORMAT'],
    ['EMAILADDRESS', 'a b@c', 'BAD_FORMAT'],
    ['URL', 'acme.com', 'BAD_FORMAT'],
    ['PHONENUMBER', 'x', 'BAD_FORMAT'],
    ['ID', 'a', undefined],
    ['ID', 5, 'WRONG_TYPE'],
    ['REFERENCE', 'a', undefined],
    ['REFERENCE', { id: 'a' }, 'WRONG_TYPE'],
    ['STRING', 'a', undefined],
    ['STRING', ['a'], 'WRONG_TYPE'],
    ['STRINGARRAY', [], undefined],
    ['STRINGARRAY', ['a', 'b'], undefined],
    ['STRINGARRAY', ['a', 1], 'WRONG_TYPE'],
    ['STRINGARRAY', 'a', 'WRONG_TYPE'],
    ['PICKLIST', 'anything', undefined],
    ['PICKLIST', 1, 'WRONG_TYPE'],
  ])('%s %o gives %s', (type, value, code) => {
    expect(valueCheck(type)(value)?.code).toBe(code);
  });

  test('must be in its picklist, whose values the message lists in brief', () => {
    expect(valueCheck('PICKLIST', ['a', 'b'])('c')).toEqual({
      code: 'NOT_IN_PICKLIST',
      needed: 'one of a, b',
    });
    expect(valueCheck('PICKLIST', ['a', 'b'])('b')).toBeUndefined();
    const many = Array.from({ length: 5000 }, (_, index) => `value ${index} ${'x'.repeat(200)}`);
    expect(valueCheck('PICKLIST', many)('c')?.needed.length).toBeLessThan(1500);
  });

  test('is shown short, on one line, whatever it is', () => {
    let deep: unknown[] = [];
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    for (const value of ['x'.repeat(1e6), { a: 'x'.repeat(1000) }, deep, 'a\nb', undefined, 10n ** 40n]) {
      expect(shown(value).length).toBeLessThan(70);
      expect(shown(value)).not.toContain('\n');
    }
    expect(shown('a')).toBe('"a"');
  });
});

test.each([
  ['a-B_9', true],
  ['', false],
  ['a b', false],
  ['a\r\nb', false],
  ['a&b', false],
  ['../a', false],
  ['a\n', false],
  ['é', false],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
])('%j is a clientRequestId: %s', (text, expected) => {
  expect(isClientRequestId(text)).toBe(expected);
});

test.each([
  ['5517027188234206123', true],
  ['9223372036854775807', true],
  ['9223372036854775808', false],
  ['0', false],
  ['-1', false],
  ['1e3', false],
  ['', false],
])('%s is an integrationId: %s', (text, expected) => {
  expect(isIntegrationId(text)).toBe(expected);
});
