import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { percentile, startGateway } from './support.js';

/**
 * What waiting for the answer of a call under way saves, and costs: 50 callers ask for one object each, spread over 100 ms,
 * with GONG_READ_MERGE_MS and without, at a Gong that answers after 200 ms and at one that answers after 2 ms. Prints the
 * calls to Gong and how long callers waited, of all rounds.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/merged-reads.js [rounds]
 */

const ROUNDS = Number(process.argv[2] ?? 20);
const CALLERS = 50;
const WITHIN_MS = 100;

for (const answerMs of [200, 2]) {
  for (const mergeMs of ['0', '250']) {
    let calls = 0;
    const gong = createServer(async (request, response) => {
      const ids: string[] = JSON.parse((await buffer(request)).toString());
      calls += 1;
      await sleep(answerMs);
      const crmObjectsMap = Object.fromEntries(ids.map((objectId) => [objectId, { objectId }]));
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ requestId: 'r', crmObjectsMap }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => gong.once('listening', resolve));
    const { port } = gong.address() as AddressInfo;
    {
      await using gateway = await startGateway(`http://127.0.0.1:${port}`, {
        GONG_READ_MERGE_MS: mergeMs,
        CUSTOM_FIELDS: 'off',
      });
      const pool = new Pool(gateway.url, { connections: CALLERS });
      const ask = async (id: string): Promise<number> => {
        const asked = performance.now();
        const { body } = await pool.request({
          method: 'POST',
          path: '/graphql',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: `{ account(id: "${id}", integrationId: "1") { objectId } }` }),
        });
        const text = await body.text();
        if (!text.includes(`"${id}"`)) throw new Error(text);
        return performance.now() - asked;
      };
      await Promise.all(Array.from({ length: CALLERS }, (_, index) => ask(`warm-${index}`)));
      calls = 0;
      const waits: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        waits.push(
          ...(await Promise.all(
            Array.from({ length: CALLERS }, async (_, index) => {
              await sleep((index * WITHIN_MS) / CALLERS);
              return ask(`${round}-${index}`);
            }),
          )),
        );
      }
      console.log(
        `Gong answers after ${answerMs} ms, GONG_READ_MERGE_MS=${mergeMs}: ${(calls / ROUNDS).toFixed(1)} calls for ${CALLERS} callers; ` +
          `answered after p50 ${percentile(waits, 0.5).toFixed(0)} ms, p99 ${percentile(waits, 0.99).toFixed(0)} ms`,
      );
      await pool.close();
    }
    gong.close();
    gong.closeAllConnections();
  }
}
