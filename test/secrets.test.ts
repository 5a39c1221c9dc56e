import { describe, expect, test } from 'vitest';
import { createSecrets, HIDDEN } from '../src/secrets.js';

const SECRET = 'canary"secret/with\\specials';

describe('in a log line, a secret', () => {
  test.each([
    ['in plain text', SECRET],
    ['escaped in JSON', JSON.stringify({ deep: { deeper: [SECRET] } })],
    ['encoded in a URL', `https://x.example/?token=${encodeURIComponent(SECRET)}`],
    ['at the very end, and twice', JSON.stringify(`${SECRET}${SECRET}`).slice(1, -1)],
  ])('is hidden %s', (_how, line) => {
    const scrubbed = createSecrets([SECRET]).scrub(line);
    expect(scrubbed).toContain(HIDDEN);
    expect(scrubbed).not.toContain('canary');
  });

  test.each([
    ['abc', 'abcdef'],
    ['abcdefghijkl', 'abcdefghijklm'],
    ['abcdefghijkl', 'abcdefghijkl-0123456789'],
  ])('inside another one does not keep that from being hidden in full: %s in %s', (inner, outer) => {
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
  ])('is hidden in full where %s', (_how, given, line, scrubbed) => {
    expect(createSecrets(given).scrub(line)).toBe(scrubbed);
  });

  test('that is empty hides nothing', () => {
    expect(createSecrets(['']).scrub('line')).toBe('line');
  });

  test.each(['short', 'one-of-more-than-twelve-characters'])(
    'added at run time is hidden until it has been removed as often as added: %s',
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

  test('added at run time cannot match the JSON syntax of a line', () => {
    const secrets = createSecrets();
    secrets.add(['"level":30,"time"']);
    const line = '{"level":30,"time":1,"msg":"a \\"level\\":30,\\"time\\" b"}';
    expect(JSON.parse(secrets.scrub(line))).toEqual({ level: 30, time: 1, msg: `a ${HIDDEN} b` });
  });

  test('is found among a thousand callers’ secrets', () => {
    const secrets = createSecrets();
    const values = Array.from({ length: 1_000 }, (_, index) => `canary-${index * 7919}-of-a-caller`);
    for (const value of values) secrets.add([value]);
    const scrubbed = secrets.scrub(JSON.stringify({ text: `canary-x ${values.join(' canar ')}` }));
    expect(scrubbed.split(HIDDEN)).toHaveLength(values.length + 1);
    expect(scrubbed).not.toContain('of-a-caller');
  });
});
