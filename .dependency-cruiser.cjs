const { existsSync } = require('node:fs');

/**
 * Imports run downward only. Each room may import itself and the rooms below it in this list; `emulator` is a
 * second program that may import `crm`, `env.ts` and `parent.ts` alone.
 */
const ROOMS = [
  'main',
  'start',
  'shutdown',
  'config',
  'server',
  'graphql',
  'tenants',
  'loaders',
  'writes',
  'requests',
  'webhooks',
  'gong',
  'auth',
  'telemetry',
  'store',
  'errors',
  'redis',
  'log',
  'secrets',
  'crm',
  'build',
  'loopback',
  'rounds',
  'parse-json',
  'env',
  'parent',
];
const FILES = new Set(ROOMS.filter((room) => existsSync(`${__dirname}/src/${room}.ts`)));
const at = (room) => (FILES.has(room) ? `^src/${room}\\.ts$` : `^src/${room}/`);

const upward = ROOMS.slice(1).map((room, index) => ({
  name: `${room}-imports-downward-only`,
  severity: 'error',
  from: { path: at(room) },
  to: {
    path: ROOMS.slice(0, index + 1)
      .map(at)
      .join('|'),
  },
}));

/** The same inside the server, below `gateway.ts`. */
const SERVER_ROOMS = ['streams', 'files', 'operations', 'http'];
const upwardInServer = SERVER_ROOMS.map((room, index) => ({
  name: `server-${room}-imports-downward-only`,
  severity: 'error',
  from: { path: `^src/server/${room}/` },
  to: {
    path: ['gateway', ...SERVER_ROOMS.slice(0, index)].map((above) => `^src/server/${above}\\b`).join('|'),
  },
}));

module.exports = {
  forbidden: [
    ...upward,
    ...upwardInServer,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '^src/(main|emulator/main|auth/make-api-key)\\.ts$' },
      to: {},
    },
    {
      name: 'emulator-imports-crm-alone',
      severity: 'error',
      from: { path: '^src/emulator/' },
      to: { path: '^src/', pathNot: '^src/(emulator/|crm/|(env|parent)\\.ts)' },
    },
    {
      name: 'only-the-start-knows-the-emulator',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(start/|emulator/)' },
      to: { path: '^src/emulator/' },
    },
    {
      name: 'crm-is-pure',
      severity: 'error',
      from: { path: '^src/crm/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(util|buffer)$' },
    },
    {
      name: 'only-gong-and-webhooks-make-requests',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(gong|webhooks)/' },
      to: { path: 'node_modules/undici' },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
