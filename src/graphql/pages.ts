import { Field, Int, ObjectType } from 'type-graphql';
import { z } from 'zod';
import { CheckedArg } from './checked-arg.js';

/** What fields share that return a list in pages, as Relay's connections do. */

export const DEFAULT_FIRST = 20;
const MAX_FIRST = 100;

export const FIRST = z.int().min(1, 'at least 1').max(MAX_FIRST, `at most ${MAX_FIRST}`);

export function FirstArg() {
  return CheckedArg('first', () => Int, {
    nullable: true,
    description: `How many, at most ${MAX_FIRST}. By default ${DEFAULT_FIRST}.`,
    check: FIRST,
  });
}

/** @param isCursor whether a text can be a cursor of this list */
export function AfterArg(isCursor: (text: string) => boolean) {
  return CheckedArg('after', () => String, {
    nullable: true,
    description: 'The `endCursor` of the page before.',
    check: z.string().refine(isCursor, 'a cursor of an earlier answer'),
  });
}

@ObjectType({ simpleResolvers: true, description: 'Where a page of a list is.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether the page was asked for with `after`.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first entry.' })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Pass it as `after` for the next page. Null if there is nothing in the list.',
  })
  endCursor!: string | null;
}

/** @param next the cursor after which there is more, which with a filter need not be an edge's; `null` if there is not */
export function pageInfoOf(
  edges: readonly { readonly cursor: string }[],
  next: string | null,
  after: string | null | undefined,
): PageInfo {
  return {
    hasNextPage: next !== null,
    hasPreviousPage: after != null,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: next ?? edges.at(-1)?.cursor ?? null,
  };
}
