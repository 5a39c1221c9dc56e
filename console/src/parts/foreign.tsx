import { useState } from 'preact/hooks';
import { count } from './format.js';

/** Longer texts are cut until a person wants all of them. */
const MOST_CHARS = 200;

/**
 * Text that others chose: names, labels, messages. It is isolated, so that right-to-left text does not turn what is around
 * it, and broken anywhere, so that it widens nothing.
 */
export function Foreign({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > MOST_CHARS && !isWhole;
  return (
    <span class="foreign">
      <bdi>{isCut ? `${text.slice(0, MOST_CHARS)}…` : text}</bdi>
      {isCut && (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          Show all {count(text.length)} characters
        </button>
      )}
    </span>
  );
}
