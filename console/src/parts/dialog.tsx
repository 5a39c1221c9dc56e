import * as dialog from '@zag-js/dialog';
import { normalizeProps, useMachine } from '@zag-js/preact';
import type { ComponentChildren } from 'preact';
import { createPortal } from 'preact/compat';
import { useId } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly children: ComponentChildren;
  onClose(): void;
}

/** Takes the focus, keeps it, and gives it back; closes with Escape and a click outside. */
export function Dialog({ title, isOpen, children, onClose }: DialogProps) {
  const service = useMachine(dialog.machine, {
    id: useId(),
    open: isOpen,
    onOpenChange: ({ open }) => open || onClose(),
  });
  const api = dialog.connect(service, normalizeProps);
  if (!api.open) return null;
  return createPortal(
    <>
      <div {...api.getBackdropProps()} class="backdrop" />
      <div {...api.getPositionerProps()} class="positioner">
        <div {...api.getContentProps()} class="dialog">
          <div class="dialog-top">
            <h2 {...api.getTitleProps()}>{title}</h2>
            <button {...api.getCloseTriggerProps()} class="quiet-button">
              Close
            </button>
          </div>
          {children}
        </div>
      </div>
    </>,
    document.body,
  );
}
