import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

/** `npm run fuzz`: runs with one seed after another until a failure is found or it is stopped. */
for (let round = 1; ; round += 1) {
  const FUZZ_SEED = String(randomInt(2 ** 31));
  const FUZZ_RUNS = process.env.FUZZ_RUNS ?? '500';
  process.stdout.write(`Round ${round}: FUZZ_SEED=${FUZZ_SEED} FUZZ_RUNS=${FUZZ_RUNS}\n`);
  const { status } = spawnSync('npx', ['vitest', 'run', 'test/fuzz'], {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_SEED, FUZZ_RUNS },
  });
  if (status !== 0) process.exit(status ?? 1);
}
