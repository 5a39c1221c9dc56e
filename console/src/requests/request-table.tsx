import type { WrittenRequestFieldsFragment } from 'gong-crm-graphql-client';
import { Foreign } from '../parts/foreign.js';
import { count, dateTime, words } from '../parts/format.js';

interface RequestTableProps {
  readonly requests: readonly WrittenRequestFieldsFragment[];
  onOpen(id: string): void;
}

export function RequestTable({ requests, onOpen }: RequestTableProps) {
  return (
    <table class="list">
      <caption class="visually-hidden">Requests that were sent to Gong, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Sent</th>
          <th scope="col">State</th>
          <th scope="col" class="wide-only">
            Kind
          </th>
          <th scope="col">Type</th>
          <th scope="col" class="number wide-only">
            Objects
          </th>
          <th scope="col" class="number">
            Errors
          </th>
          <th scope="col" class="wide-only">
            Caller
          </th>
        </tr>
      </thead>
      <tbody>
        {requests.map((request) => (
          <tr key={request.id}>
            <td>
              <button type="button" class="link" onClick={() => onOpen(request.id)}>
                {dateTime(request.sentAt)}
              </button>
            </td>
            <td>
              <StateBadge state={request.state} />
            </td>
            <td class="wide-only">{words(request.kind)}</td>
            <td>{request.objectType === null ? '–' : words(request.objectType ?? '–')}</td>
            <td class="number wide-only">{request.objectCount == null ? '–' : count(request.objectCount)}</td>
            <td class="number">{errorsOf(request)}</td>
            <td class="wide-only">
              <Foreign text={callersOf(request)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function StateBadge({ state }: Pick<WrittenRequestFieldsFragment, 'state'>) {
  return <span class={`badge badge-${state.toLowerCase()}`}>{words(state)}</span>;
}

function errorsOf({ totalErrorCount, errors }: WrittenRequestFieldsFragment): string {
  const known = totalErrorCount ?? errors.length;
  return known === 0 ? '–' : count(known);
}

export function callersOf({ writers }: WrittenRequestFieldsFragment): string {
  const names = [...new Set(writers.map(({ caller }) => caller ?? 'the gateway'))];
  const [first = '–', ...others] = names;
  return others.length === 0 ? first : `${first} and ${count(others.length)} more`;
}
