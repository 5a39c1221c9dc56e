/** Gong's own words for what a token may do (reference, section 2); the gateway uses the same for its callers. */
export const SCOPES = [
  'api:crm:integrations:read',
  'api:crm:integration:register',
  'api:crm:integration:delete',
  'api:crm:schema',
  'api:crm:get-objects',
  'api:crm:upload',
] as const;

export type Scope = (typeof SCOPES)[number];

export function isScope(text: unknown): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
