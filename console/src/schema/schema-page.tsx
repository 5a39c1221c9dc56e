import { SchemaFieldsDocument, type SchemaFieldsQuery, type SchemaObjectType } from 'gong-crm-graphql-client';
import { useState } from 'preact/hooks';
import { useQuery } from '../data/use-query.js';
import { Dialog } from '../parts/dialog.js';
import { words } from '../parts/format.js';
import { Failure, Loading, PageTitle } from '../parts/states.js';
import { Tabs } from '../parts/tabs.js';
import { FieldForm } from './field-form.js';
import { FieldTable } from './field-table.js';

type Schemas = NonNullable<SchemaFieldsQuery['schemaFields']>;
export type Field = NonNullable<Schemas[number]['fields'][number]>;

const TYPES = ['ACCOUNT', 'CONTACT', 'DEAL', 'LEAD'] as const;

export function SchemaPage() {
  return (
    <>
      <PageTitle title="Schema" />
      <Tabs label="Type of objects" names={TYPES} titleOf={words}>
        {(objectType) => <TypeSchema objectType={objectType} />}
      </Tabs>
    </>
  );
}

function TypeSchema({ objectType }: { readonly objectType: SchemaObjectType }) {
  const { data, error, reload } = useQuery(SchemaFieldsDocument, { objectType });
  /** `null`: a new one. */
  const [edited, setEdited] = useState<Field | null>();
  if (error !== undefined) return <Failure error={error} onRetry={reload} />;
  if (data === undefined) return <Loading what="the fields" lines={8} />;
  const fields = data.schemaFields.flatMap((schema) => schema.fields).filter((field) => field !== null);
  return (
    <div class="stack">
      <div class="row">
        <button type="button" class="primary" onClick={() => setEdited(null)}>
          Add a field
        </button>
      </div>
      <FieldTable fields={fields} onEdit={setEdited} />
      <Dialog
        title={edited === null ? `New field of ${words(objectType).toLowerCase()}s` : 'Change a field'}
        isOpen={edited !== undefined}
        onClose={() => setEdited(undefined)}
      >
        {edited !== undefined && <FieldForm objectType={objectType} field={edited} onPushed={reload} />}
      </Dialog>
    </div>
  );
}
