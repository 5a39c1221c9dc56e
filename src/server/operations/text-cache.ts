/** Texts by name, bounded in number and in size; the one that was used longest ago goes first. */
export interface TextCache {
  get(name: string): string | undefined;
  set(name: string, text: string): void;
}

export function createTextCache(most: number, mostChars: number): TextCache {
  // A Map keeps the order in which its keys came.
  const texts = new Map<string, string>();
  let chars = 0;

  function remove(name: string): void {
    chars -= texts.get(name)?.length ?? 0;
    texts.delete(name);
  }

  return {
    get(name) {
      const text = texts.get(name);
      if (text === undefined) return undefined;
      texts.delete(name);
      texts.set(name, text);
      return text;
    },
    set(name, text) {
      remove(name);
      texts.set(name, text);
      chars += text.length;
      for (const oldest of texts.keys()) {
        if (texts.size <= most && chars <= mostChars) break;
        remove(oldest);
      }
    },
  };
}
