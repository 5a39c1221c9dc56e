import { useEffect, useRef } from 'preact/hooks';
import { Foreign } from '../parts/foreign.js';
import { count, words } from '../parts/format.js';
import { useVirtualRows } from '../parts/use-virtual-rows.js';
import type { Problem } from './report.js';

const COLUMNS = {
  line: 'Line',
  objectId: 'Object',
  field: 'Field',
  code: 'Kind',
  message: 'Reason',
} as const;
export type SortKey = keyof typeof COLUMNS;
const KEYS = Object.keys(COLUMNS) as SortKey[];
/** Nearly all rows have this height, in pixels: one line of a wide page, or four of a narrow one. */
const rowPx = () => (matchMedia('(width < 48rem)').matches ? 112 : 38);

interface ProblemTableProps {
  readonly problems: readonly Problem[];
  readonly sort: { readonly key: SortKey; readonly isDown: boolean };
  onSort(key: SortKey): void;
}

/** Only the rows in sight are in the page; the numbers of the rows tell screen readers of the others. */
export function ProblemTable({ problems, sort, onSort }: ProblemTableProps) {
  const scroller = useRef<HTMLElement>(null);
  const { items, height, measure } = useVirtualRows(scroller, problems.length, rowPx);
  // What is sorted or searched is read from its beginning.
  useEffect(() => scroller.current?.scrollTo(0, 0), [problems]);
  const above = items[0]?.start ?? 0;
  const below = height - (items.at(-1)?.end ?? 0);
  return (
    // A keyboard must be able to scroll it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section class="problems" ref={scroller} tabIndex={0} aria-label="Problems, scrollable">
      <table aria-rowcount={problems.length + 1}>
        <caption class="visually-hidden">Problems of the file</caption>
        <thead>
          <tr aria-rowindex={1}>
            {KEYS.map((key) => (
              <th
                key={key}
                scope="col"
                aria-sort={sort.key !== key ? 'none' : sort.isDown ? 'descending' : 'ascending'}
              >
                <button type="button" class="sort" onClick={() => onSort(key)}>
                  {COLUMNS[key]}
                  <span aria-hidden="true">{sort.key !== key ? '' : sort.isDown ? ' ↓' : ' ↑'}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody style={{ paddingBlock: `${above}px ${below}px` }}>
          {items.map(({ index, key }) => {
            const problem = problems[index];
            if (problem === undefined) return null;
            return (
              <tr key={key} ref={measure} data-index={index} aria-rowindex={index + 2}>
                <td>{problem.line === 0 ? 'File' : count(problem.line)}</td>
                <td>{problem.objectId != null && <Foreign text={problem.objectId} />}</td>
                <td>{problem.field != null && <Foreign text={problem.field} />}</td>
                <td>
                  <span class={`badge badge-${problem.severity.toLowerCase()}`}>{words(problem.code)}</span>
                </td>
                <td>
                  <Foreign text={problem.message} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
