import { startEmulator } from '../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../src/emulator/settings.js';
import type { Counts } from './support.js';

/* An emulator that counts, in a process of its own: `startBenchEmulator` of support.ts starts it, and asks for the counts. */

let counts: Counts = { limited: 0, getObjects: 0, objects: 0, uploads: 0, stored: 0 };
const unlimited = { callsPerSecond: 0, callsPerDay: 0 };
const emulator = await startEmulator(
  { ...DEFAULT_EMULATOR_SETTINGS, ...(process.argv[2] === 'real' ? {} : unlimited) },
  {
    onCall({ operation, status, objectIds }) {
      counts = {
        ...counts,
        uploads: counts.uploads + (operation === 'uploadObjects' && status === 201 ? 1 : 0),
        limited: counts.limited + (status === 429 ? 1 : 0),
        getObjects: counts.getObjects + (status === 200 && objectIds !== undefined ? 1 : 0),
        objects: counts.objects + (status === 200 ? (objectIds?.length ?? 0) : 0),
      };
    },
    onEnded({ totalSuccessCount }) {
      counts = { ...counts, stored: counts.stored + totalSuccessCount };
    },
  },
);
process.on('message', () => process.send?.(counts));
process.on('disconnect', () => process.exit());
process.send?.(emulator.url);
