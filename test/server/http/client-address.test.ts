import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { addressOf } from '../../../src/server/http/client-address.js';

const PEER = '10.0.0.9';
const CLAIMED = '1.1.1.1, 2.2.2.2, 3.3.3.3';

test.each<[number, string | undefined, string]>([
  [0, undefined, PEER],
  [0, CLAIMED, PEER],
  [1, undefined, PEER],
  [1, '', PEER],
  [1, CLAIMED, '3.3.3.3'],
  [2, CLAIMED, '2.2.2.2'],
  [2, ' 1.1.1.1 ,\t2.2.2.2 ', '1.1.1.1'],
])('with %i trusted proxies and X-Forwarded-For %j, the client is %s', (proxyHops, forwardedFor, address) => {
  const request = { headers: { 'x-forwarded-for': forwardedFor }, socket: { remoteAddress: PEER } };
  expect(addressOf(request as unknown as IncomingMessage, proxyHops)).toBe(address);
});

test('a request whose socket is gone has no address', () => {
  const request = { headers: {}, socket: {} };
  expect(addressOf(request as unknown as IncomingMessage, 1)).toBe('');
});
