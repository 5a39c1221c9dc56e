import { Foreign } from '../parts/foreign.js';
import { dateTime, words } from '../parts/format.js';
import type { Field } from './schema-page.js';

interface FieldTableProps {
  readonly fields: readonly Field[];
  onEdit(field: Field): void;
}

/** Custom fields first: they are what a person can change. */
export function FieldTable({ fields, onEdit }: FieldTableProps) {
  const sorted = fields.toSorted((left, right) => Number(right.isCustom) - Number(left.isCustom));
  return (
    <table class="list">
      <caption class="visually-hidden">Fields</caption>
      <thead>
        <tr>
          <th scope="col">Label</th>
          <th scope="col">Name in objects</th>
          <th scope="col">Type</th>
          <th scope="col" class="wide-only">
            Changed
          </th>
          <th scope="col">
            <span class="visually-hidden">What can be done</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((field) => (
          <tr key={field.uniqueName}>
            <td>
              <Foreign text={field.label} />
            </td>
            <td class="code">
              <Foreign text={field.uniqueName} />
            </td>
            <td>
              {words(field.type)}
              {field.referenceTo != null && ` to ${words(field.referenceTo).toLowerCase()}`}
              {field.orderedValueList != null && (
                <span class="quiet">
                  {' '}
                  <Foreign text={field.orderedValueList.join(' · ')} />
                </span>
              )}
            </td>
            <td class="wide-only">{field.lastModified == null ? '–' : dateTime(field.lastModified)}</td>
            <td class="whole">
              {field.isCustom ? (
                <>
                  <span class="badge badge-custom">Custom</span>{' '}
                  <button type="button" class="link" onClick={() => onEdit(field)}>
                    Change<span class="visually-hidden"> {field.uniqueName}</span>
                  </button>
                </>
              ) : (
                <span class="quiet">Gong’s own</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
