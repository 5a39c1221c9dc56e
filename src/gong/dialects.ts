import type { ApiDialect } from '../crm/dialects.js';

export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
}

/** Method, path in the current dialect (`null`: deprecated, not there) and path in the legacy one: reference, section 2. */
const ROUTES = {
  listIntegrations: ['GET', '/v2/crm/integrations', '/v2/crm/integration/list'],
  registerIntegration: ['PUT', '/v2/crm/integrations', '/v2/crm/integration/new'],
  deleteIntegration: ['DELETE', '/v2/crm/integrations', '/v2/crm/integration/delete'],
  listSchema: ['GET', '/v2/crm/entity-schema', '/v2/crm/object/schema/list'],
  pushSchema: ['POST', '/v2/crm/entity-schema', '/v2/crm/object/schema'],
  getObjects: ['GET', '/v2/crm/entities', '/v2/crm/object/list'],
  uploadObjects: ['POST', '/v2/crm/entities', '/v2/crm/object/entities'],
  requestStatus: ['GET', '/v2/crm/request-status', '/v2/crm/request-status'],
  mapUsers: ['POST', null, '/v2/crm/map/users'],
  uploadDealStages: ['POST', null, '/v2/crm/stages'],
} as const;

export type Operation = keyof typeof ROUTES;

/** @throws TypeError for a deprecated operation that the dialect does not have */
export function routeOf(dialect: ApiDialect, operation: Operation): Route {
  const [method, current, legacy] = ROUTES[operation];
  const path = dialect === 'current' ? current : legacy;
  if (path !== null) return { method, path };
  throw new TypeError(
    `${operation} exists only in Gong's legacy dialect, and this client uses the ${dialect} one: upload objects of type BUSINESS_USER or STAGE instead`,
  );
}
