/** The deals that wait in raw storage for their owner to be mapped (reference, section 4). */
export class WaitingDeals {
  readonly #byOwner = new Map<string, string[]>();

  add(ownerId: string, dealId: string): void {
    const deals = this.#byOwner.get(ownerId);
    if (deals === undefined) this.#byOwner.set(ownerId, [dealId]);
    else deals.push(dealId);
  }

  /** Removes and returns the deals of an owner. Some may no longer wait, having been deleted or given another owner. */
  take(ownerId: string): readonly string[] {
    const deals = this.#byOwner.get(ownerId) ?? [];
    this.#byOwner.delete(ownerId);
    return deals;
  }
}
