import { arc, pie } from 'd3-shape';
import type { CallBudgetFieldsFragment } from 'gong-crm-graphql-client';
import { count, dateTime } from '../parts/format.js';

interface Part {
  readonly name: string;
  readonly className: string;
  readonly calls: number;
}

const ring = arc<{ startAngle: number; endAngle: number }>().innerRadius(38).outerRadius(50);
const slices = pie<Part>()
  .value(({ calls }) => calls)
  .sort(null);

/** What the calls of the last 24 hours were used for, and what is left. */
export function CallsOfTheDay({ budget }: { readonly budget: CallBudgetFieldsFragment }) {
  const { callsPerDay: limit, leftToday: left, used, resetsAt } = budget;
  const own = used.read + used.write + used.poll;
  const parts: Part[] = [
    { name: 'Reads', className: 'read', calls: used.read },
    { name: 'Writes', className: 'write', calls: used.write },
    { name: 'Polls', className: 'poll', calls: used.poll },
  ];
  if (limit !== null && left !== null) {
    const others = Math.max(0, limit - left - own);
    if (others > 0)
      parts.push({ name: 'Other replicas, or before the start', className: 'other', calls: others });
    parts.push({ name: 'Left', className: 'left', calls: left });
  }
  return (
    <>
      <div class="day">
        <svg class="ring" viewBox="-50 -50 100 100" aria-hidden="true">
          {parts.every(({ calls }) => calls === 0) && <circle r="44" class="ring-empty" />}
          {slices(parts).map((slice) => (
            <path key={slice.data.name} d={ring(slice) ?? ''} class={`fill-${slice.data.className}`} />
          ))}
          <text y="-1" class="ring-number">
            {count(left ?? own)}
          </text>
          <text y="14" class="ring-unit">
            {left === null ? 'used' : 'left'}
          </text>
        </svg>
        <table class="legend">
          <caption class="visually-hidden">Calls to Gong in the last 24 hours</caption>
          <tbody>
            {parts.map(({ name, className, calls }) => (
              <tr key={name}>
                <th scope="row">
                  <span class={`swatch fill-${className}`} aria-hidden="true" />
                  {name}
                </th>
                <td>{count(calls)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        {limit === null ? 'There is no limit by the day.' : `Gong allows ${count(limit)} in any 24 hours. `}
        {resetsAt !== null && `The oldest call is given back at ${dateTime(resetsAt)}.`}
        {limit !== null && resetsAt === null && 'None was made yet.'}
      </p>
    </>
  );
}
