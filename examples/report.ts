import type { FileReportFragment } from 'gong-crm-graphql-client';
import { formatTable } from './table.js';

type Problem = FileReportFragment['problems'][number];

/** Formats the report of a file: each error, then the warnings, with equal ones counted. */
export function formatReport({
  problems,
  errorCount,
  warningCount,
  countsByCode,
}: FileReportFragment): string {
  const errors = problems.filter(({ severity }) => severity === 'ERROR');
  const warnings = problems.filter(({ severity }) => severity === 'WARNING');
  const hidden = errorCount + warningCount - problems.length;
  const part = warnings.length < warningCount ? `, the first ${warnings.length} of them by line` : '';
  const sections = [
    section('', errors.map(errorRow)),
    section(`${count(warningCount, 'warning')}${part}:\n`, countedWarnings(warnings)),
    hidden <= 0
      ? ''
      : section(
          `and ${hidden} more; in all:\n`,
          countsByCode.map(({ code, count }) => ({ code, count: String(count) })),
        ),
  ];
  return sections.join('');
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function section(title: string, rows: readonly Readonly<Record<string, string | null>>[]): string {
  return rows.length === 0 ? '' : `${title}\n${formatTable(rows)}\n\n`;
}

function errorRow({ line, objectId, field, code, message }: Problem) {
  return { line: String(line), objectId, field, code, message };
}

/** Warnings with the same code and field count as equal: their messages differ at most in values of the line. */
function countedWarnings(warnings: readonly Problem[]) {
  const groups = new Map<string, { readonly first: Problem; count: number }>();
  for (const warning of warnings) {
    const key = `${warning.code} ${warning.field}`;
    const group = groups.get(key) ?? { first: warning, count: 0 };
    groups.set(key, group);
    group.count += 1;
  }
  return [...groups.values()].map(({ first: { line, field, code, message }, count }) => ({
    lines: String(count),
    'first line': String(line),
    field,
    code,
    'first message': message,
  }));
}
