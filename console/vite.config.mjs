import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const GATEWAY = process.env.GATEWAY_URL ?? 'http://127.0.0.1:4000';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  // The client's source, so that nothing needs to be built before.
  resolve: { alias: { 'gong-crm-graphql-client': inRoot('client/src/index.ts') } },
  build: {
    outDir: inRoot('dist/console'),
    emptyOutDir: true,
    // The Content-Security-Policy allows no inline scripts and no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/upload', '/validate', '/console/sign-in.json'].map((path) => [path, GATEWAY]),
    ),
  },
});
