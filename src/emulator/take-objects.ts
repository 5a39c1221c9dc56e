import { parseDateTime } from '../crm/dates.js';
import type { ApiDialect } from '../crm/dialects.js';
import { compileObjectCheck } from '../crm/object-rules.js';
import { isSchemaObjectType, type UploadObjectType } from '../crm/object-types.js';
import { shown } from '../crm/values.js';
import type { Integration } from './company.js';
import { DIALECT_RULES } from './dialect-rules.js';
import type { LineTaker } from './ingest.js';
import type { Placement } from './objects.js';
import { textOf } from './process-waiting.js';
import { ShardedMap } from './sharded-map.js';
import type { UserMappingRequest } from './users.js';

type LiveObject = Readonly<Record<string, unknown>>;

export interface TakeObjectsOptions {
  readonly dialect: ApiDialect;
  readonly integration: Integration;
  readonly objectType: UploadObjectType;
  /** Unique to the upload. */
  readonly upload: number;
  readonly requirePhone: boolean;
  readonly mapping: UserMappingRequest;
}

/** Stores uploaded objects (reference, sections 4 and 7), and shows them if their dependencies are met. */
export function createObjectTaker(options: TakeObjectsOptions): LineTaker {
  const { dialect, integration, objectType, upload, mapping } = options;
  const { needsSortedLines, stageKey } = DIALECT_RULES[dialect];
  const objects = integration.objects[objectType];
  const schema = isSchemaObjectType(objectType) ? integration.schemas[objectType] : undefined;
  const fixedCheck = compileObjectCheck({ ...options, schema: [], reportWarnings: false });
  const place = createPlacement(integration, objectType);
  /** Objects of this file that are not stored, because they are invalid or deletions. */
  const notStored = new ShardedMap<true>();
  let latest = Number.NEGATIVE_INFINITY;

  function isRepeated(id: string): boolean {
    return notStored.has(id) || objects.uploadOf(id) === upload;
  }

  /** Compares instants, so the time zone of a date does not matter. */
  function checkOrder(object: LiveObject): string | undefined {
    const date = object.modifiedDate ?? object.lastModified;
    const instant = typeof date === 'string' ? parseDateTime(date) : undefined;
    if (instant === undefined) return undefined;
    if (instant < latest)
      return `Lines must be sorted by modifiedDate ascending; ${date} is earlier than a line before it`;
    latest = instant;
    return undefined;
  }

  return (object, line) => {
    // The schema may have changed since the previous line.
    const check = schema?.objectCheck(dialect) ?? fixedCheck;
    let problems: string[] | undefined;
    const report = (message: string) => {
      problems ??= [];
      problems.push(message);
    };
    check(object, (problem) => report(problem.message));
    const disorder = needsSortedLines ? checkOrder(object) : undefined;
    if (disorder !== undefined) report(disorder);
    const id = typeof object.objectId === 'string' ? object.objectId : '';
    if (id !== '' && isRepeated(id)) report(`The object ${shown(id)} is in the file twice`);
    if (objectType === 'DEAL' && object.isDeleted !== true && typeof object.stage === 'string') {
      if (object.stage !== '' && !integration.stages.has(dialect, object.stage)) {
        report(`Field [stage] must be the ${stageKey} of an uploaded stage, got ${shown(object.stage)}`);
      }
    }
    if (problems !== undefined) {
      if (id !== '' && !isRepeated(id)) notStored.set(id, true);
      return problems;
    }

    if (object.isDeleted === true) {
      objects.delete(id);
      notStored.set(id, true);
      if (objectType === 'BUSINESS_USER') mapping.unmap(id);
      // A deleted stage stays known, because it only becomes inactive: deals may still name it.
      return NO_PROBLEMS;
    }
    const placement = place(id, object);
    objects.put(id, line, { placement, dialect, epoch: schema?.epoch ?? 0, upload });
    if (objectType === 'BUSINESS_USER') mapping.map(id, String(object.emailAddress));
    if (objectType === 'STAGE') {
      if (stageKey === 'objectId') integration.stages.putCurrent(id);
      else integration.stages.putLegacy(id, String(object.internalName));
    }
    return NO_PROBLEMS;
  };
}

const NO_PROBLEMS: readonly string[] = [];

/** Decides whether the dependencies of an object are met. */
function createPlacement(
  { objects, users, waitingDeals }: Integration,
  objectType: UploadObjectType,
): (id: string, object: LiveObject) => Placement {
  return (id, object) => {
    const accountId = nameIn(object.accountId);
    if (objectType === 'DEAL') {
      if (accountId === '') return 'HIDDEN';
      const owner = nameIn(object.ownerId);
      if (owner !== '' && !users.isMapped(owner)) {
        const before = objects.DEAL.waiting(id);
        if (before === undefined || textOf(before, 'ownerId') !== owner) waitingDeals.add(owner, id);
        return 'WAITING';
      }
    }
    const needsAccount = (objectType === 'DEAL' || objectType === 'CONTACT') && accountId !== '';
    return needsAccount && !objects.ACCOUNT.isInMain(accountId) ? 'RAW' : 'MAIN';
  };
}

/** The ID in a REFERENCE field that has been checked, or an empty string. */
function nameIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
