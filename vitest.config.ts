import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  // type-graphql loads graphql's CommonJS build; without this alias Vite would give our code the ESM
  // build, and graphql refuses types from "another module or realm".
  resolve: { alias: { graphql: require.resolve('graphql') } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build-threads.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Files share a process: loading Apollo Server and type-graphql anew for each took a fifth of the whole time.
    isolate: false,
    maxWorkers: 2,
    reporters: ['default'],
  },
});
