/** The lines of a file, plain or gzip (recognized by its first bytes), without their line ends. */
export async function* linesOf(file: Blob): AsyncGenerator<string, void, void> {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isGzip = first === 0x1f && second === 0x8b;
  const bytes = isGzip ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream();
  const reader = bytes.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value = '' } = await reader.read();
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      yield* lines.map((line) => line.replace(/\r$/, ''));
      if (done) break;
    }
    if (rest !== '') yield rest;
  } finally {
    await reader.cancel();
  }
}

/** The object's ID in a line of LDJSON, if it can be read. */
export function objectIdIn(line: string): string | undefined {
  try {
    const { objectId } = JSON.parse(line);
    return typeof objectId === 'string' ? objectId : undefined;
  } catch {
    return undefined;
  }
}
