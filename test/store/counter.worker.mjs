/*
 * Counts in a store on disk, as fast as it can, until it is killed. Writes a line for each commit that was acknowledged:
 * which counter, and its new value. Each commit also adds to the total.
 */
import { openDiskStore } from '../../dist/store/disk-store.js';
import { transact } from '../../dist/store/store.js';

const store = await openDiskStore(process.argv[2], {
  logger: { error: (fields) => process.stderr.write(JSON.stringify(fields)) },
});

async function count(name) {
  for (;;) {
    const value = await transact(store, async (transaction) => {
      const [own, total] = await transaction.getAll([name, 'total']);
      transaction.put(name, String(Number(own) + 1));
      transaction.put('total', String(Number(total) + 1));
      return Number(own) + 1;
    });
    process.stdout.write(`${name} ${value}\n`);
  }
}

await Promise.all(['a', 'b', 'c', 'd'].map(count));
