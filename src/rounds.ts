/** Work that is done in rounds, one at a time. */
export interface Rounds {
  /** Begins a round; or another one after the current, which may not have seen what is new. */
  begin(): void;
  /** Waits for the current round. None begins afterwards. */
  close(): Promise<void>;
}

/** @param round returns after how many milliseconds the next one is due, `null` for never. Must not reject. */
export function createRounds(round: () => Promise<number | null>): Rounds {
  let current: Promise<void> | undefined;
  let isOutdated = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function begin(): void {
    isOutdated = true;
    if (!closed) current ??= run();
  }

  async function run(): Promise<void> {
    // What is asked for in the same turn is one round.
    await undefined;
    while (isOutdated && !closed) {
      isOutdated = false;
      clearTimeout(timer);
      const nextMs = await round();
      if (nextMs !== null && !closed) timer = setTimeout(begin, nextMs).unref();
    }
    // In the same turn as the loop's end: what is asked for in between would be forgotten.
    current = undefined;
  }

  return {
    begin,
    async close() {
      closed = true;
      clearTimeout(timer);
      await current;
    },
  };
}
