/**
 * Whether the gateway has become slow: the processor time that it takes to answer for a hundred objects, beside the
 * floor's in the same run. The best of several rounds counts, because whatever else the machine does only adds to it.
 *
 *     npm run build && npm run build:bench && node dist/bench/bench/throughput.js
 */
import { HUNDRED_OBJECTS } from './throughput/cases.js';
import { FLOOR, GATEWAY, startStub } from './throughput/contenders.js';
import { load } from './throughput/load.js';

/**
 * The gateway's share of the floor: what at least three quarters of the runs of this program have. A change that moves it, up or down,
 * records it again.
 */
const RECORDED_SHARE = 0.5;
const LEAST_SHARE = (RECORDED_SHARE * 2) / 3;
const ROUNDS = 8;
const ROUND = { cpuSeconds: 0.6 };
/** V8 has compiled by then what the gateway consists of. */
const WARM_UP = { cpuSeconds: 5 };

await using gong = await startStub();
await using floor = await FLOOR.start(gong);
await using gateway = await GATEWAY.start(gong);
const cpuMs = { floor: Number.POSITIVE_INFINITY, gateway: Number.POSITIVE_INFINITY };
await load(floor, FLOOR, HUNDRED_OBJECTS, WARM_UP);
await load(gateway, GATEWAY, HUNDRED_OBJECTS, WARM_UP);
for (let round = 0; round < ROUNDS; round += 1) {
  const bare = await load(floor, FLOOR, HUNDRED_OBJECTS, ROUND);
  const own = await load(gateway, GATEWAY, HUNDRED_OBJECTS, ROUND);
  cpuMs.floor = Math.min(cpuMs.floor, bare.cpuMs);
  cpuMs.gateway = Math.min(cpuMs.gateway, own.cpuMs);
}

const share = cpuMs.floor / cpuMs.gateway;
console.log(
  `A query for a hundred objects takes ${cpuMs.gateway.toFixed(3)} ms of processor time, the floor ` +
    `${cpuMs.floor.toFixed(3)} ms: a share of ${share.toFixed(3)}, recorded ${RECORDED_SHARE}, needed ${LEAST_SHARE.toFixed(3)}`,
);
if (!(share >= LEAST_SHARE)) process.exitCode = 1;
