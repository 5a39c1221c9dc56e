import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDiskStore } from '../../src/store/disk-store.js';
import { keysUnder, type Store } from '../../src/store/store.js';
import { canMount, mountSmallDisk } from '../support/small-disk.js';
import { randomFrom } from '../writes/ledger/fake-gong.js';

interface Logged {
  readonly message: string;
  readonly [field: string]: unknown;
}

interface Folder extends Disposable {
  readonly path: string;
  /** The lines of all stores that were opened in it. */
  readonly log: Logged[];
  open(): Promise<Store>;
  /** Files of the store whose names end so. */
  files(end: string): string[];
}

function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'disk-store-'));
  return { ...folderAt(path), [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function folderAt(path: string): Omit<Folder, typeof Symbol.dispose> {
  const log: Logged[] = [];
  return {
    path,
    log,
    open: () =>
      openDiskStore(path, { logger: { error: (fields, message) => log.push({ ...fields, message }) } }),
    files: (end) =>
      readdirSync(join(path, 'store'))
        .filter((name) => name.endsWith(end))
        .map((name) => join(path, 'store', name)),
  };
}

const put = (store: Store, entries: ReadonlyMap<string, string | null>) =>
  store.commit({ read: new Map(), written: entries }, { durable: false });
const all = (store: Store) => store.list({ ...keysUnder(''), limit: 100_000 });

/** In a table file and in the log, which holds what was written last. */
async function fill(folder: Folder): Promise<Map<string, string>> {
  const random = randomFrom(1);
  const entries = new Map(
    Array.from({ length: 400 }, (_, index) => [
      `key${index}`,
      Array.from({ length: 20 }, () => random().toString(36)).join(''),
    ]),
  );
  const first = await folder.open();
  await put(first, new Map([...entries].slice(0, 200)));
  await first.close();
  const second = await folder.open();
  const rest = [...entries].slice(200);
  for (let start = 0; start < 200; start += 10) await put(second, new Map(rest.slice(start, start + 10)));
  await second.close();
  return entries;
}

function flip(file: string, position: number): void {
  const bytes = readFileSync(file);
  bytes[position] = (bytes[position] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
}

describe('a damaged store', () => {
  const damages: Readonly<Record<string, (folder: Folder) => void>> = {
    'a byte of a table': (folder) => flipMiddle(folder.files('.ldb')[0]),
    'the end of a table': (folder) => flipEnd(folder.files('.ldb')[0]),
    'a table that is gone': (folder) => rmSync(folder.files('.ldb')[0] ?? ''),
    'a byte of the log': (folder) => flipMiddle(folder.files('.log')[0]),
    'the manifest': (folder) => flip(manifestOf(folder), 10),
    'a manifest that is gone': (folder) => rmSync(manifestOf(folder)),
    'the name of the manifest': (folder) => writeFileSync(join(folder.path, 'store', 'CURRENT'), 'rubbish'),
    'the name of the manifest that is gone': (folder) => rmSync(join(folder.path, 'store', 'CURRENT')),
  };
  const manifestOf = (folder: Folder) =>
    join(
      folder.path,
      'store',
      readdirSync(join(folder.path, 'store')).find((name) => name.startsWith('MANIFEST')) ?? '',
    );
  const flipMiddle = (file = '') => flip(file, Math.floor(statSync(file).size / 2));
  const flipEnd = (file = '') => flip(file, statSync(file).size - 1);

  test.each(Object.entries(damages))('says so and keeps everything else: %s', async (what, damage) => {
    using folder = temporaryFolder();
    const entries = await fill(folder);
    damage(folder);
    const store = await folder.open();
    expect(folder.log).not.toEqual([]);
    const kept = await all(store);
    for (const [key, value] of kept) expect(value, key).toBe(entries.get(key));
    // A block of a table has some 4 kB, one of the log 32 kB; a table without its end is lost.
    expect(kept.length, what).toBeGreaterThan(
      ['the end of a table', 'a table that is gone'].includes(what) ? 190 : 270,
    );
    expect(await put(store, new Map([['after', 'the repair']]))).toBe(true);
    await store.close();
    if (what !== 'a byte of the log') {
      const copies = readdirSync(folder.path).filter((name) => name.startsWith('store.damaged-'));
      expect(copies).toHaveLength(1);
    }
    // Once.
    const lines = folder.log.length;
    const again = await folder.open();
    expect((await again.read(['after']))[0]?.value).toBe('the repair');
    expect(folder.log).toHaveLength(lines);
    await again.close();
  });

  test('never returns a value that was not written, wherever a byte is wrong, and always opens', async () => {
    const random = randomFrom(2);
    let lost = 0;
    for (let round = 0; round < 25; round += 1) {
      using folder = temporaryFolder();
      const entries = await fill(folder);
      const files = folder.files('').filter((file) => !/LOG|LOCK/.test(file));
      const file = files[Math.floor(random() * files.length)] ?? '';
      const position = Math.floor(random() * statSync(file).size);
      flip(file, position);
      const store = await folder.open();
      const kept = await all(store);
      for (const [key, value] of kept) expect(value, `${file} ${position}`).toBe(entries.get(key));
      if (kept.length < entries.size) {
        lost += 1;
        expect(folder.log, `${file} ${position}`).not.toEqual([]);
      }
      await store.close();
    }
    expect(lost).toBeGreaterThan(5);
  });
});

test('a folder is of one process, and a file or one that cannot be made is an error', async () => {
  using folder = temporaryFolder();
  const store = await folder.open();
  await expect(folder.open()).rejects.toMatchObject({ code: 'LEVEL_LOCKED' });
  await store.close();
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  await expect(folderAt(file).open()).rejects.toMatchObject({ code: 'ENOTDIR' });
  const made = join(folder.path, 'made');
  await (await folderAt(made).open()).close();
  expect(statSync(made).mode & 0o777).toBe(0o700);
});

test.skipIf(!canMount())(
  'a full disk refuses commits and not reads, and what is committed once there is room survives a restart',
  async () => {
    using disk = mountSmallDisk('8m');
    const folder = folderAt(disk?.path ?? '');
    const store = await folder.open();
    const acknowledged: string[] = [];
    const filler = join(folder.path, 'filler');
    writeFileSync(filler, Buffer.alloc(7_000_000));
    async function fillUp(): Promise<unknown> {
      for (let index = 0; ; index += 1) {
        const key = `${index}`;
        try {
          await put(store, new Map([[key, 'x'.repeat(20_000)]]));
        } catch (error) {
          return error;
        }
        acknowledged.push(key);
      }
    }
    const error = await fillUp();
    expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE', extensions: { retryable: true } });
    expect(String((error as Error).cause)).toContain('No space left');
    await expect(put(store, new Map([['a', '1']]))).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(await store.count(keysUnder(''))).toBe(acknowledged.length);
    expect(folder.log).toHaveLength(1);
    rmSync(filler);
    await expect.poll(() => put(store, new Map([['late', '1']])).catch(() => false)).toBe(true);
    await put(store, new Map([['later', '2']]));
    await store.close();
    const again = await folder.open();
    const kept = (await all(again)).map(([key]) => key);
    expect(kept).toEqual(expect.arrayContaining([...acknowledged, 'late', 'later']));
    await again.close();
  },
);
