import type { ApiDialect } from '../crm/dialects.js';
import { GONG_FIELDS } from '../crm/gong-fields.js';
import { jsonMembers } from './json-members.js';
import type { MainObject } from './objects.js';
import type { SchemaStore } from './schema-store.js';
import type { StageStore } from './stages.js';

/** An object's members by name, each value as JSON text. */
type Members = Map<string, string>;

export interface ShownBy {
  readonly schema: SchemaStore;
  readonly stages: StageStore;
  /** The dialect of the path that the object is read on. */
  readonly dialect: ApiDialect;
}

/**
 * The JSON of an object as the main database shows it, limited to the fields in its schema. Default values are those of
 * the dialect the object was uploaded in; if it is read in the other one, its fields are translated.
 */
export function shownJson(object: MainObject | undefined, { schema, stages, dialect }: ShownBy): string {
  if (object === undefined) return 'null';
  const members: Members = new Map();
  for (const [name, value] of jsonMembers(object.line)) {
    if (schema.shows(name, object, () => JSON.parse(value))) members.set(name, value);
  }
  addDefaults(members, schema.objectType, object.dialect);
  if (object.dialect !== dialect) TRANSLATIONS[dialect](members, schema.objectType, stages);
  const texts: string[] = [];
  for (const [name, value] of members) {
    if (schema.reads(dialect, name)) texts.push(`${JSON.stringify(name)}:${value}`);
  }
  return `{${texts.join(',')}}`;
}

function addDefaults(members: Members, objectType: SchemaStore['objectType'], dialect: ApiDialect): void {
  for (const { name, defaultValue } of GONG_FIELDS[dialect][objectType]) {
    if (defaultValue === undefined || (members.get(name) ?? 'null') !== 'null') continue;
    members.set(name, JSON.stringify(defaultValue(textIn(members, 'objectId'))));
  }
}

/** By the dialect that reads the object: adds the fields it reads to an object uploaded in the other dialect. */
const TRANSLATIONS: Readonly<
  Record<ApiDialect, (members: Members, objectType: SchemaStore['objectType'], stages: StageStore) => void>
> = {
  current: (members, objectType, stages) => {
    for (const [name, substitutes] of SUBSTITUTES) {
      const source = [name, ...substitutes].find((each) => textIn(members, each) !== '');
      const value = source === undefined ? undefined : members.get(source);
      if (value !== undefined) members.set(name, value);
    }
    if (objectType !== 'DEAL') return;
    const closed = members.get('isWon') === 'true' ? 'WON' : 'LOST';
    members.set('status', JSON.stringify(members.get('isOpen') === 'true' ? 'OPEN' : closed));
    translateStage(members, 'current', stages);
  },
  legacy: (members, objectType, stages) => {
    if (objectType !== 'DEAL') return;
    const status = textIn(members, 'status');
    members.set('isOpen', String(status === 'OPEN'));
    members.set('isWon', String(status === 'WON'));
    translateStage(members, 'legacy', stages);
  },
};

/** Deprecated fields of the legacy paths that substitute for others; actual values come before estimated ones. */
const SUBSTITUTES: readonly (readonly [name: string, substitutes: readonly string[]])[] = [
  ['modifiedDate', ['lastModified']],
  ['closeDate', ['actualCloseDate', 'estimatedCloseDate']],
  ['amount', ['actualAmount', 'estimatedAmount']],
];

function translateStage(members: Members, dialect: ApiDialect, stages: StageStore): void {
  const stage = textIn(members, 'stage');
  if (stage !== '') members.set('stage', JSON.stringify(stages.nameIn(dialect, stage)));
}

/** A member's value as text, or an empty string if it has none. */
function textIn(members: Members, name: string): string {
  const value: unknown = JSON.parse(members.get(name) ?? 'null');
  return value == null ? '' : String(value);
}
