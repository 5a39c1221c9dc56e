/**
 * Where a thread's compiled module is. Node 20 runs no TypeScript in worker threads, so sources running under vitest
 * start the module that the build left in `dist/`; compiled code starts the one beside it.
 */
export function workerUrl(name: 'checker' | 'hasher'): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(
    isSource ? `../../../dist/writes/engine/${name}.worker.js` : `./${name}.worker.js`,
    import.meta.url,
  );
}
