import { registerEnumType } from 'type-graphql';
import type { DealStatus } from '../crm/current-fields.js';
import type { LineProblemSeverity } from '../crm/ldjson-problems.js';
import {
  type FieldType,
  type ReferenceTarget,
  type RequestState,
  type SchemaObjectType,
  type UploadObjectType,
} from '../crm/object-types.js';
import type { PushMode, SchemaChange } from '../crm/schema-plan.js';
import type { ValidationMode } from '../writes/engine/types.js';
import type { UploadPhase } from '../writes/files/progress-board.js';

/**
 * GraphQL enums over the vocabularies of `crm/`. Each is written out against its type, so that a value added
 * there does not compile until it is described here.
 */
function describedEnum<T extends string>(
  name: string,
  description: string,
  values: Readonly<Record<T, string>>,
): Readonly<Record<string, string>> {
  const described = Object.entries<string>(values);
  const object = Object.fromEntries(described.map(([value]) => [value, value]));
  const valuesConfig = Object.fromEntries(described.map(([value, text]) => [value, { description: text }]));
  registerEnumType(object, { name, description, valuesConfig });
  return object;
}

const OBJECT_TYPES: Readonly<Record<SchemaObjectType, string>> = {
  ACCOUNT: 'A customer: a company with its domains.',
  CONTACT: 'A person who belongs to an account.',
  DEAL: 'An opportunity or a contract in an account.',
  LEAD: 'A potential customer who is not a contact yet.',
};

export const SchemaObjectTypeEnum = describedEnum<SchemaObjectType>(
  'SchemaObjectType',
  'The types of objects that have a schema and can be read back.',
  OBJECT_TYPES,
);

export const UploadObjectTypeEnum = describedEnum<UploadObjectType>(
  'UploadObjectType',
  'The types of objects that can be uploaded.',
  {
    ...OBJECT_TYPES,
    BUSINESS_USER: 'A user of the CRM, matched by e-mail address to a user of Gong.',
    STAGE: 'A stage of the sales process, which deals then name.',
  },
);

export const DealStatusEnum = describedEnum<DealStatus>('DealStatus', 'Whether a deal is decided, and how.', {
  OPEN: 'Not decided yet.',
  WON: 'Closed, and won.',
  LOST: 'Closed, and lost.',
});

export const ReferenceTargetEnum = describedEnum<ReferenceTarget>(
  'ReferenceTarget',
  'What a REFERENCE field may point at.',
  {
    ACCOUNT: 'The object ID of an account.',
    CONTACT: 'The object ID of a contact.',
    DEAL: 'The object ID of a deal.',
    LEAD: 'The object ID of a lead.',
    USER: 'The object ID of a CRM user. Users can be referred to, but Gong does not give them back.',
  },
);

export const FieldTypeEnum = describedEnum<FieldType>(
  'FieldType',
  'The type of a schema field. It decides which JSON values the field takes.',
  {
    BOOLEAN: '`true` or `false`.',
    CURRENCY: 'A number. The currency itself is set in Gong, one for the whole company.',
    DATE: 'A day as a string, e.g. `"2020-05-31"`.',
    DATETIME:
      'A moment as a string without milliseconds, e.g. `"2020-12-17T07:37:21+02:00"`. The typed uploads cut them off.',
    EMAILADDRESS: 'An e-mail address as a string.',
    ID: 'The ID of an object, as a string.',
    NUMBER:
      'A number. The typed uploads take an integer beyond ±(2^53 - 1) as a string of its digits, as it is read.',
    PERCENT: 'A number from 0 to 100.',
    PHONENUMBER: 'A phone number as a string, e.g. `"+14055766687"`.',
    PICKLIST: 'A string that is one of the field’s `orderedValueList`.',
    REFERENCE: 'The object ID of another object, of the type in `referenceTo`.',
    STRING: 'Any string.',
    STRINGARRAY:
      'An array of strings. Only for fields that Gong itself defines, such as an account’s domains.',
    URL: 'A full http or https URL as a string.',
  },
);

export const RequestStateEnum = describedEnum<RequestState>(
  'RequestState',
  'How far Gong has come with an asynchronous request.',
  {
    PENDING: 'Received, not begun.',
    IN_PROGRESS: 'Being processed.',
    DONE: 'Every object was parsed and stored. Deals may take up to an hour more until Gong shows them.',
    FAILED: 'Some objects could not be parsed (the others are stored), or nothing could be.',
  },
);

export const PushModeEnum = describedEnum<PushMode>(
  'PushMode',
  'How a schema push treats fields it does not name.',
  {
    MERGE: 'Custom fields that are not named stay as they are.',
    FULL: 'The fields given are the complete list: one that exists and is not named is an error.',
  },
);

export const SchemaChangeKindEnum = describedEnum<SchemaChange['kind']>(
  'SchemaChangeKind',
  'What a schema push does to a custom field.',
  {
    ADDED: 'The field is new.',
    CHANGED: 'Another label, value list or reference target. Values are kept.',
    RETYPED: 'Another type. Gong deletes the field’s values from every object.',
    DELETED: 'The field goes, with its values in every object.',
    UNCHANGED: 'The field stays as it is.',
    LEFT_OUT: 'The field exists and the push does not name it: kept in MERGE mode, an error in FULL mode.',
  },
);

export const ValidationModeEnum = describedEnum<ValidationMode>(
  'ValidationMode',
  'What happens to a file with errors.',
  {
    ENFORCE: 'Any error and nothing is sent.',
    SKIP_INVALID: 'The good lines are sent; the others are in the report.',
    OFF: 'The bytes are sent as they are, unread. Gong says what is wrong, 20 errors at a time.',
  },
);

export const ProblemSeverityEnum = describedEnum<LineProblemSeverity>(
  'ProblemSeverity',
  'Whether a problem keeps a line from being sent.',
  {
    ERROR: 'The line breaks a rule.',
    WARNING:
      'The line is sent: the gateway mends it (order, repeated objects), Gong does not read it (unknown and former ' +
      'fields), or Gong takes the object and does not show it everywhere.',
  },
);

export const UploadPhaseEnum = describedEnum<UploadPhase>('UploadPhase', 'How far a file upload has come.', {
  RECEIVING: 'The file is arriving and being checked.',
  SENDING: 'The file is good and its parts are being sent to Gong.',
  ACCEPTED: 'Gong has received all of it. The end.',
  REJECTED: 'The file has errors and nothing was sent. The end.',
  FAILED: 'The upload ended with an error, or Gong failed it before and it was not sent again. The end.',
});
