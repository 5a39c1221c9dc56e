import type { Log } from '../log.js';
import type { Store } from '../store/store.js';
import type { Observer } from '../telemetry/observer.js';
import { createDeliveries } from './deliveries.js';
import type { WebhookEvent } from './event.js';
import { createOutbox } from './outbox.js';
import { createSender } from './sender.js';
import type { WebhookSettings } from './settings.js';
import { targetRefusal } from './target.js';

/** Delivers events to the operator's address and to addresses that callers name. */
export interface Webhooks {
  /** Whether the operator has an address, which is told of everything. */
  readonly tellsOperator: boolean;
  /** What is wrong with an address that a caller names, as `needed …`; `undefined` if it may be used. */
  refusalOf(url: string): string | undefined;
  /**
   * Stores an event for delivery, and resolves once it is stored. Call it before you commit that the event has happened: after
   * a crash in between it is told again, under the same ID.
   *
   * @param url default: the operator's address; nothing is done if there is none
   * @throws StoreError
   */
  enqueue(event: WebhookEvent, url?: string): Promise<void>;
  /** Ends the attempts under way, which are made again by the next process. */
  close(): Promise<void>;
}

export interface WebhookDeps {
  /** The webhooks' own part. */
  readonly store: Store;
  readonly logger: Pick<Log, 'info' | 'warn'>;
  readonly observer: Pick<Observer, 'webhookEnded'>;
  /** Default: those of Standard Webhooks. */
  readonly pausesMs?: readonly number[] | undefined;
}

/** Nothing is read or stored, and no timer runs, if no address is allowed. */
export function createWebhooks(settings: WebhookSettings, deps: WebhookDeps): Webhooks {
  const refusalOf = (url: string) => targetRefusal(url, settings);
  if (settings.url === null && settings.notifyHosts === null)
    return {
      tellsOperator: false,
      refusalOf,
      enqueue: async () => undefined,
      close: async () => undefined,
    };

  const outbox = createOutbox(deps.store);
  const deliveries = createDeliveries({
    ...deps,
    outbox,
    sender: createSender(settings),
    urlOf: (url) => (url === null ? settings.url : refusalOf(url) === undefined ? url : null),
  });
  return {
    tellsOperator: settings.url !== null,
    refusalOf,
    async enqueue(event, url) {
      const target = url ?? settings.url;
      if (target !== null) await outbox.add(event, { url: url ?? null, host: new URL(target).host });
    },
    close: deliveries.close,
  };
}
