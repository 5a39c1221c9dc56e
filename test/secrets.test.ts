import { describe, expect, test } from 'vitest';
import { createSecrets, HIDDEN } from '../src/secrets.js';

const SECRET = 'canary"secret/with\\specials';

describe('secrets in a log line', () => {
  test.each([
    ['as it is', SECRET],
    ['escaped as JSON does', JSON.stringify({ deep: { deeper: [SECRET] } })],
    ['encoded for a URL', `https://x.example/?token=${encodeURIComponent(SECRET)}`],
    ['at the very end, and twice', JSON.stringify(`${SECRET}${SECRET}`).slice(1, -1)],
  ])('one is removed %s', (_how, line) => {
    const scrubbed = createSecrets([SECRET]).scrub(line);
    expect(scrubbed).toContain(HIDDEN);
    expect(scrubbed).not.toContain('canary');
  });

  test.each([
    ['abc', 'abcdef'],
    ['abcdefghijkl', 'abcdefghijklm'],
    ['abcdefghijkl', 'abcdefghijkl-0123456789'],
  ])('%s is inside %s, which is removed whole', (inner, outer) => {
    for (const given of [
      [inner, outer],
      [outer, inner],
    ]) {
      expect(createSecrets(given).scrub(`x ${outer} y ${inner}`)).toBe(`x ${HIDDEN} y ${HIDDEN}`);
    }
  });

  test.each([
    [
      'one overlaps another',
      ['canary-abcdefgh', 'abcdefgh-canary'],
      'x canary-abcdefgh-canary y',
      `x ${HIDDEN} y`,
    ],
    ['one overlaps itself', ['canarycanarycan'], 'x canarycanarycanarycanarycan y', `x ${HIDDEN} y`],
    ['one follows its own beginning', ['aaaaaaaaaaaaab'], `x ${'a'.repeat(20)}b y`, `x aaaaaaa${HIDDEN} y`],
  ])('nothing of them is left where %s', (_how, given, line, scrubbed) => {
    expect(createSecrets(given).scrub(line)).toBe(scrubbed);
  });

  test('an empty one hides nothing', () => {
    expect(createSecrets(['']).scrub('line')).toBe('line');
  });

  test.each(['short', 'one-of-more-than-twelve-characters'])(
    'one that comes while the program runs is hidden from then on, until all who brought it are gone: %s',
    (secret) => {
      const secrets = createSecrets(['first']);
      const line = `first ${secret}`;
      expect(secrets.scrub(line)).toBe(`${HIDDEN} ${secret}`);
      const leaves = [secrets.add([secret]), secrets.add([secret, secret])];
      for (const leave of leaves) {
        expect(secrets.scrub(line)).toBe(`${HIDDEN} ${HIDDEN}`);
        leave();
        leave();
      }
      expect(secrets.scrub(line)).toBe(`${HIDDEN} ${secret}`);
    },
  );

  test('one that came cannot match across what makes a line JSON', () => {
    const secrets = createSecrets();
    secrets.add(['"level":30,"time"']);
    const line = '{"level":30,"time":1,"msg":"a \\"level\\":30,\\"time\\" b"}';
    expect(JSON.parse(secrets.scrub(line))).toEqual({ level: 30, time: 1, msg: `a ${HIDDEN} b` });
  });

  test('a thousand callers’ are all found, whatever else the line says', () => {
    const secrets = createSecrets();
    const values = Array.from({ length: 1_000 }, (_, index) => `canary-${index * 7919}-of-a-caller`);
    for (const value of values) secrets.add([value]);
    const scrubbed = secrets.scrub(JSON.stringify({ text: `canary-x ${values.join(' canar ')}` }));
    expect(scrubbed.split(HIDDEN)).toHaveLength(values.length + 1);
    expect(scrubbed).not.toContain('of-a-caller');
  });
});
