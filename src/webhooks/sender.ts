import { Webhook } from 'standardwebhooks';
import { Agent } from 'undici';
import { createPublicConnector } from './public-addresses.js';
import type { WebhookSettings } from './settings.js';

export interface Delivery {
  /** `webhook-id`. */
  readonly eventId: string;
  readonly url: string;
  readonly body: string;
}

export type DeliveryResult =
  | { readonly kind: 'delivered' }
  /** `isGone`: the receiver wants no more of it (410). */
  | { readonly kind: 'failed'; readonly reason: string; readonly isGone: boolean };

/** Makes one attempt at a delivery. Never rejects. */
export interface Sender {
  send(delivery: Delivery): Promise<DeliveryResult>;
  /** Breaks off the attempts under way. */
  close(): Promise<void>;
}

/** From the look-up of the host to the end of the answer. */
const TIMEOUT_MS = 15_000;
/** Of the answer, which nobody reads. */
const MAX_ANSWER_BYTES = 16_384;
/** How many deliveries to one host are made at once. */
export const MOST_PER_HOST = 4;

export function createSender({
  secrets,
  privateAddresses,
}: Pick<WebhookSettings, 'secrets' | 'privateAddresses'>): Sender {
  const signers = (secrets ?? []).map((secret) => new Webhook(secret));
  const agent = new Agent({
    connections: MOST_PER_HOST,
    ...(privateAddresses === 'allow' ? {} : { connect: createPublicConnector() }),
  });
  const closing = new AbortController();

  function headersOf({ eventId, body }: Delivery): Record<string, string> {
    const now = new Date();
    return {
      'content-type': 'application/json',
      'user-agent': 'gong-crm-graphql',
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': signers.map((signer) => signer.sign(eventId, now, body)).join(' '),
    };
  }

  return {
    async send(delivery) {
      const { origin, pathname, search } = new URL(delivery.url);
      try {
        // Redirects are not followed: they could lead to any host.
        const { statusCode, body } = await agent.request({
          origin,
          path: `${pathname}${search}`,
          method: 'POST',
          headers: headersOf(delivery),
          body: delivery.body,
          signal: AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
        });
        await body.dump({ limit: MAX_ANSWER_BYTES });
        if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered' };
        return { kind: 'failed', reason: `status ${statusCode}`, isGone: statusCode === 410 };
      } catch (error) {
        return {
          kind: 'failed',
          reason: error instanceof Error ? error.message : String(error),
          isGone: false,
        };
      }
    },
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}
