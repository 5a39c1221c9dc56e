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

/** What Kubernetes sets for each Service of a namespace, e.g. `GONG_PORT=tcp://10.0.0.1:80` for one named "gong". */
const SERVICE_LINK = /_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?$/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

export interface UnknownNames {
  /** Begin with a prefix that is this program's alone, or are within two edits of such a setting. */
  readonly problems: readonly EnvironmentProblem[];
  /** Begin as other settings do, or are within two edits of one, but may be meant for another program. */
  readonly doubtful: readonly { readonly variable: string; readonly nearest: string }[];
}

/**
 * Variables that are set and look like misspelled settings. A setting that is set itself is not what another name
 * was meant to be. Values are not shown: they may be secrets.
 *
 * @param known every setting of the program
 * @param own prefixes that no other program uses, e.g. `GONG_`
 * @param shared prefixes that other programs may use
 */
export function unknownNames(
  environment: Environment,
  known: readonly string[],
  own: readonly string[],
  shared: readonly string[],
): UnknownNames {
  const problems: EnvironmentProblem[] = [];
  const doubtful: { variable: string; nearest: string }[] = [];
  const begins = (name: string, prefixes: readonly string[]) =>
    prefixes.some((prefix) => name.startsWith(prefix));
  const unset = known.filter((name) => (environment[name] ?? '') === '');
  for (const [variable, value = ''] of Object.entries(environment)) {
    if (value === '' || known.includes(variable)) continue;
    if (SERVICE_LINK.test(variable) || (variable.endsWith('_PORT') && SERVICE_ADDRESS.test(value))) continue;
    const name = variable.toUpperCase();
    const typos = unset.filter((setting) => isMisspelling(name, setting));
    const looksOurs = begins(name, own) || begins(name, shared);
    const isTypo = typos.length > 0;
    if (!isTypo && !looksOurs) continue;
    const nearest = nearestOf(name, isTypo ? typos : unset);
    if (begins(name, own) || (isTypo && begins(nearest, own))) {
      const needed = `the name of a setting (did you mean ${nearest}?)`;
      problems.push({ variable, needed, got: 'a name that no setting has' });
    } else doubtful.push({ variable, nearest });
  }
  return { problems, doubtful };
}

/** Short names are within two edits of anything. */
function isMisspelling(name: string, setting: string): boolean {
  return setting.length >= 8 && Math.abs(name.length - setting.length) <= 2 && edits(name, setting, 1) <= 2;
}

/** Words left out are likelier than words that are wrong. */
function nearestOf(name: string, settings: readonly string[]): string {
  const distances = settings.map((setting) => ({ setting, distance: edits(name, setting, 0.25) }));
  return distances.sort((left, right) => left.distance - right.distance)[0]?.setting ?? '';
}

/** Characters to insert (at that cost each), to remove, to replace, or to swap with the next. */
function edits(from: string, to: string, insertion: number): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column * insertion);
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      line[column] = Math.min(
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        (above[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + insertion,
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = above;
    above = line;
  }
  return above[to.length] ?? 0;
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
