import { useState } from 'preact/hooks';
import { Foreign } from '../parts/foreign.js';
import { counted, words } from '../parts/format.js';
import type { PushedPlan } from './field-form.js';

interface PlanProps {
  readonly plan: PushedPlan;
  readonly fieldName: string;
  readonly isPushing: boolean;
  onPush(allowDataLoss: boolean): void;
}

/** What a push would do. One that deletes values needs the field's name, typed by hand. */
export function Plan({ plan: { plan, losesData, warnings }, fieldName, isPushing, onPush }: PlanProps) {
  const [typed, setTyped] = useState('');
  const changes = plan.filter(({ kind }) => kind !== 'UNCHANGED' && kind !== 'LEFT_OUT');
  const others = plan.length - changes.length;
  return (
    <section class="stack" aria-labelledby="plan" role="status">
      <h3 id="plan">The plan</h3>
      <ul class="plan">
        {changes.map(({ name, kind, from, to, properties }) => (
          <li key={name}>
            <span
              class={`badge ${kind === 'DELETED' || kind === 'RETYPED' ? 'badge-failed' : 'badge-custom'}`}
            >
              {words(kind)}
            </span>{' '}
            <Foreign text={name} />
            {from != null &&
              to != null &&
              `: from ${words(from).toLowerCase()} to ${words(to).toLowerCase()}`}
            {properties.length > 0 && `: ${properties.map((one) => words(one).toLowerCase()).join(', ')}`}
          </li>
        ))}
      </ul>
      <p class="quiet">
        {changes.length === 0 && 'Nothing would change. '}
        {others > 0 &&
          `${counted(others, 'other custom field')} ${others === 1 ? 'stays' : 'stay'} as before.`}
      </p>
      {warnings.map(({ name, message }) => (
        <p key={name} class="note note-warning">
          <Foreign text={message} />
        </p>
      ))}
      {losesData && (
        <div class="note note-error">
          <p class="note-title">
            Gong deletes the values of this field from every object. They cannot be brought back.
          </p>
          <label class="field">
            Type the field’s name to go on
            <input
              value={typed}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => {
                // The form takes other input for a change of the field.
                event.stopPropagation();
                setTyped(event.currentTarget.value);
              }}
            />
          </label>
        </div>
      )}
      {changes.length > 0 && (
        <div class="row">
          <button
            type="button"
            class={losesData ? 'danger' : 'primary'}
            disabled={isPushing || (losesData && typed !== fieldName)}
            onClick={() => onPush(losesData)}
          >
            {isPushing ? 'Pushing…' : losesData ? 'Push it and delete the values' : 'Push it to Gong'}
          </button>
        </div>
      )}
    </section>
  );
}
