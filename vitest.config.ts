import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);
/** Takes more than a minute, nearly all of it waiting. */
const SATURATION = 'test/server/streams/saturated-replicas.test.ts';

export default defineConfig({
  // type-graphql loads graphql's CommonJS build. Without this alias Vite would load the ESM build for our code, and
  // graphql refuses types from "another module or realm".
  resolve: { alias: { graphql: require.resolve('graphql') } },
  test: {
    globalSetup: ['test/support/build-threads.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Files share a process: loading Apollo Server and type-graphql for each took a fifth of the time.
    isolate: false,
    // One more than the cores of the machine that decides, because tests wait for half of their time.
    maxWorkers: 3,
    reporters: ['default'],
    projects: [
      // Files of different projects start in the alphabetical order of these names.
      { extends: true, test: { name: 'saturation', include: [SATURATION] } },
      { extends: true, test: { name: 'suite', include: ['test/**/*.test.ts'], exclude: [SATURATION] } },
    ],
  },
});
