// Source maps apply only to modules loaded after they are enabled, hence the dynamic import. Stack traces in the log
// then name lines of the sources.
process.setSourceMapsEnabled(true);
const { runGateway } = await import('./start/run-gateway.js');
await runGateway(process.env);
