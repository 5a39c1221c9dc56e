/** Something that has happened, told as https://www.standardwebhooks.com describes. */
export interface WebhookEvent {
  /**
   * Sent as `webhook-id`. Derive it from what has happened, e.g. from a request and its final state: the same event, told
   * again by another replica or after a restart, is delivered once.
   */
  readonly id: string;
  /** E.g. `request.done`. */
  readonly type: string;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Delivers events to the operator's address and to addresses that callers name. */
export interface Webhooks {
  /** Whether there is an address of the operator's, which is to be told of everything. */
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
  /** Waits for the deliveries under way. */
  close(): Promise<void>;
}
