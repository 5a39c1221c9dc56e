import { type FieldType, REFERENCE_TARGETS, type ReferenceTarget } from './object-types.js';
import { isDateTimeText } from './values.js';

/** A field of an object type's schema. Gong has two spellings of it (reference, section 5). */
export interface SchemaField {
  readonly uniqueName: string;
  readonly label: string;
  readonly type: FieldType;
  readonly lastModified: string | null;
  readonly referenceTo: ReferenceTarget | null;
  readonly orderedValueList: readonly string[] | null;
}

/** A field in a schema push. A deletion may omit label and type. */
export interface SchemaFieldPush {
  readonly uniqueName: string;
  readonly label?: string | null | undefined;
  readonly type?: FieldType | null | undefined;
  readonly lastModified?: string | null | undefined;
  readonly isDeleted?: boolean | null | undefined;
  readonly referenceTo?: ReferenceTarget | null | undefined;
  readonly orderedValueList?: readonly string[] | null | undefined;
}

/** An invalid property of a field in a push, and what it must be. */
export interface FieldProblem {
  readonly property: keyof SchemaFieldPush;
  readonly needed: string;
}

/** Checks one field of a push (reference, section 5). The types of its properties must already be checked. */
export function checkFieldPush(field: SchemaFieldPush): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report = (property: keyof SchemaFieldPush, needed: string) => problems.push({ property, needed });

  if (field.uniqueName === '') report('uniqueName', 'a field name that is not empty');
  const { lastModified } = field;
  // GraphQL's DateTime accepts any value.
  if (lastModified != null && !(typeof lastModified === 'string' && isDateTimeText(lastModified))) {
    report(
      'lastModified',
      'a datetime with a zone and without milliseconds such as 2020-11-11T08:11:34+01:00',
    );
  }
  if (field.isDeleted === true) return problems;

  if (field.label == null || field.label === '')
    report('label', 'a label that is not empty: it is mandatory');
  if (field.type == null) {
    report('type', 'a type: it is mandatory');
  } else if (field.type === 'STRINGARRAY') {
    report('type', 'another type for a custom field: STRINGARRAY is for Gong-defined fields only');
  } else if (field.type === 'REFERENCE' && field.referenceTo == null) {
    report('referenceTo', `one of ${REFERENCE_TARGETS.join(', ')}: it is mandatory for a REFERENCE`);
  } else if (
    field.type === 'PICKLIST' &&
    (field.orderedValueList == null || field.orderedValueList.length === 0)
  ) {
    report('orderedValueList', 'at least one value: it is mandatory for a PICKLIST');
  }
  return problems;
}
