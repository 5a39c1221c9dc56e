import { BOMBS } from '../test/server/operations/bombs.js';
import { startHarness } from '../test/support/harness.js';

/**
 * How long each abusive document takes, from the sending of its request to the end of its answer, over HTTP: the
 * median and the slowest of the rounds, after one to warm up. Node 20 runs no TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/abuse.js
 */

const ROUNDS = 41;

await using harness = await startHarness({ gateway: { production: true } });

async function time(body: string): Promise<{ ms: number; bytes: number }> {
  const begun = performance.now();
  const response = await fetch(`${harness.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  return { ms: performance.now() - begun, bytes: text.length };
}

for (const { what, query, variables, rawVariables } of BOMBS) {
  const body = `{"query":${JSON.stringify(query)},"variables":${rawVariables ?? JSON.stringify(variables ?? {})}}`;
  await time(body);
  const times: number[] = [];
  let answer = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { ms, bytes } = await time(body);
    times.push(ms);
    answer = bytes;
  }
  times.sort((left, right) => left - right);
  const median = times[Math.floor(ROUNDS / 2)] ?? 0;
  console.log(
    `${what.padEnd(46)} sent ${String(body.length).padStart(7)} B  answer ${String(answer).padStart(5)} B  ` +
      `median ${median.toFixed(1).padStart(6)} ms  slowest ${(times.at(-1) ?? 0).toFixed(1).padStart(6)} ms`,
  );
}
