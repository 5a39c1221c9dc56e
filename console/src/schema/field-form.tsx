import {
  type FieldType,
  PushSchemaDocument,
  type PushSchemaMutation,
  type ReferenceTarget,
  type SchemaFieldInput,
  type SchemaObjectType,
} from 'gong-crm-graphql-client';
import { useState } from 'preact/hooks';
import { useSession } from '../data/session-context.js';
import { useAction } from '../data/use-action.js';
import { Choice } from '../parts/choice.js';
import { Failure } from '../parts/states.js';
import { Plan } from './plan.js';
import type { Field } from './schema-page.js';

interface FieldFormProps {
  readonly objectType: SchemaObjectType;
  /** `null`: a new one. */
  readonly field: Field | null;
  onPushed(): void;
}

export type PushedPlan = NonNullable<PushSchemaMutation['pushSchema']>;

/** Without STRINGARRAY, which only Gong's own fields may have. */
const TYPES = [
  'STRING',
  'NUMBER',
  'BOOLEAN',
  'DATE',
  'DATETIME',
  'PICKLIST',
  'REFERENCE',
  'CURRENCY',
  'PERCENT',
  'EMAILADDRESS',
  'PHONENUMBER',
  'URL',
  'ID',
] as const satisfies readonly FieldType[];
const TARGETS = ['ACCOUNT', 'CONTACT', 'DEAL', 'LEAD', 'USER'] as const satisfies readonly ReferenceTarget[];

/** What the field is to be; then the plan of the gateway; then the push. */
export function FieldForm({ objectType, field, onPushed }: FieldFormProps) {
  const { client } = useSession();
  const [uniqueName, setUniqueName] = useState(field?.uniqueName ?? '');
  const [label, setLabel] = useState(field?.label ?? '');
  const [type, setType] = useState<FieldType>(field?.type ?? 'STRING');
  const [target, setTarget] = useState<ReferenceTarget>(field?.referenceTo ?? 'ACCOUNT');
  const [values, setValues] = useState((field?.orderedValueList ?? []).join('\n'));
  const plan = useAction<{ readonly change: SchemaFieldInput; readonly plan: PushedPlan }>();
  const push = useAction<PushedPlan>();

  const run = async (change: SchemaFieldInput, more: { dryRun: boolean; allowDataLoss: boolean }) =>
    (
      await client.execute(PushSchemaDocument, {
        input: { objectType, fields: [change], mode: 'MERGE', ...more },
      })
    ).pushSchema;

  function showPlan(change: SchemaFieldInput): void {
    push.reset();
    void plan.run(async () => ({ change, plan: await run(change, { dryRun: true, allowDataLoss: false }) }));
  }

  function carryOut(change: SchemaFieldInput, allowDataLoss: boolean): void {
    void push.run(async () => {
      const pushed = await run(change, { dryRun: false, allowDataLoss });
      plan.reset();
      onPushed();
      return pushed;
    });
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const list = values.split('\n').map((value) => value.trim());
    showPlan({
      ...{ uniqueName: uniqueName.trim(), label: label.trim(), type },
      ...(type === 'PICKLIST' ? { orderedValueList: list.filter((value) => value !== '') } : {}),
      ...(type === 'REFERENCE' ? { referenceTo: target } : {}),
    });
  }

  return (
    <form class="stack" onSubmit={submit} onInput={plan.reset}>
      <label class="field">
        Name in objects
        <input
          required
          value={uniqueName}
          readOnly={field !== null}
          spellcheck={false}
          onInput={({ currentTarget }) => setUniqueName(currentTarget.value)}
        />
      </label>
      <label class="field">
        Label
        <input required value={label} onInput={({ currentTarget }) => setLabel(currentTarget.value)} />
      </label>
      <Choice label="Type" value={type} options={TYPES} onChange={(next) => setType(next)} />
      {type === 'PICKLIST' && (
        <label class="field">
          Values, one per line
          <textarea
            required
            rows={6}
            value={values}
            onInput={({ currentTarget }) => setValues(currentTarget.value)}
          />
        </label>
      )}
      {type === 'REFERENCE' && (
        <Choice label="Refers to" value={target} options={TARGETS} onChange={(next) => setTarget(next)} />
      )}
      <div class="row">
        <button type="submit" class="primary" disabled={plan.isRunning}>
          {plan.isRunning ? 'Planning…' : 'Show the plan'}
        </button>
        {field !== null && (
          <button
            type="button"
            class="danger"
            disabled={plan.isRunning}
            onClick={() => showPlan({ uniqueName: field.uniqueName, isDeleted: true })}
          >
            Plan to delete it
          </button>
        )}
      </div>
      {plan.error !== undefined && <Failure error={plan.error} />}
      {plan.result !== undefined && (
        <Plan
          key={JSON.stringify(plan.result.change)}
          plan={plan.result.plan}
          fieldName={plan.result.change.uniqueName}
          isPushing={push.isRunning}
          onPush={(allowDataLoss) => plan.result !== undefined && carryOut(plan.result.change, allowDataLoss)}
        />
      )}
      {push.error !== undefined && <Failure error={push.error} />}
      {push.result !== undefined && (
        <p class="note note-good" role="status">
          {push.result.pushed ? 'Done: Gong has the change.' : 'There was nothing to change.'}
        </p>
      )}
    </form>
  );
}
