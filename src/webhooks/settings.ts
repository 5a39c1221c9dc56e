import { z } from 'zod';
import { type EnvironmentProblem, listOf, oneOf, parsedBy, type SettingsOf, setting } from '../env.js';

const SECRETS_NEEDED =
  'whsec_ and 24 to 64 random bytes in Base64, or several of these separated by commas (make one: echo "whsec_$(openssl rand -base64 32)")';
const SECRET_PATTERN = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

export const WEBHOOK_SETTINGS = {
  /**
   * Where a webhook is sent when a request to Gong, or a ticket of queued changes, has ended. It is signed as Standard Webhooks
   * describes. Needs WEBHOOK_SECRET.
   */
  url: setting('WEBHOOK_URL', z.string().refine(isHttpUrl, 'an https address without a user'), {
    secret: true,
  }),
  /**
   * What webhooks are signed with: `whsec_` and 24 to 64 bytes in Base64. Several, separated by commas, sign every webhook,
   * so that receivers can move from one to the next.
   */
  secrets: setting('WEBHOOK_SECRET', parsedBy(secretsIn, SECRETS_NEEDED), { secret: true }),
  /**
   * Hosts to which callers may have webhooks sent with `notify`, separated by commas, each with its port unless that is 443.
   * Their operators need WEBHOOK_SECRET to verify what they receive. Default: none.
   */
  notifyHosts: setting(
    'WEBHOOK_NOTIFY_HOSTS',
    listOf(
      z.string().refine(isHost),
      'hosts such as hooks.example.com or hooks.example.com:8443, separated by commas',
    ),
  ),
  /**
   * `allow`: webhooks may be sent to this machine, to private networks and to the cloud provider’s metadata, and over http.
   * `refuse` looks at the address that is connected to, whatever name it has.
   */
  privateAddresses: setting('WEBHOOK_PRIVATE_ADDRESSES', oneOf(['refuse', 'allow']), { default: 'refuse' }),
};

export type WebhookSettings = SettingsOf<typeof WEBHOOK_SETTINGS>;

export function webhookProblems({
  url,
  secrets,
  notifyHosts,
  privateAddresses,
}: WebhookSettings): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  if (secrets === null && (url !== null || notifyHosts !== null)) {
    const needed = `${SECRETS_NEEDED}, since webhooks are sent`;
    problems.push({ variable: WEBHOOK_SETTINGS.secrets.variable, needed, got: 'nothing' });
  }
  if (url?.startsWith('http:') === true && privateAddresses === 'refuse') {
    const needed = 'an https address (http needs WEBHOOK_PRIVATE_ADDRESSES=allow)';
    problems.push({ variable: WEBHOOK_SETTINGS.url.variable, needed, got: 'an http address' });
  }
  return problems;
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

function secretsIn(text: string): string[] | undefined {
  const secrets = text.split(',').map((secret) => secret.trim());
  return secrets.every((secret) => SECRET_PATTERN.test(secret)) ? secrets : undefined;
}

function isHost(text: string): boolean {
  return URL.canParse(`https://${text}/`) && new URL(`https://${text}/`).host === text;
}
