/**
 * The program. Source maps serve modules that are loaded after they are turned on, so that all others are loaded from
 * here: a stack in the log then names lines of the sources.
 */
process.setSourceMapsEnabled(true);
const { runGateway } = await import('./start/run-gateway.js');
await runGateway(process.env);
