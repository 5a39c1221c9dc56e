import { Field, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true, description: 'How a list goes on after a page.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there are more after this page.' })
  hasNextPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last item: pass it as `after`. Null if the page is empty.',
  })
  endCursor!: string | null;
}
