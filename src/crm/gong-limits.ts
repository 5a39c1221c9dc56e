/** The most object IDs one call may name: Gong drops the rest without an error (reference, section 3). */
export const MAX_IDS_PER_CALL = 100;

export const DAY_MS = 86_400_000;
