import type { CallBudgetFieldsFragment } from 'gong-crm-graphql-client';
import { count } from '../parts/format.js';

/** More would be too small to tell apart. */
const MOST_CELLS = 20;

export function CallsThisSecond({ budget }: { readonly budget: CallBudgetFieldsFragment }) {
  const { callsPerSecond: limit, leftThisSecond: left } = budget;
  if (limit === null || left === null) return <p>There is no limit by the second.</p>;
  const cells = Math.min(limit, MOST_CELLS);
  const free = Math.round((left / limit) * cells);
  return (
    <>
      <p class="lead">
        {count(left)} of {count(limit)} left
      </p>
      <svg class="cells" viewBox={`0 0 ${cells * 20} 16`} aria-hidden="true">
        {Array.from({ length: cells }, (_, index) => (
          <rect
            key={index}
            x={index * 20}
            width="16"
            height="16"
            rx="3"
            class={index < cells - free ? 'fill-used' : 'fill-left'}
          />
        ))}
      </svg>
    </>
  );
}
