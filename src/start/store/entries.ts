import { z } from 'zod';
import { parseJson } from '../../parse-json.js';
import type { Store } from '../../store/store.js';

/** Entries read or written at once. */
const PAGE = 1_000;

const Entry = z.object({ key: z.string(), value: z.string() });

/** Yields lines of JSON, one for each entry whose key begins with the prefix. */
export async function* exportEntries(store: Store, prefix: string): AsyncGenerator<string> {
  const before = `${prefix}\u{10ffff}`;
  for (let from = prefix; ; ) {
    const page = await store.list({ from, before, limit: PAGE });
    for (const [key, value] of page) yield `${JSON.stringify({ key, value })}\n`;
    const [last] = page.at(-1) ?? [];
    if (last === undefined || page.length < PAGE) return;
    // The next possible key.
    from = `${last}\u0000`;
  }
}

/**
 * Puts exported entries into a store, in the place of those with the same keys. Returns their number.
 *
 * @throws Error naming the first line that is no entry; the lines before it may have been imported
 */
export async function importEntries(store: Store, input: AsyncIterable<string>): Promise<number> {
  let count = 0;
  let page = new Map<string, string>();
  const commit = async () => {
    await store.commit({ read: new Map(), written: page });
    page = new Map();
  };
  for await (const line of linesOf(input)) {
    count += 1;
    const entry = Entry.safeParse(parseJson(line)).data;
    if (entry === undefined)
      throw new Error(`line ${count}: needed {"key": …, "value": …}, got something else`);
    page.set(entry.key, entry.value);
    if (page.size === PAGE) await commit();
  }
  await commit();
  return count;
}

/** Not `node:readline`, which also splits at characters that JSON allows in strings. */
async function* linesOf(input: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
