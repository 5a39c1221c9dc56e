import type { WrittenRequestsFilter } from 'gong-crm-graphql-client';
import { useEffect, useState } from 'preact/hooks';
import { words } from '../parts/format.js';

interface FiltersProps {
  readonly filter: WrittenRequestsFilter;
  onChange(filter: WrittenRequestsFilter): void;
}

const CHOICES = {
  state: ['PENDING', 'IN_PROGRESS', 'DONE', 'FAILED', 'LOST'],
  kind: ['LIST', 'FILE', 'QUEUE', 'SCHEMA_PUSH', 'REGISTRATION', 'DELETION'],
  objectType: ['ACCOUNT', 'CONTACT', 'DEAL', 'LEAD', 'BUSINESS_USER', 'STAGE'],
} as const satisfies Partial<Record<keyof WrittenRequestsFilter, readonly string[]>>;

const LABELS = { state: 'State', kind: 'Kind', objectType: 'Type' } as const;
const TYPING_MS = 300;

export function Filters({ filter, onChange }: FiltersProps) {
  const [caller, setCaller] = useState('');
  const changeTo = (name: keyof WrittenRequestsFilter, value: string) => {
    const { [name]: _, ...rest } = filter;
    onChange(value === '' ? rest : { ...rest, [name]: value });
  };

  useEffect(() => {
    if (caller === (filter.caller ?? '')) return;
    const timer = setTimeout(() => changeTo('caller', caller), TYPING_MS);
    return () => clearTimeout(timer);
  }, [caller]);

  return (
    <search class="row">
      {(['state', 'kind', 'objectType'] as const).map((name) => (
        <label key={name} class="field">
          {LABELS[name]}
          <select
            value={filter[name] ?? ''}
            onChange={({ currentTarget }) => changeTo(name, currentTarget.value)}
          >
            <option value="">All</option>
            {CHOICES[name].map((choice) => (
              <option key={choice} value={choice}>
                {words(choice)}
              </option>
            ))}
          </select>
        </label>
      ))}
      <label class="field">
        Caller
        <input type="search" value={caller} onInput={({ currentTarget }) => setCaller(currentTarget.value)} />
      </label>
    </search>
  );
}
