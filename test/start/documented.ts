import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/* The commands and operations that the documents show. */

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type Variables = Readonly<Record<string, string>>;

export const read = (path: string) => readFileSync(ROOT + path, 'utf8');

/** Every file that may show a command or an operation. */
const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'client/README.md',
  'Dockerfile',
  'compose.yaml',
  '.env.example',
  ...readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`),
  ...readdirSync(`${ROOT}deploy`).map((name) => `deploy/${name}`),
];

interface Documented {
  /** Commands of a console, each on one line; shell scripts as they are. */
  readonly commands: readonly string[];
  /** GraphQL operations. */
  readonly operations: readonly string[];
  /** The text around them. */
  readonly prose: string;
}

/** In Markdown, commands are code blocks; elsewhere, comments that are indented by three spaces or more. */
function documentedIn(path: string): Documented {
  const text = read(path);
  const commands: string[] = [];
  const operations: string[] = [];
  const block = path.endsWith('.md')
    ? /^```(console|sh|graphql)\n(.*?)^```$/gms
    : /^(#) {3,}(\S.*(?:(?<=\\)\n#.*)*)$/gm;
  const prose = text.replace(block, (_all, kind: string, body: string) => {
    if (kind === 'graphql') operations.push(body);
    else commands.push(...(kind === 'sh' ? [body] : linesOf(body)));
    return '';
  });
  return { commands, operations, prose };
}

/** If some lines have a prompt, the others are output. */
function linesOf(block: string): string[] {
  const lines = block
    .replace(/\\\n#? */g, '')
    .trim()
    .split('\n');
  const prompted = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
  return (prompted.length > 0 ? prompted : lines).map((line) => line.replace(/ +# .*$/, ''));
}

/** `A=1 B='2' command …`. */
export function variablesBefore(command: string): { variables: Variables; rest: string } {
  const [before = ''] = /^([A-Z_]+=('[^']*'|\S*) )*/.exec(command) ?? [];
  const pairs = [...before.matchAll(/([A-Z_]+)=('[^']*'|\S*)/g)];
  const variables = Object.fromEntries(
    pairs.map(([, name, value = '']) => [name, value.replaceAll("'", '')]),
  );
  return { variables, rest: command.slice(before.length) };
}

export const documents = DOCUMENTS.map((path) => ({ path, ...documentedIn(path) }));
export const commands = documents.flatMap(({ path, commands: shown }) =>
  shown.map((command) => ({ path, command })),
);
/** The commands of one form, without repetitions. */
export const shown = (form: RegExp) => [
  ...new Set(commands.map(({ command }) => command).filter((text) => form.test(text))),
];

/** How to recognize the commands of each form, and the least number of them. A command of no form has no test. */
export const FORMS = {
  install: [/^npm ci( && npm (start|test))?$/, 2],
  script: [/^npm (test|run [\w:-]+)$/, 5],
  upload: [/^npm run upload -- /, 1],
  schemas: [/^npm run schema -- /, 2],
  starts: [/^([A-Z_]+=\S+ )+npm start$/, 2],
  fileStarts: [/^node --env-file=\.env dist\/main\.js$/, 1],
  images: [/^docker build /, 1],
  containers: [/^docker run .* gong-crm-graphql$/, 2],
  compositions: [/^([A-Z_]+=\S+ )+docker compose up --build$/, 2],
  secrets: [/^kubectl create secret generic gong-crm-graphql( --from-literal=\S+)+$/, 1],
  calls: [/^curl -H /, 3],
  callsOfGong: [/^curl -u "\$KEY:\$SECRET" /, 1],
  mainJob: [/^curl -sS [\s\S]*\ncurl -sSN /, 1],
  follows: [/^curl -sSN -G /, 1],
  apiKeys: [/^npm run api-key -- /, 1],
  packages: [/^npm (pack --workspace client|install \.\/gong-crm-graphql-client-[\d.]+\.tgz)$/, 2],
  stores: [/^(DATA_DIR|REDIS_URL)=\S+ node dist\/start\/store\/main\.js /, 4],
  looks: [/^redis-cli -u /, 2],
  benches: [/^(npm ci --prefix bench\/peers|node dist\/bench\/bench\/[\w-]+\.js( \w+)*)$/, 4],
  sessions: [/^URL=http:\/\/127\.0\.0\.1:4010/, 1],
} as const satisfies Record<string, readonly [RegExp, number]>;
