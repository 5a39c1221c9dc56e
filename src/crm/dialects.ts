/**
 * Gong serves its CRM API under two sets of paths with different rules for objects: `legacy` paths have the former ones
 * (reference, section 4), `current` paths today's (section 7).
 */
export const API_DIALECTS = ['current', 'legacy'] as const;
export type ApiDialect = (typeof API_DIALECTS)[number];
