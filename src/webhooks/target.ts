import type { WebhookSettings } from './settings.js';

const MAX_URL_CHARS = 2_048;

/** Says what is wrong with an address that a caller names, as `needed …`; `undefined` if webhooks may be sent there. */
export function targetRefusal(
  text: string,
  { notifyHosts, privateAddresses }: Pick<WebhookSettings, 'notifyHosts' | 'privateAddresses'>,
): string | undefined {
  if (notifyHosts === null)
    return 'needed nothing, since the operator of the gateway allows no addresses for webhooks';
  if (text.length > MAX_URL_CHARS || !URL.canParse(text))
    return `needed an https address of at most ${MAX_URL_CHARS} characters`;
  const { protocol, host, username, password } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && privateAddresses === 'allow');
  if (!isSafe || username !== '' || password !== '') return 'needed an https address without a user';
  return notifyHosts.includes(host)
    ? undefined
    : 'needed an address on a host that the operator of the gateway allows for webhooks';
}
