/** Gives the person a file. */
export function download(name: string, type: string, parts: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function downloadLines(name: string, lines: readonly string[]): void {
  download(
    name,
    'application/x-ndjson',
    lines.map((line) => `${line}\n`),
  );
}

/** RFC 4180. A cell that a spreadsheet would take for a formula is text. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string[] {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`);
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
