/**
 * What a router adds: 250 accounts in a plain query, as entities asked for directly, and through Hive Gateway, to which
 * another subgraph names them. Each round has all three, so that a busy machine slows them alike. Node 20 runs no
 * TypeScript, so:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist/bench; node dist/bench/bench/entities.js [rounds]
 */
import { REVIEWS_SDL, startReviews } from '../test/federation/reviews.js';
import { startRouter } from '../test/federation/router.js';
import { accountId, percentile, startBenchEmulator, startGateway } from './support.js';

const ACCOUNTS = 250;
const WARM_UP = 5;
const rounds = Number(process.argv[2] ?? 30);

const ids = Array.from({ length: ACCOUNTS }, (_, index) => accountId(index));
const representations = ids.map((objectId) => ({ __typename: 'Account', objectId }));

await using emulator = await startBenchEmulator('none', ACCOUNTS);
await using gateway = await startGateway(emulator.url, { FEDERATION: 'true' });
await using reviews = await startReviews(representations);
const { _service } = (await ask('{ _service { sdl } }')) as { _service: { sdl: string } };
await using router = await startRouter([
  { name: 'crm', url: `${gateway.url}/graphql`, sdl: _service.sdl },
  { name: 'reviews', url: reviews.url, sdl: REVIEWS_SDL },
]);

async function ask(query: string, variables: object = {}): Promise<unknown> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors).slice(0, 500));
  return data;
}

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  'plain query': () =>
    ask(
      'query ($ids: [ID!]!) { crmObjects(objectType: ACCOUNT, ids: $ids) { ... on Account { name domains } } }',
      {
        ids,
      },
    ),
  _entities: () =>
    ask(
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Account { name domains } } }',
      { representations },
    ),
  'through the router': async () => {
    const { data, errors } = await router.query('{ agenda { ... on Account { name domains } } }');
    if (errors.length > 0) throw new Error(JSON.stringify(errors).slice(0, 500));
    return data;
  },
};

const times = new Map(Object.keys(WAYS).map((way) => [way, [] as number[]]));
const calls = new Map<string, number>();
for (let round = -WARM_UP; round < rounds; round += 1) {
  for (const [way, run] of Object.entries(WAYS)) {
    const before = (await emulator.counts()).getObjects;
    const began = performance.now();
    const answer = JSON.stringify(await run());
    const took = performance.now() - began;
    if (answer.split('"name":"Account ').length !== ACCOUNTS + 1) throw new Error(answer.slice(0, 500));
    calls.set(way, (await emulator.counts()).getObjects - before);
    if (round >= 0) times.get(way)?.push(took);
  }
}

const plain = percentile(times.get('plain query') ?? [], 0.5);
for (const [way, taken] of times) {
  const median = percentile(taken, 0.5);
  console.log(
    `${way}: ${calls.get(way)} calls, median ${median.toFixed(1)} ms, ${(median / plain).toFixed(2)} times the plain query`,
  );
}
