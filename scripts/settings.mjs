/**
 * The last step of `npm run codegen`: writes every setting to .env.example, and tables of settings to the documents,
 * between `<!-- settings: … -->` and `<!-- end of settings -->`. The marker names a section below, or single settings.
 * Names, defaults and units come from the tables in dist/, the texts from the doc comments of the same tables in src/.
 *
 *     node scripts/settings.mjs           writes the files
 *     node scripts/settings.mjs --check   fails if a file is stale
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CONFIG_TABLES } from '../dist/config.js';
import { EMULATOR_TABLES } from '../dist/emulator/settings.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TABLES = { ...CONFIG_TABLES, ...EMULATOR_TABLES };
const SECTIONS = {
  'The gateway': ['gateway', 'hosts', 'exposure', 'console'],
  'Who may call': ['auth'],
  Gong: ['access', 'client', 'integration', 'passthrough'],
  'Several replicas': ['replicas'],
  'What outlives a restart': ['store'],
  'Following requests': ['watch'],
  'Journal and webhooks': ['journal', 'webhooks'],
  'WebSockets and event streams': ['streams'],
  'Metrics, traces and shutdown': ['telemetry', 'shutdown'],
  'Custom fields': ['customFields'],
  'Limits of one operation': ['limits', 'answers', 'trustedDocuments'],
  'Execution of operations': ['execution'],
  'The queue of changes': ['queue'],
  Files: ['uploads', 'uploadLimits'],
  'Secrets from files': [],
  'The emulator': ['listening', 'emulator'],
};
/** Their defaults depend on where the program runs. */
const WITHOUT_FIXED_DEFAULT = ['UPLOAD_SPOOL_DIR', 'EMULATOR_PORT'];
/** The container image sets these itself, so .env.example must not. */
const SET_BY_IMAGE = ['NODE_ENV', 'PORT', 'HOST'];

const HEADER = `\
# Every setting with its default; an empty value counts as not set. Copy this file to .env, change what you need, and:
#   node --env-file=.env dist/main.js
#   docker run --read-only --tmpfs /tmp -p 4000:4000 --env-file .env gong-crm-graphql
# Docker reads a line as it stands: no quotes around a value, and no comment after it. Settings that the container image
# has values for (${SET_BY_IMAGE.join(', ')}) are commented out. Written by npm run codegen.
`;

const sources = readdirSync(`${ROOT}src`, { recursive: true }).filter((path) => path.endsWith('.ts'));
const texts = new Map(sources.flatMap((path) => textsIn(readFileSync(`${ROOT}src/${path}`, 'utf8'))));

/** Pairs of a variable and its doc comment. */
function textsIn(source) {
  const settings = source.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s+\w+: \w+\(\s*'([A-Z_]+)'/gs);
  return [...settings].map(([, comment, name]) => [name, comment.replace(/\n\s*\* ?/g, ' ').trim()]);
}

function described({ variable, default: value, unit }) {
  const text = texts.get(variable);
  if (text === undefined) throw new Error(`needed a doc comment above the setting ${variable}`);
  return { variable, text, unit, value: WITHOUT_FIXED_DEFAULT.includes(variable) ? '' : (value ?? '') };
}

const inTables = (names) => names.flatMap((name) => Object.values(TABLES[name])).map(described);
const inFiles = Object.values(CONFIG_TABLES)
  .flatMap((table) => Object.values(table))
  .filter(({ secret }) => secret)
  .map(({ variable }) => ({ variable: `${variable}_FILE`, text: `File that holds ${variable}.`, value: '' }));
const sections = new Map(Object.entries(SECTIONS).map(([title, names]) => [title, inTables(names)]));
sections.set('Secrets from files', inFiles);
const all = new Map([...sections.values()].flat().map((setting) => [setting.variable, setting]));
const expected = Object.values(TABLES).flatMap((table) => Object.keys(table)).length + inFiles.length;
if (all.size !== expected) throw new Error('needed every table of settings in one of SECTIONS');

function example() {
  const blocks = [...sections].map(
    ([title, settings]) => `\n# --- ${title} ---\n\n${settings.map(exampleOf).join('')}`,
  );
  return HEADER + blocks.join('');
}

function exampleOf({ variable, text, unit, value }) {
  const comment = `${text.replaceAll('`', '')}${unit === undefined ? '' : ` Unit: ${unit}.`}`;
  const lines = comment.match(/\S.{0,115}\S(?=\s|$)/g).map((line) => `# ${line}`);
  return [...lines, `${SET_BY_IMAGE.includes(variable) ? '#' : ''}${variable}=${value}\n`].join('\n');
}

function tableOf(settings) {
  const rows = settings.map(({ variable, value, unit = '—', text }) => {
    const shown = value === '' ? 'not set' : `\`${value}\``;
    return `| \`${variable}\` | ${shown} | ${unit} | ${marked(text)} |`;
  });
  return ['| setting | default | unit | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** Names of settings in a text as code. */
function marked(text) {
  return text.replace(/(?<![`\w])[A-Z]+_[A-Z_]+(=[\w-]+)?/g, (name) =>
    all.has(name.split('=')[0]) ? `\`${name}\`` : name,
  );
}

function settingOf(name) {
  const setting = all.get(name);
  if (setting === undefined) throw new Error(`needed the name of a setting or of a section, got ${name}`);
  return setting;
}

function withTables(document) {
  return document.replace(
    /(<!-- settings: ([^\n]*) -->\n).*?(?=<!-- end of settings -->)/gs,
    (_all, marker, what) => {
      const settings = sections.get(what) ?? what.split(' ').map(settingOf);
      return `${marker}\n${tableOf(settings)}\n\n`;
    },
  );
}

const documents = ['README.md', ...readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`)];
const files = new Map(documents.map((path) => [path, withTables(readFileSync(ROOT + path, 'utf8'))]));
files.set('.env.example', example());
const stale = [...files].filter(([path, text]) => readFileSync(ROOT + path, 'utf8') !== text);
if (!process.argv.includes('--check')) for (const [path, text] of stale) writeFileSync(ROOT + path, text);
else if (stale.length > 0) {
  console.error(`stale, run npm run codegen: ${stale.map(([path]) => path).join(', ')}`);
  process.exitCode = 1;
}
