import { expect, test } from 'vitest';
import { isPublicAddress } from '../../src/webhooks/public-addresses.js';

test.each(['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is a public address', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254'],
  ...[
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
  ],
  ...['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::7f00:1', '::127.0.0.1'],
  ...['fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'fec0::1', '64:ff9b::7f00:1', '2002:7f00:1::'],
  ...['2001::1', 'ff02::1', '2001:db8::1', '', 'localhost', '127.0.0.1.example.com'],
])('%j is none', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
