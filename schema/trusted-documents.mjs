import { createHash } from 'node:crypto';
import { print, visit } from 'graphql';

/**
 * Every operation with the fragments it uses, by the SHA-256 of its text, as JSON. The gateway reads the result where
 * TRUSTED_DOCUMENTS names it.
 */
export function trustedDocuments(documents) {
  const definitions = documents.flatMap(({ document }) => document.definitions);
  const fragments = new Map(
    definitions.filter(({ kind }) => kind === 'FragmentDefinition').map((one) => [one.name.value, one]),
  );
  const texts = definitions
    .filter(({ kind }) => kind === 'OperationDefinition')
    .map((operation) => [operation, ...inOrder(usedBy(operation, fragments))].map(print).join('\n\n'));
  const byHash = texts.map((text) => [createHash('sha256').update(text).digest('hex'), text]);
  // In one order, whatever the order of the files.
  byHash.sort(([left], [right]) => (left < right ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(byHash), null, 2)}\n`;
}

/** By name, as in the typed documents, so that their texts are trusted. */
function inOrder(fragments) {
  return fragments.sort((left, right) => (left.name.value < right.name.value ? -1 : 1));
}

function usedBy(node, fragments, used = new Set()) {
  visit(node, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (fragment === undefined || used.has(fragment)) return;
      used.add(fragment);
      usedBy(fragment, fragments, used);
    },
  });
  return [...used];
}
