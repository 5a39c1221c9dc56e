import { parse as parseWithLibrary } from 'lossless-json';
import { parseLossless } from '../src/gong/lossless-json.js';

/**
 * Measures lossless parsing against `JSON.parse`. All parsers take turns in one process, so that a busy machine
 * slows them alike; the median of the rounds counts. Node 20 runs no TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/json.js
 */

const ROUNDS = 41;

/** Objects as Gong returns them, with ten fields of the usual types. */
function answer(objects: number, id: (index: number) => string): string {
  const map = Array.from({ length: objects }, (_, index) => {
    const fields = [
      `"objectId":"deal-${index}"`,
      `"name":"Deal \\"${index}\\" – renewal of the southern region"`,
      `"url":"https://crm.example.com/deals/${index}?from=gong"`,
      `"modifiedDate":"2021-05-19T08:11:34+01:00"`,
      `"closeDate":"2021-05-19"`,
      `"amount":${index * 1_000.5}`,
      `"status":"${index % 2 === 0 ? 'OPEN' : 'LOST'}"`,
      `"stage":"negotiation"`,
      `"ownerId":${id(index)}`,
      `"notes":"${'a sentence, such as people write: 12 licences; '.repeat(2)}"`,
    ];
    return `"deal-${index}":{${fields.join(',')}}`;
  });
  return `{"requestId":"4al018gzaztcr8nbukw","crmObjectsMap":{${map.join(',')}}}`;
}

const INPUTS = {
  '100 objects, small integers': answer(100, (index) => `${index}`),
  '100 objects, a 64-bit integer each': answer(100, (index) => `${5517027188234206123n + BigInt(index)}`),
  '100 objects, 64-bit digits in strings': answer(
    100,
    (index) => `"${5517027188234206123n + BigInt(index)}"`,
  ),
  '1 MB, small integers': answer(2_600, (index) => `${index}`),
  '1 MB, a 64-bit integer each': answer(2_600, (index) => `${5517027188234206123n + BigInt(index)}`),
};

const PARSERS: Record<string, (text: string) => unknown> = {
  'JSON.parse': JSON.parse,
  parseLossless,
  'lossless-json': (text) => parseWithLibrary(text),
};

function millisecondsOf(parse: (text: string) => unknown, text: string): number {
  const repeats = Math.max(1, Math.round(1_000_000 / text.length));
  // Strings cut from a decoded buffer are what the client parses; a concatenated one would be flattened in here.
  const flat = Buffer.from(text).toString();
  const start = performance.now();
  for (let repeat = 0; repeat < repeats; repeat++) parse(flat);
  return (performance.now() - start) / repeats;
}

function median(values: number[]): number {
  return values.sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

for (const [name, text] of Object.entries(INPUTS)) {
  const times = new Map(Object.keys(PARSERS).map((parser) => [parser, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [parser, parse] of Object.entries(PARSERS))
      times.get(parser)?.push(millisecondsOf(parse, text));
  }
  const base = median(times.get('JSON.parse') ?? []);
  console.log(`${name} (${Math.round(text.length / 1_000)} kB)`);
  for (const [parser, values] of times) {
    const time = median(values);
    console.log(`  ${parser.padEnd(14)} ${time.toFixed(3)} ms  ×${(time / base).toFixed(2)}`);
  }
}
