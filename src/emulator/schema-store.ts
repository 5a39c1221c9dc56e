import { API_DIALECTS, type ApiDialect } from '../crm/dialects.js';
import { defaultSchema, isGongField } from '../crm/gong-fields.js';
import { compileObjectCheck, type ObjectCheck } from '../crm/object-rules.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import { checkFieldPush, type SchemaField, type SchemaFieldPush } from '../crm/schema-field.js';
import { planSchemaPush } from '../crm/schema-plan.js';
import { shown, valueCheck } from '../crm/values.js';

/**
 * When an object arrived, in epochs of its type's schema. Each push begins a new epoch. Comparing epochs tells which
 * values an object may show, so deleting a field erases its values without touching any of a million objects.
 */
export interface ObjectOrigin {
  /** The dialect of the path that the object was uploaded on. */
  readonly dialect: ApiDialect;
  readonly receivedAt: number;
  readonly processedAt: number;
}

interface DefinedField {
  readonly field: SchemaField;
  readonly definedAt: number;
}

/** The schema of one object type (reference, section 5). */
export class SchemaStore {
  #epoch = 0;
  readonly #checks = new Map<ApiDialect, { readonly epoch: number; readonly check: ObjectCheck }>();
  #custom = new Map<string, DefinedField>();
  readonly #gong: Readonly<Record<ApiDialect, ReadonlyMap<string, SchemaField>>>;
  /** The epochs in which fields were deleted or retyped, by field name. */
  readonly #erasedAt = new Map<string, number>();

  constructor(
    readonly objectType: SchemaObjectType,
    private readonly requirePhone: boolean,
  ) {
    const gongFields = (dialect: ApiDialect) =>
      new Map(defaultSchema(dialect, objectType).map((field) => [field.uniqueName, field]));
    this.#gong = { current: gongFields('current'), legacy: gongFields('legacy') };
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Gong-defined fields first, then custom ones in the order of the last push. */
  list(dialect: ApiDialect): SchemaField[] {
    return [...this.#gong[dialect].values(), ...this.#customFields()];
  }

  /** The check for objects uploaded now. */
  objectCheck(dialect: ApiDialect): ObjectCheck {
    const compiled = this.#checks.get(dialect);
    if (compiled?.epoch === this.#epoch) return compiled.check;
    const { objectType, requirePhone } = this;
    const schema = this.#customFields();
    const check = compileObjectCheck({ dialect, objectType, schema, requirePhone, reportWarnings: false });
    this.#checks.set(dialect, { epoch: this.#epoch, check });
    return check;
  }

  /** Replaces the custom fields, or leaves them alone and returns what is wrong with the new ones. */
  push(given: readonly SchemaFieldPush[], dialect: ApiDialect): string[] {
    const problems = [
      ...repeated(given),
      ...given.flatMap((field, index) => this.#problemsOf(field, index, dialect)),
    ];
    const custom = given.filter((field) => !isGongField(this.objectType, field.uniqueName));
    const { changes } = planSchemaPush(this.objectType, this.#customFields(), custom, 'FULL');
    const leftOut = changes.filter((change) => change.kind === 'LEFT_OUT').map((change) => change.name);
    if (leftOut.length > 0) {
      problems.push(
        `A push must include all fields sent before; left out: ${leftOut.join(', ')}. To delete a field, send it with isDeleted: true`,
      );
    }
    if (problems.length > 0) return problems;

    this.#epoch += 1;
    for (const change of changes) {
      if (change.kind === 'DELETED' || change.kind === 'RETYPED')
        this.#erasedAt.set(change.name, this.#epoch);
    }
    this.#custom = new Map(
      custom.flatMap((push) => {
        const defined = this.#define(push);
        return defined === undefined ? [] : [[push.uniqueName, defined]];
      }),
    );
    return [];
  }

  /** Whether a dialect shows a field. It does not if Gong defines the field for the other dialect only. */
  reads(dialect: ApiDialect, name: string): boolean {
    return this.#gong[dialect].has(name) || !isGongField(this.objectType, name);
  }

  /** Whether an object shows its value of a field. `readValue` is called if the value has never been checked. */
  shows(name: string, object: ObjectOrigin, readValue: () => unknown): boolean {
    if (isGongField(this.objectType, name)) return this.reads(object.dialect, name);
    const defined = this.#custom.get(name);
    if (defined === undefined || defined.definedAt > object.processedAt) return false;
    if ((this.#erasedAt.get(name) ?? 0) > object.receivedAt) return false;
    if (defined.definedAt <= object.receivedAt) return true;
    const value = readValue();
    return (
      value === null || valueCheck(defined.field.type, defined.field.orderedValueList)(value) === undefined
    );
  }

  #customFields(): SchemaField[] {
    return [...this.#custom.values()].map((defined) => defined.field);
  }

  #define(push: SchemaFieldPush): DefinedField | undefined {
    if (push.isDeleted === true || push.type == null) return undefined;
    const before = this.#custom.get(push.uniqueName);
    return {
      field: {
        uniqueName: push.uniqueName,
        label: push.label ?? push.uniqueName,
        type: push.type,
        lastModified: push.lastModified ?? null,
        referenceTo: push.referenceTo ?? null,
        orderedValueList: push.orderedValueList ?? null,
      },
      definedAt: before?.field.type === push.type ? before.definedAt : this.#epoch,
    };
  }

  #problemsOf(push: SchemaFieldPush, index: number, dialect: ApiDialect): string[] {
    const gong = this.#gong[dialect].get(push.uniqueName);
    const at = `[${index}] ${push.uniqueName}`;
    if (gong === undefined && isGongField(this.objectType, push.uniqueName)) {
      const other = API_DIALECTS.find((each) => each !== dialect);
      return [`${at}: Gong's ${other} paths define this field; a custom field needs another name`];
    }
    if (gong === undefined) {
      return checkFieldPush(push).map(
        ({ property, needed }) => `${at}: ${property} must be ${needed}, got ${shown(push[property])}`,
      );
    }
    if (push.isDeleted === true) return [`${at}: a field defined by Gong cannot be deleted`];
    if (push.type != null && push.type !== gong.type) {
      return [`${at}: the type of a field defined by Gong cannot change from ${gong.type} to ${push.type}`];
    }
    return [];
  }
}

function repeated(given: readonly SchemaFieldPush[]): string[] {
  const seen = new Set<string>();
  return given.flatMap(({ uniqueName }, index) => {
    if (seen.has(uniqueName)) return [`[${index}] ${uniqueName}: the field is listed twice`];
    seen.add(uniqueName);
    return [];
  });
}
