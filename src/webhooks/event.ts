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
