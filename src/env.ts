import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Reading settings from environment variables: every problem at once, and no secret ever echoed. */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentProblem {
  readonly variable: string;
  readonly needed: string;
  readonly got: string;
}

/** The settings cannot be used. The message is for the person who starts the program. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(readonly problems: readonly EnvironmentProblem[]) {
    super(
      [
        'The settings cannot be used:',
        ...problems.map((p) => `  ${p.variable}: needed ${p.needed}, got ${p.got}`),
      ].join('\n'),
    );
  }
}

/**
 * Parses the variables that `schema` names. Each field's message must say what is needed. Variables set to the
 * empty string count as unset, as in most shells' and container files' use.
 *
 * @throws EnvironmentError naming every variable at fault
 */
export function readEnvironment<T extends z.ZodObject>(
  schema: T,
  environment: Environment,
  secrets: ReadonlySet<string>,
): z.output<T> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, environment[name] === '' ? undefined : environment[name]]),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new EnvironmentError(
    result.error.issues.map((issue) => {
      const variable = String(issue.path[0]);
      return { variable, needed: issue.message, got: describe(given[variable], secrets.has(variable)) };
    }),
  );
}

/**
 * Secrets may come from files, as containers mount them: `NAME_FILE` names the file that holds `NAME`. One line end
 * after it is not part of it.
 *
 * @throws EnvironmentError where both are set, or a file cannot be read
 */
export function withSecretFiles(environment: Environment, names: ReadonlySet<string>): Environment {
  const problems: EnvironmentProblem[] = [];
  const read: Record<string, string> = {};
  for (const name of names) {
    const variable = `${name}_FILE`;
    const path = environment[variable];
    if (path === undefined || path === '') continue;
    if (environment[name] !== undefined && environment[name] !== '') {
      problems.push({ variable, needed: `either ${name} or ${variable}, not both`, got: 'both' });
      continue;
    }
    try {
      read[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      const got = `${JSON.stringify(path)}: ${error instanceof Error && 'code' in error ? error.code : 'it cannot be read'}`;
      problems.push({ variable, needed: 'a file that can be read', got });
    }
  }
  if (problems.length > 0) throw new EnvironmentError(problems);
  return { ...environment, ...read };
}

function describe(value: string | undefined, secret: boolean): string {
  if (value === undefined) return 'nothing';
  if (secret) return `a value of ${value.length} characters (not shown)`;
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
}

export interface IntegerBounds {
  readonly min: number;
  readonly max: number;
  /** Used when the variable is not set. */
  readonly default: number;
}

/** A whole number. The unit belongs into the variable's name. */
export function integer({ min, max, default: value }: IntegerBounds) {
  const needed = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^[0-9]{1,15}$/, needed)
    .transform(Number)
    .refine((number) => number >= min && number <= max, needed)
    .default(value);
}

export function flag(value: boolean) {
  return z
    .enum(['true', 'false'], 'true or false')
    .transform((text) => text === 'true')
    .default(value);
}
