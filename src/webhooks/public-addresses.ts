import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { buildConnector } from 'undici';

const CONNECT_TIMEOUT_MS = 5_000;

const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');
/** Public by its number, and yet a service of the cloud provider's inside every virtual machine of Azure. */
const AZURE_WIRE_SERVER = '168.63.129.16';

/** Whether an IP address is one of the public internet's: no loopback, private, link-local or otherwise special one. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  // An IPv4 address inside an IPv6 one is judged as what it is.
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || address.toString() === AZURE_WIRE_SERVER) return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6);
}

export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';

  constructor(host: string) {
    super(`${host} has no public address, and WEBHOOK_PRIVATE_ADDRESSES is not set to allow others`);
  }
}

/**
 * Connects to public addresses only. A name is resolved once, here: a check before the connection could be given one address,
 * and the connection another.
 */
export function createPublicConnector(): buildConnector.connector {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, ...{ lookup: lookUpPublic } });
  return (options, callback) => {
    // No look-up is made for a number.
    if (isIP(options.hostname) !== 0 && !isPublicAddress(options.hostname))
      callback(new PrivateAddress(options.hostname), null);
    else connect(options, callback);
  };
}

const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const usable = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = usable;
    if (first === undefined) callback(new PrivateAddress(hostname), []);
    else if (options.all === true) callback(null, usable);
    else callback(null, first.address, first.family);
  });
};
