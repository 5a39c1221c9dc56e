import { CrmObjectsDocument, type CrmObjectsQuery, SchemaFieldsDocument } from 'gong-crm-graphql-client';
import { useQuery } from '../data/use-query.js';
import { Foreign } from '../parts/foreign.js';
import { words } from '../parts/format.js';
import { Failure, Loading } from '../parts/states.js';
import type { ObjectName } from './look-up-page.js';
import { NotShown } from './not-shown.js';
import { References } from './references.js';

export type FoundObject = NonNullable<NonNullable<CrmObjectsQuery['crmObjects']>[number]>;

interface FoundObjectProps {
  readonly name: ObjectName;
  onOpen(name: ObjectName): void;
}

/** An object as Gong has it, or else why it has not, as far as the gateway knows. */
export function FoundObject({ name, onOpen }: FoundObjectProps) {
  const { objectType, id } = name;
  const objects = useQuery(CrmObjectsDocument, { objectType, ids: [id] });
  const schema = useQuery(SchemaFieldsDocument, { objectType });
  if (objects.error !== undefined) return <Failure error={objects.error} onRetry={objects.reload} />;
  if (objects.data === undefined) {
    return (
      <section class="card">
        <Loading what="the object" lines={8} />
      </section>
    );
  }
  const [object] = objects.data.crmObjects;
  if (object == null) return <NotShown name={name} />;
  const fields =
    schema.data?.schemaFields.flatMap((one) => one.fields).filter((field) => field !== null) ?? [];
  const labels = new Map(fields.map(({ uniqueName, label }) => [uniqueName, label]));
  return (
    <>
      <section class="card" aria-labelledby="object" aria-live="polite">
        <h2 id="object">
          {words(objectType)} <Foreign text={titleOf(object)} />
        </h2>
        <dl class="facts">
          {Object.entries(object.fields).map(([field, value]) => (
            <FieldValue key={field} label={labels.get(field) ?? field} value={value} />
          ))}
        </dl>
      </section>
      {schema.error !== undefined && <Failure error={schema.error} onRetry={schema.reload} />}
      {schema.data !== undefined && <References object={object} fields={fields} onOpen={onOpen} />}
    </>
  );
}

function FieldValue({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <>
      <dt>
        <Foreign text={label} />
      </dt>
      <dd>
        <Foreign text={textOf(value)} />
      </dd>
    </>
  );
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whatever of its fields a person would call it by. */
export function titleOf({ objectId, fields }: Pick<FoundObject, 'objectId' | 'fields'>): string {
  const { name, firstName, lastName, emailAddress } = fields;
  const person = [firstName, lastName].filter((part) => typeof part === 'string').join(' ');
  const title = [name, person, emailAddress].find((text) => typeof text === 'string' && text !== '');
  return typeof title === 'string' ? title : objectId;
}
