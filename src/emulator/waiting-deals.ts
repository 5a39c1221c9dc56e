/** Which deals wait in raw storage until their owner is mapped (reference, section 4). */
export class WaitingDeals {
  readonly #byOwner = new Map<string, string[]>();

  add(ownerId: string, dealId: string): void {
    const deals = this.#byOwner.get(ownerId);
    if (deals === undefined) this.#byOwner.set(ownerId, [dealId]);
    else deals.push(dealId);
  }

  /** Some may wait no longer: they were deleted, or got another owner. */
  take(ownerId: string): readonly string[] {
    const deals = this.#byOwner.get(ownerId) ?? [];
    this.#byOwner.delete(ownerId);
    return deals;
  }
}
