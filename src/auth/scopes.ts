/** Gong's scopes (reference, section 2), which the gateway also uses for its own callers. */
export const GONG_SCOPES = [
  'api:crm:integrations:read',
  'api:crm:integration:register',
  'api:crm:integration:delete',
  'api:crm:schema',
  'api:crm:get-objects',
  'api:crm:upload',
] as const;

/**
 * Every scope that a caller can have. Two are the gateway's own: to read the GraphQL schema, and to read what all callers have
 * written.
 */
export const SCOPES = [...GONG_SCOPES, 'schema:read', 'requests:read'] as const;

export type Scope = (typeof SCOPES)[number];

export function isScope(text: unknown): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
