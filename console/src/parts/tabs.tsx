import { normalizeProps, useMachine } from '@zag-js/preact';
import * as tabs from '@zag-js/tabs';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface TabsProps<Name extends string> {
  readonly label: string;
  readonly names: readonly Name[];
  readonly titleOf: (name: Name) => string;
  readonly children: (name: Name) => ComponentChildren;
}

/** Only the selected one is in the page. */
export function Tabs<Name extends string>({ label, names, titleOf, children }: TabsProps<Name>) {
  const service = useMachine(tabs.machine, {
    id: useId(),
    defaultValue: names[0] ?? null,
    translations: { listLabel: label },
  });
  const api = tabs.connect(service, normalizeProps);
  const selected = names.find((name) => name === api.value);
  return (
    <div {...api.getRootProps()}>
      <div {...api.getListProps()} class="tabs">
        {names.map((name) => (
          <button key={name} {...api.getTriggerProps({ value: name })} class="tab">
            {titleOf(name)}
          </button>
        ))}
      </div>
      {selected !== undefined && (
        <div key={selected} {...api.getContentProps({ value: selected })} class="tab-content">
          {children(selected)}
        </div>
      )}
    </div>
  );
}
