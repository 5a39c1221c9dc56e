import type { ApiDialect } from '../crm/dialects.js';

/** The operations of Gong's CRM API and their paths in both dialects (reference, section 2). */

export const SCOPES = [
  'api:crm:integrations:read',
  'api:crm:integration:register',
  'api:crm:integration:delete',
  'api:crm:schema',
  'api:crm:get-objects',
  'api:crm:upload',
] as const;
export type Scope = (typeof SCOPES)[number];

export type OperationName =
  | 'listIntegrations'
  | 'registerIntegration'
  | 'deleteIntegration'
  | 'listSchema'
  | 'pushSchema'
  | 'getObjects'
  | 'uploadObjects'
  | 'requestStatus'
  | 'mapUsers'
  | 'uploadDealStages';

export interface Route {
  readonly operation: OperationName;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly dialect: ApiDialect;
  /** The scope that a bearer token needs; Basic credentials have every scope. */
  readonly scope: Scope;
}

function pair(
  operation: OperationName,
  method: Route['method'],
  scope: Scope,
  paths: Readonly<Record<ApiDialect, string>>,
): Route[] {
  return [
    { operation, method, path: paths.current, dialect: 'current', scope },
    { operation, method, path: paths.legacy, dialect: 'legacy', scope },
  ];
}

export const ROUTES: readonly Route[] = [
  ...pair('listIntegrations', 'GET', 'api:crm:integrations:read', {
    current: '/v2/crm/integrations',
    legacy: '/v2/crm/integration/list',
  }),
  ...pair('registerIntegration', 'PUT', 'api:crm:integration:register', {
    current: '/v2/crm/integrations',
    legacy: '/v2/crm/integration/new',
  }),
  ...pair('deleteIntegration', 'DELETE', 'api:crm:integration:delete', {
    current: '/v2/crm/integrations',
    legacy: '/v2/crm/integration/delete',
  }),
  ...pair('listSchema', 'GET', 'api:crm:schema', {
    current: '/v2/crm/entity-schema',
    legacy: '/v2/crm/object/schema/list',
  }),
  ...pair('pushSchema', 'POST', 'api:crm:schema', {
    current: '/v2/crm/entity-schema',
    legacy: '/v2/crm/object/schema',
  }),
  ...pair('getObjects', 'GET', 'api:crm:get-objects', {
    current: '/v2/crm/entities',
    legacy: '/v2/crm/object/list',
  }),
  ...pair('uploadObjects', 'POST', 'api:crm:upload', {
    current: '/v2/crm/entities',
    legacy: '/v2/crm/object/entities',
  }),
  {
    operation: 'requestStatus',
    method: 'GET',
    path: '/v2/crm/request-status',
    // The same in both dialects.
    dialect: 'current',
    scope: 'api:crm:upload',
  },
  {
    operation: 'mapUsers',
    method: 'POST',
    path: '/v2/crm/map/users',
    dialect: 'legacy',
    scope: 'api:crm:upload',
  },
  {
    operation: 'uploadDealStages',
    method: 'POST',
    path: '/v2/crm/stages',
    dialect: 'legacy',
    scope: 'api:crm:schema',
  },
];

const BY_METHOD_AND_PATH = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, route]));

export function findRoute(method: string, path: string): Route | undefined {
  return BY_METHOD_AND_PATH.get(`${method} ${path}`);
}

/** The methods of a path, none if it is unknown. */
export function methodsOf(path: string): string[] {
  return ROUTES.filter((route) => route.path === path).map((route) => route.method);
}
