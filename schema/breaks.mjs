/**
 * Compares the emitted schema with that of the last release. CHANGELOG.md must announce every change that breaks clients:
 * under "## Unreleased", in a section "### Breaks clients", in an item that begins with the change as it is printed here.
 * Items about changes that are not there are errors, too.
 *
 *     node schema/breaks.mjs [released schema] [emitted schema] [changelog]
 */
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const inHere = (path) => new URL(path, import.meta.url);
const [
  released = inHere('released.graphql'),
  emitted = inHere('schema.graphql'),
  changelog = inHere('../CHANGELOG.md'),
] = process.argv.slice(2);
const read = (path) => readFileSync(path, 'utf8');

const changes = await diff(buildSchema(read(released)), buildSchema(read(emitted)));
const breaks = changes
  .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
  .map(({ message }) => message.replaceAll("'", '`'));
const announced = itemsOf(read(changelog));

const unannounced = breaks.filter((text) => !announced.some((item) => begins(item, text)));
const unfounded = announced.filter((item) => !breaks.some((text) => begins(item, text)));
const complaints = [
  ...unannounced.map((text) => `needed in "### Breaks clients" of CHANGELOG.md:\n- ${text}`),
  ...unfounded.map((item) => `announced, but the schema has no such change:\n- ${item}`),
];
if (complaints.length > 0) {
  process.stderr.write(`${complaints.join('\n\n')}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${breaks.length} changes break clients of the last release, all announced\n`);
}

/** The items of the section, each on one line. */
function itemsOf(text) {
  const [, unreleased = ''] = text.split(/^## /m);
  const section = unreleased.split(/^### /m).find((part) => part.startsWith('Breaks clients\n')) ?? '';
  if (!unreleased.startsWith('Unreleased\n')) return [];
  return section
    .split(/^- /m)
    .slice(1)
    .map((item) => item.replace(/\s+/g, ' ').trim());
}

/** Whether the change is followed by the end of a sentence, so that no longer name is meant. */
function begins(item, text) {
  return item === text || (item.startsWith(text) && /^[.:;,]/.test(item.slice(text.length)));
}
