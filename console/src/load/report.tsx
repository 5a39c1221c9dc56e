import type { FileReportFragment } from 'gong-crm-graphql-client';
import { useMemo, useState } from 'preact/hooks';
import { csv, download, downloadLines } from '../parts/download.js';
import { count, counted, words } from '../parts/format.js';
import { linesOf } from '../parts/lines.js';
import { Empty } from '../parts/states.js';
import { ProblemTable, type SortKey } from './problem-table.js';

export type Problem = FileReportFragment['problems'][number];

interface ReportProps {
  readonly report: FileReportFragment;
  readonly file: File;
}

/** What is wrong with a file, to be searched, sorted and taken away. */
export function Report({ report, file }: ReportProps) {
  const [text, setText] = useState('');
  const [code, setCode] = useState('');
  const [severity, setSeverity] = useState('');
  const [sort, setSort] = useState<{ readonly key: SortKey; readonly isDown: boolean }>({
    key: 'line',
    isDown: false,
  });
  const { problems, errorCount, warningCount, countsByCode } = report;

  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    const fits = problems.filter(
      (problem) =>
        (code === '' || problem.code === code) &&
        (severity === '' || problem.severity === severity) &&
        (wanted === '' || textOf(problem).includes(wanted)),
    );
    const sorted = fits.toSorted((left, right) => compare(left[sort.key], right[sort.key]));
    return sort.isDown ? sorted.toReversed() : sorted;
  }, [problems, text, code, severity, sort]);

  function saveCsv(): void {
    const head = ['line', 'objectId', 'field', 'code', 'severity', 'message'] as const;
    const rows = shown.map((problem) => head.map((name) => problem[name] ?? null));
    download(`${file.name}-problems.csv`, 'text/csv', csv([head, ...rows]));
  }

  async function saveLines(): Promise<void> {
    const refused = new Set(
      problems.filter((problem) => problem.severity === 'ERROR').map(({ line }) => line),
    );
    const lines: string[] = [];
    let number = 0;
    for await (const line of linesOf(file)) {
      number += 1;
      if (refused.has(number)) lines.push(line);
    }
    downloadLines(`refused-${file.name.replace(/\.gz$/, '')}`, lines);
  }

  return (
    <section class="card stack" aria-labelledby="problems">
      <h2 id="problems">What is wrong</h2>
      <search class="row">
        <label class="field">
          Search
          <input type="search" value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
        </label>
        <label class="field">
          Kind
          <select value={code} onChange={({ currentTarget }) => setCode(currentTarget.value)}>
            <option value="">All</option>
            {countsByCode.map((one) => (
              <option key={one.code} value={one.code}>
                {words(one.code)} ({count(one.count)})
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Severity
          <select value={severity} onChange={({ currentTarget }) => setSeverity(currentTarget.value)}>
            <option value="">All</option>
            <option value="ERROR">Errors</option>
            <option value="WARNING">Warnings</option>
          </select>
        </label>
      </search>
      <div class="row">
        <button type="button" onClick={saveCsv} disabled={shown.length === 0}>
          Download as CSV
        </button>
        {errorCount > 0 && (
          <button type="button" onClick={() => void saveLines()}>
            Download the refused lines
          </button>
        )}
        <span class="quiet" role="status">
          {counted(shown.length, 'problem')} shown
          {errorCount + warningCount > problems.length &&
            `; the gateway lists the first ${count(problems.length)} of ${count(errorCount + warningCount)}`}
        </span>
      </div>
      {shown.length === 0 ? (
        <Empty title="No problem fits" />
      ) : (
        <ProblemTable
          problems={shown}
          sort={sort}
          onSort={(key) => setSort({ key, isDown: sort.key === key && !sort.isDown })}
        />
      )}
    </section>
  );
}

function textOf({ line, objectId, field, code, message }: Problem): string {
  return [line, objectId, field, code, message].join(' ').toLowerCase();
}

function compare(
  left: string | number | null | undefined,
  right: string | number | null | undefined,
): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left ?? '').localeCompare(String(right ?? ''), 'en-GB', { numeric: true });
}
