import { CrmObjectsDocument, type SchemaObjectType } from 'gong-crm-graphql-client';
import { useQuery } from '../data/use-query.js';
import { Foreign } from '../parts/foreign.js';
import { words } from '../parts/format.js';
import { Failure, Loading } from '../parts/states.js';
import type { Field } from '../schema/schema-page.js';
import { type FoundObject, titleOf } from './found-object.js';
import type { ObjectName } from './look-up-page.js';

interface ReferencesProps {
  readonly object: FoundObject;
  readonly fields: readonly Field[];
  onOpen(name: ObjectName): void;
}

/** What an object refers to, by the REFERENCE fields of its schema. */
export function References({ object, fields, onOpen }: ReferencesProps) {
  const references = fields.flatMap(({ type, uniqueName, label, referenceTo }) => {
    const id = object.fields[uniqueName];
    return type === 'REFERENCE' && typeof id === 'string' && referenceTo != null
      ? [{ uniqueName, label, referenceTo, id }]
      : [];
  });
  return (
    <section class="card" aria-labelledby="references">
      <h2 id="references">What it refers to</h2>
      {references.length === 0 && <p class="quiet">Nothing.</p>}
      <dl class="facts">
        {references.map(({ uniqueName, label, referenceTo, id }) => (
          <div key={uniqueName} class="contents">
            <dt>
              <Foreign text={label} />
            </dt>
            <dd>
              {referenceTo === 'USER' ? (
                <>
                  <Foreign text={id} /> <span class="quiet">a CRM user; Gong does not return users</span>
                </>
              ) : (
                <Referent name={{ objectType: referenceTo, id }} onOpen={onOpen} />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface ReferentProps {
  readonly name: { readonly objectType: SchemaObjectType; readonly id: string };
  readonly onOpen?: (name: ObjectName) => void;
}

/** Objects of one type that are asked for at the same time share a call to Gong. */
export function Referent({ name, onOpen }: ReferentProps) {
  const { objectType, id } = name;
  const { data, error, reload } = useQuery(CrmObjectsDocument, { objectType, ids: [id] });
  if (error !== undefined) return <Failure error={error} onRetry={reload} />;
  if (data === undefined) return <Loading what={`${words(objectType)} ${id}`} lines={1} />;
  const [found] = data.crmObjects;
  if (found == null) {
    return (
      <>
        <Foreign text={id} /> <span class="badge badge-warning">Gong does not have it</span>
      </>
    );
  }
  return onOpen === undefined ? (
    <>
      <Foreign text={titleOf(found)} /> <span class="badge badge-ok">Gong has it</span>
    </>
  ) : (
    <button type="button" class="link" onClick={() => onOpen(name)}>
      <Foreign text={titleOf(found)} />
    </button>
  );
}
