import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from taking pages for the start that it does not give back: what is loaded survives, so the young generation
 * would grow to its limit, thirty megabytes. Call it before anything is loaded.
 *
 * The flags work in a running process, as `--max-semi-space-size` does not, and are in V8 of Node 20 to 26.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Lets the heap grow as the load demands. */
export function letHeapGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
