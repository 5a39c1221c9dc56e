type Cell = string | number | null | undefined;

const AMOUNT = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2 });

/** Formats rows as columns under their keys: strings left-aligned, numbers right-aligned, missing values empty. */
export function formatTable(rows: readonly Readonly<Record<string, Cell>>[]): string {
  const keys = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) =>
    keys.map((key) => {
      const value = row[key] ?? '';
      return {
        text: typeof value === 'number' ? AMOUNT.format(value) : value,
        right: typeof value === 'number',
      };
    }),
  );
  const widths = keys.map((key, column) =>
    Math.max(key.length, ...cells.map((row) => row[column]?.text.length ?? 0)),
  );
  const line = (parts: readonly string[]) => `  ${parts.join('  ')}`.trimEnd();
  return [
    line(widths.map((width, column) => (keys[column] ?? '').padEnd(width))),
    line(widths.map((width) => '─'.repeat(width))),
    ...cells.map((row) =>
      line(
        row.map(({ text, right }, column) =>
          right ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
        ),
      ),
    ),
  ].join('\n');
}
