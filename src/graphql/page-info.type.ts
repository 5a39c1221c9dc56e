import { Field, ObjectType } from 'type-graphql';

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
