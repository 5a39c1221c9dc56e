import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLAbstractType,
  GraphQLError,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import type { Context } from '../../../graphql/context.js';
import type { JsonBytes } from './json-bytes.js';

/** What to resolve and to write for an operation. Selections are worked out when they are first needed. */
export interface Plan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly root: Selection;
  /** How many fields have been worked out. */
  fields(): number;
}

/** The fields that an operation selects of one object type, in the order in which they are answered. */
export interface Selection {
  readonly fields: readonly PlannedField[];
  /** Those to resolve before anything is written. */
  readonly awaited: readonly PlannedField[];
}

export interface PlannedField {
  readonly parent: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  readonly name: string;
  /** The name in the answer. */
  readonly key: string;
  /** The name as JSON, between a comma and a colon. */
  readonly keyBytes: Uint8Array;
  /** `undefined`: the field is a property of its object. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined;
  /** The arguments, where no variable is in them. */
  readonly constantArguments: Arguments | undefined;
  /** Its index among the awaited; -1: its resolver returns no promise, and nothing below it does. */
  readonly awaitedIndex: number;
  /** What the field's text selects of an object. */
  select(type: GraphQLObjectType): Selection;
  readonly shape: Shape;
}

/** As they were read; or why they cannot be. */
export type Arguments = Readonly<Record<string, unknown>> | Error;

/** How the values of a type are written. */
export type Shape = {
  readonly isNullable: boolean;
  /** Whether a string is written as it is. */
  readonly takesText: boolean;
} & (
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'object'; readonly type: GraphQLObjectType }
  | { readonly kind: 'abstract'; readonly type: GraphQLAbstractType }
);

/** A value of a field that was awaited. */
export interface Settled {
  /** An Error where the field has failed. */
  readonly value: unknown;
  readonly below: Below;
}

/**
 * What was awaited below a value: of an object, the awaited fields of its selection; of a list, this for each item.
 * `undefined`: nothing.
 */
export type Below = readonly (Settled | Below)[] | undefined;

/** One execution of a plan. */
export interface Execution {
  readonly plan: Plan;
  readonly context: Context;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What was read of each field's arguments. */
  readonly arguments: Map<PlannedField, Arguments>;
}

/** An execution whose answer is being written. */
export interface Writing extends Execution {
  readonly json: JsonBytes;
  /** Where the writer is. What is beyond its depth is of no meaning. */
  readonly path: (string | number)[];
  readonly errors: GraphQLError[];
}
