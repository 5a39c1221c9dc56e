/**
 * Gong serves its CRM API under two sets of paths, each with its own rules for objects: `legacy` paths keep the former
 * ones (reference, section 4), `current` paths have today's (section 7).
 */
export const API_DIALECTS = ['current', 'legacy'] as const;
export type ApiDialect = (typeof API_DIALECTS)[number];
