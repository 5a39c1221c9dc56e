import { readFileSync } from 'node:fs';
import { z } from 'zod';

/*
 * Settings from environment variables. A room declares a table of them and gets their values from `readEnvironment`.
 * The doc comment of each setting is its text in docs/operations.md and .env.example, which `npm run codegen` writes.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

type Unit = 'ms' | 's' | 'days' | 'bytes' | 'bytes/s' | 'characters' | 'calls' | 'percent';

interface SettingOptions {
  /** As it would be written in the environment. Without a default, the value of an unset variable is `null`. */
  readonly default?: string;
  /** Never shown in messages. The gateway also reads it from the file that `<variable>_FILE` names. */
  readonly secret?: boolean;
}

export interface Setting<T = unknown> extends SettingOptions {
  readonly variable: string;
  /** Parses the variable's text. Its error messages say what is needed. */
  readonly type: z.ZodType<T, string>;
  readonly unit?: Unit | undefined;
}

export type SettingsTable = Readonly<Record<string, Setting>>;

/** The values of a table, by the names of its properties. */
export type SettingsOf<Table extends SettingsTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never;
};

export function setting<T>(
  variable: string,
  type: z.ZodType<T, string>,
  options: SettingOptions & { readonly default: string },
): Setting<T>;
export function setting<T>(
  variable: string,
  type: z.ZodType<T, string>,
  options?: SettingOptions,
): Setting<T | null>;
export function setting<T>(variable: string, type: z.ZodType<T, string>, options = {}): Setting<T | null> {
  return { variable, type, ...options };
}

/**
 * A whole number.
 *
 * @param value used when the variable is not set
 * @param unit also belongs into the variable's name
 */
export function integer(
  variable: string,
  value: number,
  [min, max]: readonly [number, number],
  unit?: Unit,
): Setting<number> {
  const needed = `a whole number from ${min} to ${max}`;
  const type = z
    .string()
    .regex(/^[0-9]{1,15}$/, needed)
    .transform(Number)
    .refine((number) => number >= min && number <= max, needed);
  return { ...setting(variable, type, { default: String(value) }), unit };
}

export function flag(variable: string, value: boolean): Setting<boolean> {
  const type = oneOf(['true', 'false'], 'true or false').transform((text) => text === 'true');
  return setting(variable, type, { default: String(value) });
}

export function oneOf<const T extends string>(values: readonly T[], needed = `one of ${values.join(', ')}`) {
  return z.enum(values, needed);
}

/** Items separated by commas. */
export function listOf<T>(item: z.ZodType<T, string>, needed: string) {
  const items = z.array(item).readonly();
  return parsedBy((text) => items.safeParse(text.split(',').map((part) => part.trim())).data, needed);
}

/** @param parse returns `undefined` for a text that it cannot read */
export function parsedBy<T>(parse: (text: string) => T | undefined, needed: string) {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: needed });
    return z.NEVER;
  });
}

export interface EnvironmentProblem {
  readonly variable: string;
  readonly needed: string;
  readonly got: string;
}

/** The settings cannot be used. The message is for the operator who starts the program. */
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

/** The tables of a program, by room. */
export type SettingsTables = Readonly<Record<string, SettingsTable>>;

export function settingsIn(tables: SettingsTables): Setting[] {
  return Object.values(tables).flatMap((table) => Object.values(table));
}

/**
 * Reads the settings of several tables at once. A variable that is set to the empty string counts as not set, as is
 * usual in shells and container files.
 *
 * @throws EnvironmentError naming every variable at fault
 */
export function readEnvironment<Tables extends SettingsTables>(
  tables: Tables,
  environment: Environment,
): { readonly [Name in keyof Tables]: SettingsOf<Tables[Name]> } {
  const problems: EnvironmentProblem[] = [];
  function read({ variable, type, default: value, secret = false }: Setting): unknown {
    const text = environment[variable] || value;
    if (text === undefined) return null;
    const { data, error } = type.safeParse(text);
    for (const issue of error?.issues ?? [])
      problems.push({ variable, needed: issue.message, got: describe(text, secret) });
    return data;
  }
  const values = mapValues(tables, (table) => mapValues(table, read));
  if (problems.length > 0) throw new EnvironmentError(problems);
  return values as { readonly [Name in keyof Tables]: SettingsOf<Tables[Name]> };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function describe(text: string, secret: boolean): string {
  if (secret) return `a value of ${text.length} characters (not shown)`;
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

/**
 * Reads secrets from files, as containers mount them: `NAME_FILE` names the file that holds the secret `NAME`. One line
 * end after the secret is removed.
 *
 * @param names of the secrets
 * @throws EnvironmentError if both variables are set, or a file cannot be read
 */
export function withSecretFiles(environment: Environment, names: readonly string[]): Environment {
  const problems: EnvironmentProblem[] = [];
  const read: Record<string, string> = {};
  for (const name of names) {
    const variable = `${name}_FILE`;
    const path = environment[variable];
    if (!path) continue;
    if (environment[name]) {
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

/** Variables that Kubernetes sets for each Service of a namespace, e.g. `GONG_PORT=tcp://10.0.0.1:80` for one named "gong". */
const SERVICE_LINK = /_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?$/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

export interface UnknownNames {
  /** Names with a prefix that is this program's alone, or within two edits of such a setting. */
  readonly problems: readonly EnvironmentProblem[];
  /** Names with the prefix of other settings, or within two edits of one, that may belong to another program. */
  readonly doubtful: readonly { readonly variable: string; readonly nearest: string }[];
}

/**
 * Finds variables that look like misspelled settings. Settings that are set themselves are no candidates for what was
 * meant. Values are not shown, because they may be secrets.
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

/** Short settings are left out: nearly everything is within two edits of them. */
function isMisspelling(name: string, setting: string): boolean {
  return setting.length >= 8 && Math.abs(name.length - setting.length) <= 2 && edits(name, setting, 1) <= 2;
}

/** Insertions are cheap here, because people leave words out more often than they write wrong ones. */
function nearestOf(name: string, settings: readonly string[]): string {
  const distances = settings.map((setting) => ({ setting, distance: edits(name, setting, 0.25) }));
  return distances.sort((left, right) => left.distance - right.distance)[0]?.setting ?? '';
}

/** Edit distance (Damerau-Levenshtein, adjacent transpositions). `insertion` is the cost of one inserted character. */
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
