import { expect, test } from 'vitest';
import { createScrubber, HIDDEN } from '../src/log.js';

const SECRET = 'canary"secret/with\\specials';

test.each([
  ['as it is', SECRET],
  ['escaped as JSON does', JSON.stringify({ deep: { deeper: [SECRET] } })],
  ['encoded for a URL', `https://x.example/?token=${encodeURIComponent(SECRET)}`],
])('a secret is removed from a log line %s', (_how, line) => {
  const scrubbed = createScrubber([SECRET])(line);
  expect(scrubbed).toContain(HIDDEN);
  expect(scrubbed).not.toContain('canary');
});

test('a longer secret that contains a shorter one is removed whole', () => {
  expect(createScrubber(['abc', 'abcdef'])('x abcdef y')).toBe(`x ${HIDDEN} y`);
});

test('an empty secret hides nothing', () => {
  expect(createScrubber([''])('line')).toBe('line');
});
