import { registerEnumType } from 'type-graphql';
import type { DealStatus } from '../crm/current-fields.js';
import type { LineProblemCode, LineProblemSeverity } from '../crm/ldjson-problems.js';
import {
  type FieldType,
  type ReferenceTarget,
  type RequestState,
  type SchemaObjectType,
  type UploadObjectType,
} from '../crm/object-types.js';
import type { PushMode, SchemaChange, SchemaFieldProperty, SchemaWarningCode } from '../crm/schema-plan.js';
import type { AnyErrorCode } from '../errors.js';
import type { ValidationMode } from '../writes/engine/types.js';
import type { UploadPhase } from '../writes/files/progress-board.js';
import type { JournalKind, JournalState } from '../writes/journal/types.js';
import type { ChangeReason, ChangeState } from '../writes/queue/types.js';
import type { CheckStatus, GatewayUpstream, GongDialect } from './gateway-state.js';

/**
 * GraphQL enums for the string unions of `crm/`. Each is typed by its union, so that a value added there does not compile
 * until it is described here.
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
    STAGE: 'A stage of the sales process, to which deals refer.',
  },
);

export const DealStatusEnum = describedEnum<DealStatus>(
  'DealStatus',
  'Whether a deal is open, won or lost.',
  {
    OPEN: 'Not closed yet.',
    WON: 'Closed and won.',
    LOST: 'Closed and lost.',
  },
);

export const ReferenceTargetEnum = describedEnum<ReferenceTarget>(
  'ReferenceTarget',
  'The type of object that a REFERENCE field refers to.',
  {
    ACCOUNT: 'The object ID of an account.',
    CONTACT: 'The object ID of a contact.',
    DEAL: 'The object ID of a deal.',
    LEAD: 'The object ID of a lead.',
    USER: 'The object ID of a CRM user. Users can be referred to, but Gong does not return them.',
  },
);

export const FieldTypeEnum = describedEnum<FieldType>(
  'FieldType',
  'The type of a schema field, which decides the JSON values that the field accepts.',
  {
    BOOLEAN: '`true` or `false`.',
    CURRENCY: 'A number. The currency itself is set in Gong, one for the whole company.',
    DATE: 'A date as a string, e.g. `"2020-05-31"`.',
    DATETIME:
      'A date and time as a string without milliseconds, e.g. `"2020-12-17T07:37:21+02:00"`. The typed uploads remove ' +
      'milliseconds.',
    EMAILADDRESS: 'An e-mail address as a string.',
    ID: 'The ID of an object, as a string.',
    NUMBER:
      'A number. An integer beyond ±(2^53 - 1) is a string of its digits, in typed uploads as in results.',
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
  'The state of an asynchronous request at Gong.',
  {
    PENDING: 'Received, but processing has not begun.',
    IN_PROGRESS: 'Being processed.',
    DONE: 'Every object was parsed and stored. Gong may take up to another hour to show deals.',
    FAILED: 'Some objects or all of them could not be parsed. The others are stored.',
  },
);

export const PushModeEnum = describedEnum<PushMode>(
  'PushMode',
  'How a schema push treats custom fields that it does not name.',
  {
    MERGE: 'Custom fields that are not named stay as they are.',
    FULL: 'The fields given are the complete list: an existing field that is not named is an error.',
  },
);

export const SchemaChangeKindEnum = describedEnum<SchemaChange['kind']>(
  'SchemaChangeKind',
  'What a schema push does to a custom field.',
  {
    ADDED: 'The field is new.',
    CHANGED: 'The label, value list or reference target changes. Values are kept.',
    RETYPED: 'The type changes. Gong deletes the field’s values from every object.',
    DELETED: 'The field is deleted with its values in every object.',
    UNCHANGED: 'The field stays as it is.',
    LEFT_OUT: 'The push does not name an existing field: it is kept in MERGE mode and an error in FULL mode.',
  },
);

export const ValidationModeEnum = describedEnum<ValidationMode>(
  'ValidationMode',
  'What happens to a file with errors.',
  {
    ENFORCE: 'If any line has an error, nothing is sent.',
    SKIP_INVALID: 'Valid lines are sent; the others are reported.',
    OFF: 'The file is sent as it is, unchecked. Gong reports errors, 20 at a time.',
  },
);

export const ProblemSeverityEnum = describedEnum<LineProblemSeverity>(
  'ProblemSeverity',
  'Whether a problem prevents a line from being sent.',
  {
    ERROR: 'The line breaks a rule.',
    WARNING:
      'The line is sent. The gateway corrects it (order, repeated objects), Gong ignores a part of it (unknown and former ' +
      'fields), or Gong accepts the object but does not show it everywhere.',
  },
);

export const GatewayUpstreamEnum = describedEnum<GatewayUpstream>(
  'GatewayUpstream',
  'Whose API the gateway calls.',
  { GONG: 'Gong itself.', EMULATOR: 'An emulator of Gong, with sample data.' },
);

export const GongDialectEnum = describedEnum<GongDialect>(
  'GongDialect',
  'Which of Gong’s two sets of paths the gateway uses, with their rules for objects.',
  { CURRENT: 'Today’s paths.', LEGACY: 'The former paths.' },
);

export const CheckStatusEnum = describedEnum<CheckStatus>(
  'CheckStatus',
  'The result of one of the gateway’s checks of itself.',
  {
    OK: 'Nothing is wrong.',
    DEGRADED: 'An operator should look at it; the gateway answers.',
    FAILED: 'Callers should be sent to another replica, if there is one.',
  },
);

export const UploadPhaseEnum = describedEnum<UploadPhase>('UploadPhase', 'The phase of a file upload.', {
  RECEIVING: 'The file is arriving and being checked.',
  SENDING: 'The file is valid and its parts are being sent to Gong.',
  ACCEPTED: 'Gong has received the whole file. Final.',
  CHECKED: 'The file was only checked, and has no errors. Final.',
  REJECTED: 'The file has errors and nothing was sent. Final.',
  FAILED: 'The upload ended with an error, or was not sent again because Gong had failed it before. Final.',
});

export const WrittenRequestKindEnum = describedEnum<JournalKind>(
  'WrittenRequestKind',
  'What was written to Gong with a request.',
  {
    LIST: 'Objects that callers gave as lists.',
    FILE: 'A file, or a part of one.',
    QUEUE: 'Changes from the queue.',
    SCHEMA_PUSH: 'Custom fields.',
    REGISTRATION: 'A new integration.',
    DELETION: 'The end of an integration.',
  },
);

export const WrittenRequestStateEnum = describedEnum<JournalState>(
  'WrittenRequestState',
  'What has become of a request, as far as the gateway knows.',
  {
    PENDING: 'Gong has received the request and will process it.',
    IN_PROGRESS: 'Gong is processing the request.',
    DONE: 'Gong has processed the request; single objects may have errors. Final.',
    FAILED: 'Gong has failed the request. Final.',
    LOST: 'It cannot be found out what became of the request: see `message`. Final.',
  },
);

export const UploadProblemCodeEnum = describedEnum<LineProblemCode>(
  'UploadProblemCode',
  'The kinds of problems that objects and lines of an upload can have.',
  {
    INVALID_UTF8: 'The line is not UTF-8.',
    INVALID_JSON: 'The line is not JSON.',
    NOT_AN_OBJECT: 'The line is JSON, but not an object.',
    LINE_TOO_LONG: 'The line is longer than a line may be.',
    MISSING_FIELD: 'A mandatory field is missing, null or empty.',
    WRONG_TYPE: 'The field needs a value of another type.',
    BAD_FORMAT: 'The value has the right type but is malformed: a date, an address, an ID.',
    OUT_OF_RANGE: 'A number is outside its limits.',
    TOO_LONG: 'A string has too many characters.',
    NOT_IN_PICKLIST: 'The value is not one of those allowed.',
    UNKNOWN_FIELD: 'The schema does not have the field. Gong stores it and never shows it.',
    FORMER_FIELD: 'Gong replaced the field, and ignores it.',
    UNUSUAL_ID: 'The object ID has characters that Gong does not document.',
    NOT_SHOWN: 'Gong stores the object and does not show it.',
    NOT_ON_DEAL_BOARD: 'Gong does not show the deal on the deal board.',
    OUT_OF_ORDER: 'The object was changed before the one above it. The gateway sorts them.',
    DUPLICATE_OBJECT: 'The same object is there more than once.',
    TOO_MANY_REPEATS: 'One object is there too often to be sorted.',
    NO_OBJECTS: 'There is no object in the file.',
  },
);

export const SchemaWarningCodeEnum = describedEnum<SchemaWarningCode>(
  'SchemaWarningCode',
  'The kinds of warnings about a schema push.',
  { REFERENCE_RETARGETED: 'A reference field will refer to another type of object.' },
);

export const SchemaFieldPropertyEnum = describedEnum<SchemaFieldProperty>(
  'SchemaFieldProperty',
  'The properties of a schema field that can change without loss of its values.',
  {
    LABEL: 'The name shown to people.',
    ORDERED_VALUE_LIST: 'The values of a PICKLIST.',
    REFERENCE_TO: 'The type of object that a REFERENCE field refers to.',
  },
);

export const ErrorCodeEnum = describedEnum<AnyErrorCode>(
  'ErrorCode',
  'The codes of errors, in `extensions.code` of each error. More may be added.',
  {
    BAD_USER_INPUT: 'An argument is malformed or breaks a rule. Nothing was sent to Gong.',
    OPERATION_TOO_COMPLEX: 'The operation would make more calls to Gong than one may.',
    UNAUTHENTICATED: 'There are no credentials, or none that the gateway knows.',
    FORBIDDEN: 'The caller may not do this.',
    AUTH_UNAVAILABLE: 'The keys of the token issuer cannot be fetched.',
    NOT_FOUND: 'There is no such integration or request.',
    CONFLICT: 'An integration is already active, or the ID was used for other content.',
    RATE_LIMITED: 'A limit on calls, connections or files is reached.',
    PAYLOAD_TOO_LARGE: 'The request or the file is too large.',
    REQUEST_TIMEOUT: 'The request arrived too slowly.',
    STORAGE_UNAVAILABLE: 'The gateway’s disk or its store is full or cannot be used.',
    NOT_CONFIGURED: 'The gateway is not set up for this; the message names the setting.',
    SCHEMA_DATA_LOSS: 'The schema push would delete values.',
    UPSTREAM_UNAUTHENTICATED: 'Gong refused the credentials.',
    UPSTREAM_FORBIDDEN: 'The credentials for Gong lack a scope, or Gong does not accept the network address.',
    UPSTREAM_UNAVAILABLE: 'Gong cannot be reached or keeps failing.',
    UPSTREAM_TIMEOUT: 'Gong did not answer in time.',
    UPSTREAM_INVALID_RESPONSE: 'Gong’s answer is invalid.',
    UPSTREAM_ERROR: 'Gong answered with another error.',
    BAD_REQUEST: 'The request is malformed.',
    GRAPHQL_PARSE_FAILED: 'The text of the operation is malformed or too long.',
    GRAPHQL_VALIDATION_FAILED: 'The operation does not fit the schema or is too large.',
    OPERATION_RESOLUTION_FAILURE: 'The text has no operation of that name.',
    PERSISTED_QUERY_NOT_FOUND: 'No operation is known under that ID.',
    PERSISTED_QUERY_NOT_SUPPORTED: 'Operations cannot be sent by their ID.',
    INTERNAL_SERVER_ERROR: 'A bug in the gateway.',
  },
);

export const ChangeStateEnum = describedEnum<ChangeState>(
  'ChangeState',
  'How far a queued change has come.',
  {
    QUEUED: 'The gateway has stored it and will send it.',
    SENT: 'Gong has received it and will process it.',
    DONE: 'Gong has stored it, or a newer version of the object.',
    SKIPPED: 'There was nothing to send.',
    DEAD: 'Gong has refused it: see `deadLetters`.',
  },
);

export const ChangeReasonEnum = describedEnum<ChangeReason>(
  'ChangeReason',
  'Why a queued change is in its state.',
  {
    UNCHANGED: 'Gong already has this very content.',
    OLDER: 'A newer version of the object was queued or sent before.',
    REPLACED:
      'More than a hundred newer versions have taken its place: their tickets tell what became of them.',
    NO_ACCOUNT:
      'Gong does not have the account that the object belongs to, and does not show the object without it. It is sent ' +
      'again for a day.',
    REFUSED:
      'Gong refused it. While it is QUEUED, it is sent again to find out which of several objects is to blame.',
    LOST: 'The gateway’s store has lost the object. Queue it again.',
  },
);
