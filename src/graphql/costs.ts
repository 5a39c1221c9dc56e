import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';

/** The arguments of a field as the operation's text and variables give them, not yet checked. */
export type GivenArguments = Readonly<Record<string, unknown>>;

/** A number of calls to Gong that the arguments alone decide. */
export class CallCost {
  constructor(readonly callsFor: (given: GivenArguments) => number) {}
}

/** Objects of the field's type are read by ID: look-ups of one type share calls. */
export class LookUpCost {
  /** @param needsSchema whether a schema must be read first, to know the type of the objects */
  constructor(readonly needsSchema: boolean) {}
}

/** An object that the arguments of a field identify. */
export interface NamedObject {
  /** The name of its GraphQL type. */
  readonly type: string;
  readonly integrationId: string | null | undefined;
  readonly id: string;
}

/** Objects of several types are read by ID, as the arguments name them: look-ups of one type share calls. */
export class NamedObjectsCost {
  constructor(readonly objectsIn: (given: GivenArguments) => readonly NamedObject[]) {}
}

export type Cost = CallCost | LookUpCost | NamedObjectsCost;

/**
 * States beside a root field's resolver how many calls to Gong it is certain to make. Calls whose answer may be cached
 * are not counted: which integration is active, and the schema that an upload is checked against.
 */
export function CostsCalls(calls: number | ((given: GivenArguments) => number)) {
  return Extensions({ cost: new CallCost(typeof calls === 'number' ? () => calls : calls) });
}

/** States beside a field's resolver that it reads objects by ID. */
export function CostsLookUp({ needsSchema = false } = {}) {
  return Extensions({ cost: new LookUpCost(needsSchema) });
}

/** The cost that was stated beside the field's resolver, if any. */
export function costOf({ extensions }: GraphQLField<unknown, unknown>): Cost | undefined {
  const { cost } = extensions;
  const isCost = cost instanceof CallCost || cost instanceof LookUpCost || cost instanceof NamedObjectsCost;
  return isCost ? cost : undefined;
}
