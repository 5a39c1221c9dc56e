import { existsSync } from 'node:fs';
import { letHeapGrow, prepareHeap } from './start/heap.js';

prepareHeap();
// Source maps apply only to modules loaded after they are enabled, hence the dynamic import. Stack traces in the log
// then name lines of the sources.
process.setSourceMapsEnabled(true);
// `npm run build` puts all modules into a bundle, which loads twice as fast; benchmarks are compiled without one.
const bundle = new URL('./bundle/run-gateway.js', import.meta.url);
const start: Promise<typeof import('./start/run-gateway.js')> = existsSync(bundle)
  ? import(bundle.href)
  : import('./start/run-gateway.js');
const { runGateway } = await start;
await runGateway(process.env);
letHeapGrow();
