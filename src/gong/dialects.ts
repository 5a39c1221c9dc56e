import type { ApiDialect } from '../crm/dialects.js';

/** Where an operation lives on the wire. */
export interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
}

export type DeprecatedOperation = 'mapUsers' | 'uploadDealStages';
export type Operation =
  | 'listIntegrations'
  | 'registerIntegration'
  | 'deleteIntegration'
  | 'listSchema'
  | 'pushSchema'
  | 'getObjects'
  | 'uploadObjects'
  | 'requestStatus'
  | DeprecatedOperation;

type Routes = Readonly<Record<Exclude<Operation, DeprecatedOperation>, Route>>;

/** The table of the reference, section 2. */
const CURRENT: Routes = {
  listIntegrations: { method: 'GET', path: '/v2/crm/integrations' },
  registerIntegration: { method: 'PUT', path: '/v2/crm/integrations' },
  deleteIntegration: { method: 'DELETE', path: '/v2/crm/integrations' },
  listSchema: { method: 'GET', path: '/v2/crm/entity-schema' },
  pushSchema: { method: 'POST', path: '/v2/crm/entity-schema' },
  getObjects: { method: 'GET', path: '/v2/crm/entities' },
  uploadObjects: { method: 'POST', path: '/v2/crm/entities' },
  requestStatus: { method: 'GET', path: '/v2/crm/request-status' },
};

const LEGACY: Routes & Readonly<Record<DeprecatedOperation, Route>> = {
  listIntegrations: { method: 'GET', path: '/v2/crm/integration/list' },
  registerIntegration: { method: 'PUT', path: '/v2/crm/integration/new' },
  deleteIntegration: { method: 'DELETE', path: '/v2/crm/integration/delete' },
  listSchema: { method: 'GET', path: '/v2/crm/object/schema/list' },
  pushSchema: { method: 'POST', path: '/v2/crm/object/schema' },
  getObjects: { method: 'GET', path: '/v2/crm/object/list' },
  uploadObjects: { method: 'POST', path: '/v2/crm/object/entities' },
  requestStatus: { method: 'GET', path: '/v2/crm/request-status' },
  mapUsers: { method: 'POST', path: '/v2/crm/map/users' },
  uploadDealStages: { method: 'POST', path: '/v2/crm/stages' },
};

const ROUTES: Readonly<Record<ApiDialect, Readonly<Partial<Record<Operation, Route>>>>> = {
  current: CURRENT,
  legacy: LEGACY,
};

/** @throws TypeError for a deprecated operation that the dialect does not have */
export function routeOf(dialect: ApiDialect, operation: Operation): Route {
  const route = ROUTES[dialect][operation];
  if (route === undefined) {
    throw new TypeError(
      `${operation} exists in Gong's legacy paths only, and this client speaks the ${dialect} ones: upload objects of type BUSINESS_USER or STAGE instead`,
    );
  }
  return route;
}
