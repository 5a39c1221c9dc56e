import { expect, it } from 'vitest';
import { API_DIALECTS, type ApiDialect } from '../../src/crm/dialects.js';
import { type MainObject, ObjectsOfType } from '../../src/emulator/objects.js';
import { Records } from '../../src/emulator/records.js';

/** A seeded random number generator (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it.each([1, 2, 3])(
  'behaves like two maps through 60,000 changes that fill and compact arenas (seed %i)',
  (seed) => {
    const random = randomOf(seed);
    const objects = new ObjectsOfType();
    const raw = new Map<string, { line: string; dialect: ApiDialect; upload: number; isWaiting: boolean }>();
    const main = new Map<string, MainObject>();
    const idOf = () => `${random() < 0.1 ? '\ud83d' : 'id'}${Math.floor(random() * 3_000)}`;

    for (let step = 0; step < 60_000; step += 1) {
      const id = idOf();
      const choice = random();
      if (choice < 0.2) {
        objects.delete(id);
        raw.delete(id);
        main.delete(id);
      } else if (choice < 0.3 && objects.waiting(id) !== undefined) {
        objects.settle(id, choice < 0.25 ? 'MAIN' : 'RAW', step);
        const waited = raw.get(id);
        if (waited === undefined) throw new Error('nothing waits');
        const { line, dialect, upload } = waited;
        if (choice < 0.25) main.set(id, { line, dialect, receivedAt: upload, processedAt: step });
        raw.set(id, { ...waited, isWaiting: false });
      } else {
        const line = `line ${step} é${'漢'.repeat(Math.floor(random() * 200))}`;
        const placement = (['MAIN', 'HIDDEN', 'RAW', 'WAITING'] as const)[Math.floor(random() * 4)] ?? 'MAIN';
        const dialect = API_DIALECTS[Math.floor(random() * 2)] ?? 'current';
        objects.put(id, line, { placement, dialect, epoch: step, upload: step });
        raw.set(id, { line, dialect, upload: step, isWaiting: placement === 'WAITING' });
        if (placement === 'MAIN') main.set(id, { line, dialect, receivedAt: step, processedAt: step });
        if (placement === 'HIDDEN') main.delete(id);
      }
      if (step % 5_000 === 0 || step === 59_999) {
        let compared = 0;
        for (let number = 0; number < 3_000; number += 1) {
          for (const each of [`id${number}`, `\ud83d${number}`]) {
            const expected = raw.get(each);
            const got = [
              objects.uploadOf(each),
              objects.main(each),
              objects.waiting(each),
              objects.isInMain(each),
            ];
            const waiting = expected?.isWaiting ? expected.line : undefined;
            if (
              JSON.stringify(got) !==
              JSON.stringify([expected?.upload, main.get(each), waiting, main.has(each)])
            ) {
              expect([each, ...got]).toEqual([
                each,
                expected?.upload,
                main.get(each),
                waiting,
                main.has(each),
              ]);
            }
            compared += 1;
          }
        }
        expect(compared).toBe(6_000);
      }
    }
  },
);

it('stores objects larger than an arena', () => {
  const objects = new ObjectsOfType();
  const large = 'x'.repeat(3_000_000);
  for (let upload = 1; upload <= 5; upload += 1) {
    for (const id of ['a', 'b', 'c']) {
      objects.put(id, `${id}${upload}${large}`, { placement: 'MAIN', dialect: 'legacy', epoch: 0, upload });
    }
  }
  for (const id of ['a', 'b', 'c']) expect(objects.main(id)?.line).toBe(`${id}5${large}`);
});

it('releases memory when objects are replaced or deleted', () => {
  const records = new Records();
  const meta = { upload: 1, receivedAt: 1, processedAt: 1, flags: 0 };
  const line = 'x'.repeat(1_000);
  let largest = 0;
  // 80 MB pass through, of which 2 MB are alive at a time.
  for (let round = 0; round < 40; round += 1) {
    for (let number = 0; number < 2_000; number += 1) records.put(`id${number}`, line, meta);
    largest = Math.max(largest, records.bytes);
  }
  expect(largest).toBeLessThan(12_000_000);
  for (let number = 0; number < 2_000; number += 1) records.delete(`id${number}`);
  expect(records.bytes).toBeLessThanOrEqual(1024 * 1024);
});
