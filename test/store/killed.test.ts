import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openDiskStore } from '../../src/store/disk-store.js';
import { startCommand } from '../start/program.js';
import { until } from '../support/redis.js';
import { randomFrom } from '../writes/ledger/fake-gong.js';

const COUNTER = fileURLToPath(new URL('./counter.worker.mjs', import.meta.url));
const ROUNDS = 10;

test('a process that is killed loses nothing that was acknowledged, and leaves no half of a commit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'killed-store-'));
  const random = randomFrom(3);
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await using program = startCommand(process.execPath, [COUNTER, folder], {});
    const lines = 1 + Math.floor(random() * 60);
    await until('some commits', () => program.stdout.length >= lines);
    program.kill('SIGKILL');
    await program.ended;
    expect(program.stderr).toEqual([]);
    for (const line of program.stdout) {
      const [, name = '', value = ''] = /^(\w) (\d+)$/.exec(line) ?? [];
      if (name !== '') acknowledged.set(name, Number(value));
    }
    const log: object[] = [];
    const store = await openDiskStore(folder, { logger: { error: (fields) => log.push(fields) } });
    const names = [...acknowledged.keys()];
    const [total, ...counts] = (await store.read(['total', 'a', 'b', 'c', 'd'])).map((stored) =>
      Number(stored?.value ?? 0),
    );
    await store.close();
    expect(log).toEqual([]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
    for (const name of names) {
      const count = counts['abcd'.indexOf(name)] ?? 0;
      expect(count, `${name} in round ${round}`).toBeGreaterThanOrEqual(acknowledged.get(name) ?? 0);
    }
  }
  expect(acknowledged.size).toBe(4);
  await rm(folder, { recursive: true });
}, 60_000);
