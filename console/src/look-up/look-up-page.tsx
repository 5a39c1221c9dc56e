import type { SchemaObjectType } from 'gong-crm-graphql-client';
import { useState } from 'preact/hooks';
import { Choice } from '../parts/choice.js';
import { PageTitle } from '../parts/states.js';
import { FoundObject } from './found-object.js';

const TYPES = ['DEAL', 'ACCOUNT', 'CONTACT', 'LEAD'] as const;

export interface ObjectName {
  readonly objectType: SchemaObjectType;
  readonly id: string;
}

export function LookUpPage() {
  const [objectType, setType] = useState<SchemaObjectType>('DEAL');
  const [id, setId] = useState('');
  const [wanted, setWanted] = useState<ObjectName & { readonly number: number }>();

  function open(name: ObjectName): void {
    setType(name.objectType);
    setId(name.id);
    setWanted(({ number } = { ...name, number: 0 }) => ({ ...name, number: number + 1 }));
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (id.trim() !== '') open({ objectType, id: id.trim() });
  }

  return (
    <>
      <PageTitle title="Look up" />
      <div class="stack">
        <form class="card row" onSubmit={submit}>
          <Choice label="Type" value={objectType} options={TYPES} onChange={(next) => setType(next)} />
          <label class="field">
            ID in the CRM
            <input
              required
              value={id}
              spellcheck={false}
              onInput={({ currentTarget }) => setId(currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary">
            Look up
          </button>
        </form>
        {wanted !== undefined && <FoundObject key={wanted.number} name={wanted} onOpen={open} />}
      </div>
    </>
  );
}
