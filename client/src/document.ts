/** Carries the types of an operation's variables and result; the property never exists. */
export interface DocumentTypeDecoration<Result, Variables> {
  readonly __apiType?: ((variables: Variables) => Result) | undefined;
}

/** The text of an operation: a document of this package, one of your own code generation, or a string. */
export interface TypedDocument<Result, Variables> extends DocumentTypeDecoration<Result, Variables> {
  toString(): string;
}
