import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import { accountId, startBenchEmulator, startGateway } from './support.js';

/**
 * What custom fields cost: queries/s of a gateway whose schema has 500 of them beside one without, in turns; the memory
 * of both after their start; and the time from the answer of a push to the new schema. Ratios are of one run; the
 * emulator and both gateways share the machine.
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/custom-fields.js [fields] [rounds]
 */

const fieldCount = Number(process.argv[2] ?? 500);
const rounds = Number(process.argv[3] ?? 5);
const QUERIES = 400;
const CONCURRENT = 20;
const TYPES = ['STRING', 'NUMBER', 'BOOLEAN', 'DATE'];

const QUERY = 'query ($id: ID!) { account(id: $id) { objectId name domains modifiedDate } }';
const PUSH = 'mutation ($input: PushSchemaInput!) { pushSchema(input: $input) { pushed } }';

await using gong = await startBenchEmulator('none', 1_000);
await using without = await startGateway(gong.url, { CUSTOM_FIELDS: 'off' });
const fields = Array.from({ length: fieldCount }, (_, index) => ({
  uniqueName: `field_${index}`,
  label: `Field ${index}`,
  type: TYPES[index % TYPES.length],
}));
for (let start = 0; start < fields.length; start += 200) {
  await query(without.url, PUSH, {
    input: { objectType: 'ACCOUNT', fields: fields.slice(start, start + 200) },
  });
}
await using withFields = await startGateway(gong.url, { CUSTOM_FIELDS: 'on' });

async function query(url: string, text: string, variables: object): Promise<string> {
  const { body, statusCode } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: text, variables }),
  });
  const answer = await body.text();
  if (statusCode !== 200 || answer.includes('"errors"'))
    throw new Error(`needed data, got ${answer.slice(0, 200)}`);
  return answer;
}

async function queriesPerSecond(url: string): Promise<number> {
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENT }, async () => {
      for (let index = next++; index < QUERIES; index = next++)
        await query(url, QUERY, { id: accountId(index) });
    }),
  );
  return QUERIES / ((performance.now() - begun) / 1_000);
}

async function megabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+([0-9]+)/.exec(status)?.[1]) / 1_024;
}

/** Milliseconds from the answer of a push until the schema is another. */
async function swapMs(url: string, uniqueName: string): Promise<number> {
  const etag = async () => (await fetch(`${url}/schema.graphql`, { method: 'HEAD' })).headers.get('etag');
  const before = await etag();
  const fields = [{ uniqueName, label: uniqueName, type: 'STRING' }];
  await query(url, PUSH, { input: { objectType: 'ACCOUNT', fields } });
  const begun = performance.now();
  while ((await etag()) === before);
  return performance.now() - begun;
}

const [less, more] = [await megabytes(without.pid), await megabytes(withFields.pid)];
console.log(`${less.toFixed(0)} MB without, ${more.toFixed(0)} MB with, after the start`);
const custom = await query(withFields.url, '{ account(id: "account-1") { custom { field_1 field_2 } } }', {});
console.log(`schema with ${fieldCount} custom fields: ${custom}`);
for (const url of [without.url, withFields.url]) await queriesPerSecond(url);
const ratios: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const plain = await queriesPerSecond(without.url);
  const extended = await queriesPerSecond(withFields.url);
  ratios.push(extended / plain);
  console.log(
    `${plain.toFixed(0)} queries/s without, ${extended.toFixed(0)} with: ${(extended / plain).toFixed(2)}`,
  );
}
ratios.sort((left, right) => left - right);
console.log(
  `median ${ratios[Math.floor(rounds / 2)]?.toFixed(2)}, ${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`,
);
const swaps: number[] = [];
for (let round = 0; round < rounds; round += 1) swaps.push(await swapMs(withFields.url, `new_${round}`));
swaps.sort((left, right) => left - right);
console.log(
  `swapped ${swaps[Math.floor(rounds / 2)]?.toFixed(0)} ms after the answer to a push, at most ${swaps.at(-1)?.toFixed(0)} ms`,
);
