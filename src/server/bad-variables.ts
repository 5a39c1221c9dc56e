import { GraphQLError } from 'graphql';

/** Deeper than any argument of ours; what follows may look into values by recursion. */
const MAX_DEPTH = 32;

/** An error for variables that hold a number which `JSON.parse` has rounded, or that are nested without end. */
export function badVariables(variables: unknown): GraphQLError | undefined {
  // Not by recursion: 256 KiB hold a hundred thousand brackets.
  const waiting: { value: unknown; path: string; depth: number }[] = [
    { value: variables, path: '', depth: 0 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return refused(
        `variables${path}: needed a number within ±(2^53 - 1), got one near ${value}: send 64-bit ids and larger numbers as strings`,
      );
    }
    if (typeof value !== 'object' || value === null) continue;
    // A file on its way in is an object of a class, and none of ours to look into.
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype && depth > 0) continue;
    if (depth > MAX_DEPTH)
      return refused(`variables${path.slice(0, 200)}: needed at most ${MAX_DEPTH} levels, got more`);
    for (const [key, inner] of Object.entries(value)) {
      const step = Array.isArray(value) ? `[${key}]` : `.${key}`;
      waiting.push({ value: inner, path: path + step, depth: depth + 1 });
    }
  }
  return undefined;
}

function refused(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code: 'BAD_USER_INPUT', retryable: false, http: { status: 400 } },
  });
}
