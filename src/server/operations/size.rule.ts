import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';
import type { OperationLimits } from './limits.js';

/**
 * Counts as if fragments were inlined, but visits each fragment only once: fragments that use each other can multiply to
 * astronomical sizes.
 */
interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields at the top level. */
  readonly fields: number;
}

const NOTHING: Size = { depth: 0, aliases: 0, directives: 0, fields: 0 };

/** graphql-js limits the nesting of introspection itself, and the explorers' query is deeper than `maxDepth`. */
const INTROSPECTION: ReadonlySet<string> = new Set(['__schema', '__type']);

/** Refuses operations that are too deep, or have too many aliases, directives or root fields. */
export function operationSizeRule(limits: OperationLimits): ValidationRule {
  return (context) => {
    const fragments = new Map<string, Size>();

    function ofFragment(fragment: FragmentDefinitionNode | null | undefined): Size {
      if (fragment == null) return NOTHING;
      const name = fragment.name.value;
      const known = fragments.get(name);
      if (known !== undefined) return known;
      // Ends a cycle of fragments, which another rule refuses.
      fragments.set(name, NOTHING);
      const size = sum(ofSelections(fragment.selectionSet), {
        ...NOTHING,
        directives: fragment.directives?.length ?? 0,
      });
      fragments.set(name, size);
      return size;
    }

    function ofSelections({ selections }: SelectionSetNode): Size {
      let all = NOTHING;
      for (const selection of selections) {
        const directives = selection.directives?.length ?? 0;
        all = sum(all, { ...NOTHING, directives });
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          all = sum(all, ofFragment(context.getFragment(selection.name.value)));
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          all = sum(all, ofSelections(selection.selectionSet));
        } else {
          const inner = selection.selectionSet === undefined ? NOTHING : ofSelections(selection.selectionSet);
          const shallow = INTROSPECTION.has(selection.name.value);
          all = sum(all, {
            depth: shallow ? 1 : 1 + inner.depth,
            aliases: inner.aliases + (selection.alias === undefined ? 0 : 1),
            directives: inner.directives,
            fields: 1,
          });
        }
      }
      return all;
    }

    return {
      OperationDefinition(operation) {
        const size = ofSelections(operation.selectionSet);
        const ofVariables =
          operation.variableDefinitions?.flatMap((variable) => variable.directives ?? []) ?? [];
        const directives = size.directives + (operation.directives?.length ?? 0) + ofVariables.length;
        const judge = (what: string, most: number, got: number) => {
          if (got <= most) return;
          const shown = got > 1_000_000 ? 'more than a million' : got;
          context.reportError(
            new GraphQLError(`An operation may have ${what} ${most}, this one has ${shown}.`, {
              nodes: operation,
            }),
          );
        };
        judge('a depth of', limits.maxDepth, size.depth);
        judge('aliases up to', limits.maxAliases, size.aliases);
        judge('directives up to', limits.maxDirectives, directives);
        judge('root fields up to', limits.maxRootFields, size.fields);
      },
    };
  };
}

function sum(left: Size, right: Size): Size {
  return {
    depth: Math.max(left.depth, right.depth),
    aliases: left.aliases + right.aliases,
    directives: left.directives + right.directives,
    fields: left.fields + right.fields,
  };
}
