/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DateString, DateTimeString, JsonValue, JsonObject, UrlString } from '../scalars.js';
import type { DocumentTypeDecoration } from '../document.js';
/** An account to create, replace or delete. */
export type AccountInput = {
  /** Custom fields by `uniqueName`, each with a value of its type in the schema; null is a value. Write an integer beyond ±(2^53 - 1) as a string of its digits. Fractions of a second are removed. A field that the schema does not have is a warning: Gong stores it and never shows it. */
  customFields?: JsonObject | null | undefined;
  /** Internet domains of the account, by which Gong finds its e-mails and calls. */
  domains?: Array<string> | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: DateTimeString;
  /** The account’s name. By default `Account_#` and the object ID. */
  name?: string | null | undefined;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. It replaces the object that Gong has under this ID. Other characters are a warning; the legacy API has no such limits. */
  objectId: string;
  /** The address of the object in the CRM. */
  url?: UrlString | null | undefined;
};

/** A user of the CRM, matched by e-mail address to a user of Gong. Deleting the user ends the match. */
export type BusinessUserInput = {
  /** The user’s e-mail address at Gong. Mandatory unless the user is deleted. */
  emailAddress?: string | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: DateTimeString;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. It replaces the object that Gong has under this ID. Other characters are a warning; the legacy API has no such limits. */
  objectId: string;
  /** The address of the object in the CRM. */
  url?: UrlString | null | undefined;
};

/** Why a queued change is in its state. */
export type ChangeReason =
  /** The gateway’s store has lost the object. Queue it again. */
  | 'LOST'
  /** Gong does not have the account that the object belongs to, and does not show the object without it. It is sent again for a day. */
  | 'NO_ACCOUNT'
  /** A newer version of the object was queued or sent before. */
  | 'OLDER'
  /** Gong refused it. While it is QUEUED, it is sent again to find out which of several objects is to blame. */
  | 'REFUSED'
  /** More than a hundred newer versions have taken its place: their tickets tell what became of them. */
  | 'REPLACED'
  /** Gong already has this very content. */
  | 'UNCHANGED';

/** How far a queued change has come. */
export type ChangeState =
  /** Gong has refused it: see `deadLetters`. */
  | 'DEAD'
  /** Gong has stored it, or a newer version of the object. */
  | 'DONE'
  /** The gateway has stored it and will send it. */
  | 'QUEUED'
  /** Gong has received it and will process it. */
  | 'SENT'
  /** There was nothing to send. */
  | 'SKIPPED';

/** The result of one of the gateway’s checks of itself. */
export type CheckStatus =
  /** An operator should look at it; the gateway answers. */
  | 'DEGRADED'
  /** Callers should be sent to another replica, if there is one. */
  | 'FAILED'
  /** Nothing is wrong. */
  | 'OK';

/** A contact to create, replace or delete. */
export type ContactInput = {
  /** The object ID of the person’s account, which must be uploaded before. Mandatory with Gong’s legacy API unless the object is deleted. */
  accountId?: string | null | undefined;
  /** Custom fields by `uniqueName`, each with a value of its type in the schema; null is a value. Write an integer beyond ±(2^53 - 1) as a string of its digits. Fractions of a second are removed. A field that the schema does not have is a warning: Gong stores it and never shows it. */
  customFields?: JsonObject | null | undefined;
  /** The main e-mail address. Mandatory with Gong’s legacy API unless the object is deleted. */
  emailAddress?: string | null | undefined;
  /** The first name. Mandatory with Gong’s legacy API unless the object is deleted. */
  firstName?: string | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** The last name. Mandatory with Gong’s legacy API unless the object is deleted. */
  lastName?: string | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: DateTimeString;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. It replaces the object that Gong has under this ID. Other characters are a warning; the legacy API has no such limits. */
  objectId: string;
  /** The main phone number. Mandatory with Gong’s legacy API for companies that import dialer calls. */
  phoneNumber?: string | null | undefined;
  /** The title at work. */
  title?: string | null | undefined;
  /** The address of the object in the CRM. */
  url?: UrlString | null | undefined;
};

/** An object to create, replace or delete. Exactly one of the fields must be given. */
export type CrmChange =
  {   /** An account. */
  account: AccountInput; businessUser?: never; contact?: never; deal?: never; lead?: never; stage?: never; }
  |  { account?: never;   /** A user of the CRM. */
  businessUser: BusinessUserInput; contact?: never; deal?: never; lead?: never; stage?: never; }
  |  { account?: never; businessUser?: never;   /** A contact. */
  contact: ContactInput; deal?: never; lead?: never; stage?: never; }
  |  { account?: never; businessUser?: never; contact?: never;   /** A deal. */
  deal: DealInput; lead?: never; stage?: never; }
  |  { account?: never; businessUser?: never; contact?: never; deal?: never;   /** A lead. */
  lead: LeadInput; stage?: never; }
  |  { account?: never; businessUser?: never; contact?: never; deal?: never; lead?: never;   /** A stage of the sales process. */
  stage: StageInput; };

/** Which dead letters to list. A field that is left out excludes none. */
export type DeadLetterFilter = {
  /** Objects that were last sent in this request. */
  clientRequestId?: string | null | undefined;
  /** The object with this ID in the CRM. */
  objectId?: string | null | undefined;
  /** Objects of this type. */
  objectType?: UploadObjectType | null | undefined;
  /** Objects that were given up for this reason. */
  reason?: ChangeReason | null | undefined;
};

/** A deal to create, replace or delete. */
export type DealInput = {
  /** The deal’s account, which must be uploaded before. Without an account Gong does not show the deal. Mandatory with Gong’s legacy API unless the object is deleted. */
  accountId?: string | null | undefined;
  /** The value of the deal in the company’s currency. By default 0. An integer beyond ±(2^53 - 1) is refused, because a Float would round it: only a file can contain it. */
  amount?: number | null | undefined;
  /** The date on which the deal closed or is expected to close. Without it the deal is missing from the deal board. Mandatory with Gong’s legacy API unless the object is deleted. */
  closeDate?: DateString | null | undefined;
  /** When the deal was created. Mandatory with Gong’s legacy API unless the object is deleted. */
  createdDate?: DateTimeString | null | undefined;
  /** Custom fields by `uniqueName`, each with a value of its type in the schema; null is a value. Write an integer beyond ±(2^53 - 1) as a string of its digits. Fractions of a second are removed. A field that the schema does not have is a warning: Gong stores it and never shows it. */
  customFields?: JsonObject | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /**
   * Whether the deal is still open. Must agree with `status` if both are given.
   * @deprecated Gong replaced it. Use `status`.
   */
  isOpen?: boolean | null | undefined;
  /**
   * Whether a closed deal was won. Must agree with `status` if both are given.
   * @deprecated Gong replaced it. Use `status`.
   */
  isWon?: boolean | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: DateTimeString;
  /** The deal’s name. By default `Deal_#` and the object ID. */
  name?: string | null | undefined;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. It replaces the object that Gong has under this ID. Other characters are a warning; the legacy API has no such limits. */
  objectId: string;
  /** The CRM user who owns the deal. Gong shows the deal once that user is uploaded. Without an owner it is missing from the deal board. Mandatory with Gong’s legacy API unless the object is deleted. */
  ownerId?: string | null | undefined;
  /** The object ID of a stage, which must be uploaded before. Mandatory with Gong’s legacy API unless the object is deleted. */
  stage?: string | null | undefined;
  /** Whether the deal is open, won or lost. By default OPEN. The legacy API receives it as `isOpen` and `isWon`. */
  status?: DealStatus | null | undefined;
  /** The address of the object in the CRM. */
  url?: UrlString | null | undefined;
};

/** A stage of the sales process, in the form of the deprecated call. */
export type DealStageInput = {
  /** The name by which deals refer to the stage. In Gong’s current API it becomes the object ID. */
  internalName: string;
  /** Whether the CRM still uses the stage. */
  isActive: boolean;
  /** The name shown to people. */
  name: string;
  /** The stage’s position in the sales process, from 1. */
  sortOrder: number;
};

/** Whether a deal is open, won or lost. */
export type DealStatus =
  /** Closed and lost. */
  | 'LOST'
  /** Not closed yet. */
  | 'OPEN'
  /** Closed and won. */
  | 'WON';

/** The type of a schema field, which decides the JSON values that the field accepts. */
export type FieldType =
  /** `true` or `false`. */
  | 'BOOLEAN'
  /** A number. The currency itself is set in Gong, one for the whole company. */
  | 'CURRENCY'
  /** A date as a string, e.g. `"2020-05-31"`. */
  | 'DATE'
  /** A date and time as a string without milliseconds, e.g. `"2020-12-17T07:37:21+02:00"`. The typed uploads remove milliseconds. */
  | 'DATETIME'
  /** An e-mail address as a string. */
  | 'EMAILADDRESS'
  /** The ID of an object, as a string. */
  | 'ID'
  /** A number. An integer beyond ±(2^53 - 1) is a string of its digits, in typed uploads as in results. */
  | 'NUMBER'
  /** A number from 0 to 100. */
  | 'PERCENT'
  /** A phone number as a string, e.g. `"+14055766687"`. */
  | 'PHONENUMBER'
  /** A string that is one of the field’s `orderedValueList`. */
  | 'PICKLIST'
  /** The object ID of another object, of the type in `referenceTo`. */
  | 'REFERENCE'
  /** Any string. */
  | 'STRING'
  /** An array of strings. Only for fields that Gong itself defines, such as an account’s domains. */
  | 'STRINGARRAY'
  /** A full http or https URL as a string. */
  | 'URL';

/** Whose API the gateway calls. */
export type GatewayUpstream =
  /** An emulator of Gong, with sample data. */
  | 'EMULATOR'
  /** Gong itself. */
  | 'GONG';

/** Which of Gong’s two sets of paths the gateway uses, with their rules for objects. */
export type GongDialect =
  /** Today’s paths. */
  | 'CURRENT'
  /** The former paths. */
  | 'LEGACY';

/** A lead to create, replace or delete. */
export type LeadInput = {
  /** The account that the lead became. */
  convertedToAccountId?: string | null | undefined;
  /** The contact that the lead became. */
  convertedToContactId?: string | null | undefined;
  /** The deal that the lead became. */
  convertedToDealId?: string | null | undefined;
  /** Custom fields by `uniqueName`, each with a value of its type in the schema; null is a value. Write an integer beyond ±(2^53 - 1) as a string of its digits. Fractions of a second are removed. A field that the schema does not have is a warning: Gong stores it and never shows it. */
  customFields?: JsonObject | null | undefined;
  /** The main e-mail address. Mandatory with Gong’s legacy API unless the object is deleted. */
  emailAddress?: string | null | undefined;
  /** The first name. Mandatory with Gong’s legacy API unless the object is deleted. */
  firstName?: string | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** The last name. Mandatory with Gong’s legacy API unless the object is deleted. */
  lastName?: string | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: DateTimeString;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. It replaces the object that Gong has under this ID. Other characters are a warning; the legacy API has no such limits. */
  objectId: string;
  /** The main phone number. Mandatory with Gong’s legacy API for companies that import dialer calls. */
  phoneNumber?: string | null | undefined;
  /** The title at work. */
  title?: string | null | undefined;
  /** The address of the object in the CRM. */
  url?: UrlString | null | undefined;
};

/** A user of the CRM, in the form of the deprecated call. */
export type MappedUserInput = {
  /** The user’s ID in the CRM. */
  crmUserId: string;
  /** The user’s e-mail address at Gong. Mandatory unless the user is deleted. */
  emailAddress?: string | null | undefined;
  /** Deletes the user’s mapping. */
  isDeleted?: boolean | null | undefined;
};

/** Whether a problem prevents a line from being sent. */
export type ProblemSeverity =
  /** The line breaks a rule. */
  | 'ERROR'
  /** The line is sent. The gateway corrects it (order, repeated objects), Gong ignores a part of it (unknown and former fields), or Gong accepts the object but does not show it everywhere. */
  | 'WARNING';

/** How a schema push treats custom fields that it does not name. */
export type PushMode =
  /** The fields given are the complete list: an existing field that is not named is an error. */
  | 'FULL'
  /** Custom fields that are not named stay as they are. */
  | 'MERGE';

/** Custom fields for the schema of one object type. */
export type PushSchemaInput = {
  /** Must be true for a push that retypes or deletes fields: Gong then deletes their values permanently. */
  allowDataLoss?: boolean;
  /** Returns the plan without changing anything. */
  dryRun?: boolean;
  /** The custom fields. Gong’s own fields need not be repeated. */
  fields: Array<SchemaFieldInput>;
  /** The ID of the integration. By default the active one: a company has at most one. */
  integrationId?: string | null | undefined;
  /** What happens to custom fields that are not named here. */
  mode?: PushMode;
  /** The type of objects that the schema describes. */
  objectType: SchemaObjectType;
};

/** The type of object that a REFERENCE field refers to. */
export type ReferenceTarget =
  /** The object ID of an account. */
  | 'ACCOUNT'
  /** The object ID of a contact. */
  | 'CONTACT'
  /** The object ID of a deal. */
  | 'DEAL'
  /** The object ID of a lead. */
  | 'LEAD'
  /** The object ID of a CRM user. Users can be referred to, but Gong does not return them. */
  | 'USER';

/** A CRM to register with Gong. */
export type RegisterIntegrationInput = {
  /** A name for the CRM, shown in Gong. */
  name: string;
  /** The e-mail address of the person responsible for the integration. */
  ownerEmail: string;
};

/** The state of an asynchronous request at Gong. */
export type RequestState =
  /** Every object was parsed and stored. Gong may take up to another hour to show deals. */
  | 'DONE'
  /** Some objects or all of them could not be parsed. The others are stored. */
  | 'FAILED'
  /** Being processed. */
  | 'IN_PROGRESS'
  /** Received, but processing has not begun. */
  | 'PENDING';

/** What a schema push does to a custom field. */
export type SchemaChangeKind =
  /** The field is new. */
  | 'ADDED'
  /** The label, value list or reference target changes. Values are kept. */
  | 'CHANGED'
  /** The field is deleted with its values in every object. */
  | 'DELETED'
  /** The push does not name an existing field: it is kept in MERGE mode and an error in FULL mode. */
  | 'LEFT_OUT'
  /** The type changes. Gong deletes the field’s values from every object. */
  | 'RETYPED'
  /** The field stays as it is. */
  | 'UNCHANGED';

/** A custom field to add, change or delete. */
export type SchemaFieldInput = {
  /** Deletes the field and its values in every object. */
  isDeleted?: boolean | null | undefined;
  /** The name shown to people. Mandatory unless the field is deleted. */
  label?: string | null | undefined;
  /** When the field was last changed in the CRM. */
  lastModified?: DateTimeString | null | undefined;
  /** The possible values, in order. Mandatory for a PICKLIST. */
  orderedValueList?: Array<string> | null | undefined;
  /** The type of object that the field refers to. Mandatory for a REFERENCE. */
  referenceTo?: ReferenceTarget | null | undefined;
  /** The type, which decides the values that the field accepts. Mandatory unless the field is deleted. */
  type?: FieldType | null | undefined;
  /** The field’s name in objects. */
  uniqueName: string;
};

/** The properties of a schema field that can change without loss of its values. */
export type SchemaFieldProperty =
  /** The name shown to people. */
  | 'LABEL'
  /** The values of a PICKLIST. */
  | 'ORDERED_VALUE_LIST'
  /** The type of object that a REFERENCE field refers to. */
  | 'REFERENCE_TO';

/** The types of objects that have a schema and can be read back. */
export type SchemaObjectType =
  /** A customer: a company with its domains. */
  | 'ACCOUNT'
  /** A person who belongs to an account. */
  | 'CONTACT'
  /** An opportunity or a contract in an account. */
  | 'DEAL'
  /** A potential customer who is not a contact yet. */
  | 'LEAD';

/** The kinds of warnings about a schema push. */
export type SchemaWarningCode =
  /** A reference field will refer to another type of object. */
  | 'REFERENCE_RETARGETED';

/** A stage of the sales process. Deleting one makes it inactive. */
export type StageInput = {
  /**
   * The name by which deals refer to the stage in Gong’s legacy API. By default the object ID.
   * @deprecated Deals refer to a stage by its object ID. Use `objectId`.
   */
  internalName?: string | null | undefined;
  /** Whether the CRM still uses the stage. By default true. */
  isActive?: boolean | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** When the stage was last changed in the CRM. Mandatory with Gong’s legacy API unless the object is deleted. */
  modifiedDate?: DateTimeString | null | undefined;
  /** The name shown to people. Mandatory unless the stage is deleted. */
  name?: string | null | undefined;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. It replaces the object that Gong has under this ID. Other characters are a warning; the legacy API has no such limits. */
  objectId: string;
  /** The stage’s position in the sales process, from 1. By default 1. */
  sortOrder?: number | null | undefined;
  /** The address of the object in the CRM. */
  url?: UrlString | null | undefined;
};

/** A file to validate and upload. */
export type UploadFileInput = {
  /** An ID for this upload, unique in the integration: at most 120 letters, digits, `-` and `_`, not ending like `--p2` or `--r2`. A file is sent at most once under an ID. By default the ID is derived from the content, and the same file is sent again unless nothing else was written since and Gong has not failed it. */
  clientRequestId?: string | null | undefined;
  /** A file of JSON objects, one per line (LDJSON, JSON Lines), plain or gzip, sent according to the GraphQL multipart request specification. It may have any size up to the gateway’s limit: above Gong’s 200 MB it is split. */
  file: Blob;
  /** The ID of the integration. By default the active one: a company has at most one. */
  integrationId?: string | null | undefined;
  /** Where to send a webhook as soon as Gong has finished the request: a POST, signed as Standard Webhooks describes. Only hosts that the operator allows. */
  notify?: UrlString | null | undefined;
  /** The type of all objects in the file. */
  objectType: UploadObjectType;
  /** A name that you choose for this upload, to follow it with the subscription `uploadProgress`: at most 128 letters, digits, `-` and `_`. */
  uploadId?: string | null | undefined;
  /** What happens to a file with errors. */
  validation?: ValidationMode;
};

/** The types of objects that can be uploaded. */
export type UploadObjectType =
  /** A customer: a company with its domains. */
  | 'ACCOUNT'
  /** A user of the CRM, matched by e-mail address to a user of Gong. */
  | 'BUSINESS_USER'
  /** A person who belongs to an account. */
  | 'CONTACT'
  /** An opportunity or a contract in an account. */
  | 'DEAL'
  /** A potential customer who is not a contact yet. */
  | 'LEAD'
  /** A stage of the sales process, to which deals refer. */
  | 'STAGE';

/** The phase of a file upload. */
export type UploadPhase =
  /** Gong has received the whole file. Final. */
  | 'ACCEPTED'
  /** The file was only checked, and has no errors. Final. */
  | 'CHECKED'
  /** The upload ended with an error, or was not sent again because Gong had failed it before. Final. */
  | 'FAILED'
  /** The file is arriving and being checked. */
  | 'RECEIVING'
  /** The file has errors and nothing was sent. Final. */
  | 'REJECTED'
  /** The file is valid and its parts are being sent to Gong. */
  | 'SENDING';

/** The kinds of problems that objects and lines of an upload can have. */
export type UploadProblemCode =
  /** The value has the right type but is malformed: a date, an address, an ID. */
  | 'BAD_FORMAT'
  /** The same object is there more than once. */
  | 'DUPLICATE_OBJECT'
  /** Gong replaced the field, and ignores it. */
  | 'FORMER_FIELD'
  /** The line is not JSON. */
  | 'INVALID_JSON'
  /** The line is not UTF-8. */
  | 'INVALID_UTF8'
  /** The line is longer than a line may be. */
  | 'LINE_TOO_LONG'
  /** A mandatory field is missing, null or empty. */
  | 'MISSING_FIELD'
  /** The line is JSON, but not an object. */
  | 'NOT_AN_OBJECT'
  /** The value is not one of those allowed. */
  | 'NOT_IN_PICKLIST'
  /** Gong does not show the deal on the deal board. */
  | 'NOT_ON_DEAL_BOARD'
  /** Gong stores the object and does not show it. */
  | 'NOT_SHOWN'
  /** There is no object in the file. */
  | 'NO_OBJECTS'
  /** The object was changed before the one above it. The gateway sorts them. */
  | 'OUT_OF_ORDER'
  /** A number is outside its limits. */
  | 'OUT_OF_RANGE'
  /** A string has too many characters. */
  | 'TOO_LONG'
  /** One object is there too often to be sorted. */
  | 'TOO_MANY_REPEATS'
  /** The schema does not have the field. Gong stores it and never shows it. */
  | 'UNKNOWN_FIELD'
  /** The object ID has characters that Gong does not document. */
  | 'UNUSUAL_ID'
  /** The field needs a value of another type. */
  | 'WRONG_TYPE';

/** A file to validate. */
export type ValidateFileInput = {
  /** A file of JSON objects, one per line (LDJSON, JSON Lines), plain or gzip, sent according to the GraphQL multipart request specification. It may have any size up to the gateway’s limit: above Gong’s 200 MB it is split. */
  file: Blob;
  /** The ID of the integration. By default the active one: a company has at most one. */
  integrationId?: string | null | undefined;
  /** The type of all objects in the file. */
  objectType: UploadObjectType;
  /** A name that you choose for this upload, to follow it with the subscription `uploadProgress`: at most 128 letters, digits, `-` and `_`. */
  uploadId?: string | null | undefined;
};

/** What happens to a file with errors. */
export type ValidationMode =
  /** If any line has an error, nothing is sent. */
  | 'ENFORCE'
  /** The file is sent as it is, unchecked. Gong reports errors, 20 at a time. */
  | 'OFF'
  /** Valid lines are sent; the others are reported. */
  | 'SKIP_INVALID';

/** What was written to Gong with a request. */
export type WrittenRequestKind =
  /** The end of an integration. */
  | 'DELETION'
  /** A file, or a part of one. */
  | 'FILE'
  /** Objects that callers gave as lists. */
  | 'LIST'
  /** Changes from the queue. */
  | 'QUEUE'
  /** A new integration. */
  | 'REGISTRATION'
  /** Custom fields. */
  | 'SCHEMA_PUSH';

/** What has become of a request, as far as the gateway knows. */
export type WrittenRequestState =
  /** Gong has processed the request; single objects may have errors. Final. */
  | 'DONE'
  /** Gong has failed the request. Final. */
  | 'FAILED'
  /** Gong is processing the request. */
  | 'IN_PROGRESS'
  /** It cannot be found out what became of the request: see `message`. Final. */
  | 'LOST'
  /** Gong has received the request and will process it. */
  | 'PENDING';

/** Which requests to list: those that fit everything that is given. */
export type WrittenRequestsFilter = {
  /** Requests with objects of this caller. */
  caller?: string | null | undefined;
  /** Requests of this kind. */
  kind?: WrittenRequestKind | null | undefined;
  /** Requests with objects of this type. */
  objectType?: UploadObjectType | null | undefined;
  /** Requests with this object among Gong’s first 20 errors. */
  refusedObjectId?: string | null | undefined;
  /** Requests that were sent at this time or later. */
  since?: DateTimeString | null | undefined;
  /** Requests in this state. */
  state?: WrittenRequestState | null | undefined;
};

export type QueueChangesMutationVariables = Exact<{
  changes: Array<CrmChange> | CrmChange;
  integrationId?: string | null | undefined;
  notify?: UrlString | null | undefined;
}>;


export type QueueChangesMutation = { queueChanges: { __typename: 'QueuedChanges', warningCount: number, ticket: { __typename: 'ChangeTicket', id: string, integrationId: string, queuedAt: DateTimeString, isSettled: boolean, counts: { __typename: 'ChangeCounts', queued: number, sent: number, done: number, skipped: number, dead: number }, changes: Array<{ __typename: 'ChangeResult', objectType: UploadObjectType, objectId: string, state: ChangeState, reason: ChangeReason | null, message: string | null, clientRequestId: string | null }> }, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> } | null };

export type ChangesQueryVariables = Exact<{
  ticket: string;
}>;


export type ChangesQuery = { changes: { __typename: 'ChangeTicket', id: string, integrationId: string, queuedAt: DateTimeString, isSettled: boolean, counts: { __typename: 'ChangeCounts', queued: number, sent: number, done: number, skipped: number, dead: number }, changes: Array<{ __typename: 'ChangeResult', objectType: UploadObjectType, objectId: string, state: ChangeState, reason: ChangeReason | null, message: string | null, clientRequestId: string | null }> } | null };

export type ChangesSettledSubscriptionVariables = Exact<{
  ticket: string;
}>;


export type ChangesSettledSubscription = { changesSettled: { __typename: 'ChangeTicket', id: string, integrationId: string, queuedAt: DateTimeString, isSettled: boolean, counts: { __typename: 'ChangeCounts', queued: number, sent: number, done: number, skipped: number, dead: number }, changes: Array<{ __typename: 'ChangeResult', objectType: UploadObjectType, objectId: string, state: ChangeState, reason: ChangeReason | null, message: string | null, clientRequestId: string | null }> } };

export type DeadLettersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: DeadLetterFilter | null | undefined;
  integrationId?: string | null | undefined;
}>;


export type DeadLettersQuery = { deadLetters: { __typename: 'DeadLetterConnection', edges: Array<{ __typename: 'DeadLetterEdge', cursor: string, node: { __typename: 'DeadLetter', id: string, objectType: UploadObjectType, objectId: string, reason: ChangeReason, message: string | null, attempts: number, diedAt: DateTimeString, clientRequestId: string | null, content: string } }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, endCursor: string | null } } | null };

export type RetryDeadLettersMutationVariables = Exact<{
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type RetryDeadLettersMutation = { retryDeadLetters: { __typename: 'ChangeTicket', id: string, integrationId: string, queuedAt: DateTimeString, isSettled: boolean, counts: { __typename: 'ChangeCounts', queued: number, sent: number, done: number, skipped: number, dead: number }, changes: Array<{ __typename: 'ChangeResult', objectType: UploadObjectType, objectId: string, state: ChangeState, reason: ChangeReason | null, message: string | null, clientRequestId: string | null }> } | null };

export type DiscardDeadLettersMutationVariables = Exact<{
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type DiscardDeadLettersMutation = { discardDeadLetters: number | null };

export type TicketPartsFragment = { __typename: 'ChangeTicket', id: string, integrationId: string, queuedAt: DateTimeString, isSettled: boolean, counts: { __typename: 'ChangeCounts', queued: number, sent: number, done: number, skipped: number, dead: number }, changes: Array<{ __typename: 'ChangeResult', objectType: UploadObjectType, objectId: string, state: ChangeState, reason: ChangeReason | null, message: string | null, clientRequestId: string | null }> };

export type FileReportFragment = { __typename: 'UploadReport', bytes: number, lines: number, blankLines: number, objects: number, validObjects: number, errorCount: number, warningCount: number, sorted: boolean, countsByCode: Array<{ __typename: 'UploadProblemCount', code: UploadProblemCode, count: number }>, problems: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string, severity: ProblemSeverity }> };

export type UploadFileMutationVariables = Exact<{
  input: UploadFileInput;
}>;


export type UploadFileMutation = { uploadFile:
    | { __typename: 'UploadAccepted', linesKept: boolean | null, clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, report: { __typename: 'UploadReport', bytes: number, lines: number, blankLines: number, objects: number, validObjects: number, errorCount: number, warningCount: number, sorted: boolean, countsByCode: Array<{ __typename: 'UploadProblemCount', code: UploadProblemCode, count: number }>, problems: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string, severity: ProblemSeverity }> } | null, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, report: { __typename: 'UploadReport', bytes: number, lines: number, blankLines: number, objects: number, validObjects: number, errorCount: number, warningCount: number, sorted: boolean, countsByCode: Array<{ __typename: 'UploadProblemCount', code: UploadProblemCode, count: number }>, problems: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string, severity: ProblemSeverity }> } | null, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
   | null };

export type ValidateFileMutationVariables = Exact<{
  input: ValidateFileInput;
}>;


export type ValidateFileMutation = { validateFile: { __typename: 'UploadReport', bytes: number, lines: number, blankLines: number, objects: number, validObjects: number, errorCount: number, warningCount: number, sorted: boolean, countsByCode: Array<{ __typename: 'UploadProblemCount', code: UploadProblemCode, count: number }>, problems: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string, severity: ProblemSeverity }> } | null };

export type CallBudgetFieldsFragment = { __typename: 'CallBudget', callsPerSecond: number | null, callsPerDay: number | null, leftThisSecond: number | null, leftToday: number | null, resetsAt: DateTimeString | null, pausedUntil: DateTimeString | null, isShared: boolean, used: { __typename: 'UsedCalls', read: number, write: number, poll: number }, queued: { __typename: 'QueuedCalls', read: number, write: number, poll: number } };

export type CallBudgetQueryVariables = Exact<{ [key: string]: never; }>;


export type CallBudgetQuery = { callBudget: { __typename: 'CallBudget', callsPerSecond: number | null, callsPerDay: number | null, leftThisSecond: number | null, leftToday: number | null, resetsAt: DateTimeString | null, pausedUntil: DateTimeString | null, isShared: boolean, used: { __typename: 'UsedCalls', read: number, write: number, poll: number }, queued: { __typename: 'QueuedCalls', read: number, write: number, poll: number } } | null };

export type GatewayFieldsFragment = { __typename: 'GatewayStatus', version: string, upstream: GatewayUpstream, dialect: GongDialect, isReady: boolean, queuedObjects: number | null, checks: Array<{ __typename: 'GatewayCheck', name: string, status: CheckStatus, reason: string }>, callBudget: { __typename: 'CallBudget', callsPerSecond: number | null, callsPerDay: number | null, leftThisSecond: number | null, leftToday: number | null, resetsAt: DateTimeString | null, pausedUntil: DateTimeString | null, isShared: boolean, used: { __typename: 'UsedCalls', read: number, write: number, poll: number }, queued: { __typename: 'QueuedCalls', read: number, write: number, poll: number } } };

export type GatewayQueryVariables = Exact<{ [key: string]: never; }>;


export type GatewayQuery = { gateway: { __typename: 'GatewayStatus', version: string, upstream: GatewayUpstream, dialect: GongDialect, isReady: boolean, queuedObjects: number | null, checks: Array<{ __typename: 'GatewayCheck', name: string, status: CheckStatus, reason: string }>, callBudget: { __typename: 'CallBudget', callsPerSecond: number | null, callsPerDay: number | null, leftThisSecond: number | null, leftToday: number | null, resetsAt: DateTimeString | null, pausedUntil: DateTimeString | null, isShared: boolean, used: { __typename: 'UsedCalls', read: number, write: number, poll: number }, queued: { __typename: 'QueuedCalls', read: number, write: number, poll: number } } } | null };

export type GatewayChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type GatewayChangedSubscription = { gatewayChanged: { __typename: 'GatewayStatus', version: string, upstream: GatewayUpstream, dialect: GongDialect, isReady: boolean, queuedObjects: number | null, checks: Array<{ __typename: 'GatewayCheck', name: string, status: CheckStatus, reason: string }>, callBudget: { __typename: 'CallBudget', callsPerSecond: number | null, callsPerDay: number | null, leftThisSecond: number | null, leftToday: number | null, resetsAt: DateTimeString | null, pausedUntil: DateTimeString | null, isShared: boolean, used: { __typename: 'UsedCalls', read: number, write: number, poll: number }, queued: { __typename: 'QueuedCalls', read: number, write: number, poll: number } } } };

export type IntegrationsQueryVariables = Exact<{ [key: string]: never; }>;


export type IntegrationsQuery = { integrations: Array<{ __typename: 'Integration', id: string, name: string, ownerEmail: string } | null> | null };

export type IntegrationQueryVariables = Exact<{
  id?: string | null | undefined;
}>;


export type IntegrationQuery = { integration: { __typename: 'Integration', id: string, name: string, ownerEmail: string } | null };

export type RegisterIntegrationMutationVariables = Exact<{
  input: RegisterIntegrationInput;
}>;


export type RegisterIntegrationMutation = { registerIntegration: { __typename: 'Integration', id: string, name: string, ownerEmail: string } | null };

export type DeleteIntegrationMutationVariables = Exact<{
  integrationId: string;
  clientRequestId?: string | null | undefined;
  notify?: UrlString | null | undefined;
}>;


export type DeleteIntegrationMutation = { deleteIntegration: { __typename: 'AsyncRequest', clientRequestId: string, integrationId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null } | null };

export type WrittenRequestFieldsFragment = { __typename: 'WrittenRequest', id: string, kind: WrittenRequestKind, sentAt: DateTimeString, integrationId: string | null, clientRequestId: string | null, objectType: UploadObjectType | null, objectCount: number | null, state: WrittenRequestState, isFinal: boolean, endedAt: DateTimeString | null, message: string | null, totalErrorCount: number | null, totalSuccessCount: number | null, gongRequestId: string | null, writers: Array<{ __typename: 'RequestWriter', caller: string | null, objectCount: number | null, operationId: string | null }>, errors: Array<{ __typename: 'RequestLineError', line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> };

export type RequestsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: WrittenRequestsFilter | null | undefined;
}>;


export type RequestsQuery = { requests: { __typename: 'WrittenRequestConnection', edges: Array<{ __typename: 'WrittenRequestEdge', cursor: string, node: { __typename: 'WrittenRequest', id: string, kind: WrittenRequestKind, sentAt: DateTimeString, integrationId: string | null, clientRequestId: string | null, objectType: UploadObjectType | null, objectCount: number | null, state: WrittenRequestState, isFinal: boolean, endedAt: DateTimeString | null, message: string | null, totalErrorCount: number | null, totalSuccessCount: number | null, gongRequestId: string | null, writers: Array<{ __typename: 'RequestWriter', caller: string | null, objectCount: number | null, operationId: string | null }>, errors: Array<{ __typename: 'RequestLineError', line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> } }>, pageInfo: { __typename: 'PageInfo', hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type RequestQueryVariables = Exact<{
  clientRequestId: string;
  integrationId?: string | null | undefined;
}>;


export type RequestQuery = { request: { __typename: 'WrittenRequest', id: string, kind: WrittenRequestKind, sentAt: DateTimeString, integrationId: string | null, clientRequestId: string | null, objectType: UploadObjectType | null, objectCount: number | null, state: WrittenRequestState, isFinal: boolean, endedAt: DateTimeString | null, message: string | null, totalErrorCount: number | null, totalSuccessCount: number | null, gongRequestId: string | null, writers: Array<{ __typename: 'RequestWriter', caller: string | null, objectCount: number | null, operationId: string | null }>, errors: Array<{ __typename: 'RequestLineError', line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> } | null };

export type RequestsChangedSubscriptionVariables = Exact<{
  first?: number | null | undefined;
  filter?: WrittenRequestsFilter | null | undefined;
}>;


export type RequestsChangedSubscription = { requestsChanged: Array<{ __typename: 'WrittenRequest', id: string, kind: WrittenRequestKind, sentAt: DateTimeString, integrationId: string | null, clientRequestId: string | null, objectType: UploadObjectType | null, objectCount: number | null, state: WrittenRequestState, isFinal: boolean, endedAt: DateTimeString | null, message: string | null, totalErrorCount: number | null, totalSuccessCount: number | null, gongRequestId: string | null, writers: Array<{ __typename: 'RequestWriter', caller: string | null, objectCount: number | null, operationId: string | null }>, errors: Array<{ __typename: 'RequestLineError', line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> }> };

export type AccountQueryVariables = Exact<{
  id: string;
  integrationId?: string | null | undefined;
}>;


export type AccountQuery = { account: { __typename: 'Account', id: string, objectId: string, objectType: SchemaObjectType, url: UrlString | null, modifiedDate: DateTimeString | null, name: string | null, domains: Array<string> | null, fields: JsonObject } | null };

export type ContactQueryVariables = Exact<{
  id: string;
  integrationId?: string | null | undefined;
}>;


export type ContactQuery = { contact: { __typename: 'Contact', id: string, objectId: string, emailAddress: string | null, firstName: string | null, lastName: string | null, title: string | null, phoneNumber: string | null, accountId: string | null, fields: JsonObject, account: { __typename: 'Account', id: string, objectId: string, name: string | null } | null } | null };

export type DealQueryVariables = Exact<{
  id: string;
  integrationId?: string | null | undefined;
}>;


export type DealQuery = { deal: { __typename: 'Deal', id: string, objectId: string, name: string | null, accountId: string | null, ownerId: string | null, createdDate: DateTimeString | null, closeDate: DateString | null, status: DealStatus | null, stage: string | null, amount: number | null, fields: JsonObject, account: { __typename: 'Account', id: string, objectId: string, name: string | null } | null } | null };

export type LeadQueryVariables = Exact<{
  id: string;
  integrationId?: string | null | undefined;
}>;


export type LeadQuery = { lead: { __typename: 'Lead', id: string, objectId: string, emailAddress: string | null, firstName: string | null, lastName: string | null, fields: JsonObject, convertedToDeal: { __typename: 'Deal', id: string, objectId: string, name: string | null } | null, convertedToContact: { __typename: 'Contact', id: string, objectId: string, emailAddress: string | null } | null, convertedToAccount: { __typename: 'Account', id: string, objectId: string, name: string | null } | null } | null };

export type AccountsQueryVariables = Exact<{
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type AccountsQuery = { accounts: Array<{ __typename: 'Account', id: string, objectId: string, url: UrlString | null, modifiedDate: DateTimeString | null, name: string | null, domains: Array<string> | null, fields: JsonObject } | null> | null };

export type ContactsQueryVariables = Exact<{
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type ContactsQuery = { contacts: Array<{ __typename: 'Contact', id: string, objectId: string, emailAddress: string | null, firstName: string | null, lastName: string | null, title: string | null, phoneNumber: string | null, accountId: string | null, fields: JsonObject } | null> | null };

export type DealsQueryVariables = Exact<{
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type DealsQuery = { deals: Array<{ __typename: 'Deal', id: string, objectId: string, name: string | null, accountId: string | null, ownerId: string | null, createdDate: DateTimeString | null, closeDate: DateString | null, status: DealStatus | null, stage: string | null, amount: number | null, fields: JsonObject, account: { __typename: 'Account', id: string, objectId: string, name: string | null } | null } | null> | null };

export type LeadsQueryVariables = Exact<{
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type LeadsQuery = { leads: Array<{ __typename: 'Lead', id: string, objectId: string, emailAddress: string | null, firstName: string | null, lastName: string | null, title: string | null, phoneNumber: string | null, convertedToDealId: string | null, convertedToContactId: string | null, convertedToAccountId: string | null, fields: JsonObject } | null> | null };

export type CrmObjectsQueryVariables = Exact<{
  objectType: SchemaObjectType;
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type CrmObjectsQuery = { crmObjects: Array<
    | { __typename: 'Account', id: string, objectId: string, objectType: SchemaObjectType, fields: JsonObject }
    | { __typename: 'Contact', id: string, objectId: string, objectType: SchemaObjectType, fields: JsonObject }
    | { __typename: 'Deal', id: string, objectId: string, objectType: SchemaObjectType, fields: JsonObject }
    | { __typename: 'Lead', id: string, objectId: string, objectType: SchemaObjectType, fields: JsonObject }
   | null> | null };

export type DealsWithAccountsQueryVariables = Exact<{
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type DealsWithAccountsQuery = { deals: Array<{ __typename: 'Deal', id: string, objectId: string, name: string | null, status: DealStatus | null, stage: string | null, amount: number | null, closeDate: DateString | null, account: { __typename: 'Account', id: string, objectId: string, name: string | null, domains: Array<string> | null } | null } | null> | null };

export type ReferenceQueryVariables = Exact<{
  objectType: SchemaObjectType;
  ids: Array<string> | string;
  field: string;
}>;


export type ReferenceQuery = { crmObjects: Array<
    | { __typename: 'Account', id: string, objectId: string, field: JsonValue | null, reference:
        | { __typename: 'Account', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Contact', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Deal', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Lead', id: string, objectId: string, objectType: SchemaObjectType }
       | null }
    | { __typename: 'Contact', id: string, objectId: string, field: JsonValue | null, reference:
        | { __typename: 'Account', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Contact', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Deal', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Lead', id: string, objectId: string, objectType: SchemaObjectType }
       | null }
    | { __typename: 'Deal', id: string, objectId: string, field: JsonValue | null, reference:
        | { __typename: 'Account', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Contact', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Deal', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Lead', id: string, objectId: string, objectType: SchemaObjectType }
       | null }
    | { __typename: 'Lead', id: string, objectId: string, field: JsonValue | null, reference:
        | { __typename: 'Account', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Contact', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Deal', id: string, objectId: string, objectType: SchemaObjectType }
        | { __typename: 'Lead', id: string, objectId: string, objectType: SchemaObjectType }
       | null }
   | null> | null };

export type RequestStatusQueryVariables = Exact<{
  clientRequestId: string;
  integrationId?: string | null | undefined;
}>;


export type RequestStatusQuery = { requestStatus: { __typename: 'RequestStatus', clientRequestId: string, integrationId: string, status: RequestState, isFinal: boolean, totalErrorCount: number | null, totalSuccessCount: number | null, errors: Array<{ __typename: 'RequestLineError', line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> } | null };

export type SchemaFieldsQueryVariables = Exact<{
  objectType?: SchemaObjectType | null | undefined;
  integrationId?: string | null | undefined;
}>;


export type SchemaFieldsQuery = { schemaFields: Array<{ __typename: 'ObjectSchema', objectType: SchemaObjectType, fields: Array<{ __typename: 'SchemaField', uniqueName: string, label: string, type: FieldType, lastModified: DateTimeString | null, referenceTo: ReferenceTarget | null, orderedValueList: Array<string> | null, isCustom: boolean } | null> }> | null };

export type PushSchemaMutationVariables = Exact<{
  input: PushSchemaInput;
}>;


export type PushSchemaMutation = { pushSchema: { __typename: 'PushSchemaPayload', integrationId: string, objectType: SchemaObjectType, pushed: boolean, losesData: boolean, plan: Array<{ __typename: 'SchemaFieldChange', name: string, kind: SchemaChangeKind, from: FieldType | null, to: FieldType | null, properties: Array<SchemaFieldProperty> }>, warnings: Array<{ __typename: 'SchemaWarning', name: string, code: SchemaWarningCode, message: string }> } | null };

export type RequestStatusChangedSubscriptionVariables = Exact<{
  clientRequestId: string;
  integrationId?: string | null | undefined;
}>;


export type RequestStatusChangedSubscription = { requestStatusChanged: { __typename: 'RequestStatus', clientRequestId: string, integrationId: string, status: RequestState, isFinal: boolean, totalErrorCount: number | null, totalSuccessCount: number | null, errors: Array<{ __typename: 'RequestLineError', line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> } };

export type RequestStatusesChangedSubscriptionVariables = Exact<{
  clientRequestIds: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type RequestStatusesChangedSubscription = { requestStatusesChanged: { __typename: 'RequestStatus', clientRequestId: string, integrationId: string, status: RequestState, isFinal: boolean, totalErrorCount: number | null, totalSuccessCount: number | null, errors: Array<{ __typename: 'RequestLineError', line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> } };

export type UploadProgressSubscriptionVariables = Exact<{
  uploadId: string;
}>;


export type UploadProgressSubscription = { uploadProgress: { __typename: 'UploadProgress', uploadId: string, phase: UploadPhase, bytesReceived: number, linesChecked: number, errors: number, partsSent: number, parts: number | null } };

type UploadOutcome_UploadAccepted_Fragment = { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> };

type UploadOutcome_UploadRejected_Fragment = { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> };

export type UploadOutcomeFragment =
  | UploadOutcome_UploadAccepted_Fragment
  | UploadOutcome_UploadRejected_Fragment
;

export type UploadStagesMutationVariables = Exact<{
  stages: Array<StageInput> | StageInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
  notify?: UrlString | null | undefined;
}>;


export type UploadStagesMutation = { uploadStages:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
   | null };

export type UploadBusinessUsersMutationVariables = Exact<{
  businessUsers: Array<BusinessUserInput> | BusinessUserInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
  notify?: UrlString | null | undefined;
}>;


export type UploadBusinessUsersMutation = { uploadBusinessUsers:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
   | null };

export type UploadAccountsMutationVariables = Exact<{
  accounts: Array<AccountInput> | AccountInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
  notify?: UrlString | null | undefined;
}>;


export type UploadAccountsMutation = { uploadAccounts:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
   | null };

export type UploadContactsMutationVariables = Exact<{
  contacts: Array<ContactInput> | ContactInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
  notify?: UrlString | null | undefined;
}>;


export type UploadContactsMutation = { uploadContacts:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
   | null };

export type UploadLeadsMutationVariables = Exact<{
  leads: Array<LeadInput> | LeadInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
  notify?: UrlString | null | undefined;
}>;


export type UploadLeadsMutation = { uploadLeads:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
   | null };

export type UploadDealsMutationVariables = Exact<{
  deals: Array<DealInput> | DealInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
  notify?: UrlString | null | undefined;
}>;


export type UploadDealsMutation = { uploadDeals:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
   | null };

export type MapUsersMutationVariables = Exact<{
  users: Array<MappedUserInput> | MappedUserInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
}>;


export type MapUsersMutation = { mapUsers:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ __typename: 'AsyncRequest', clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ __typename: 'UploadProblem', line: number, objectId: string | null, field: string | null, code: UploadProblemCode, message: string }> }
   | null };

export type UploadDealStagesMutationVariables = Exact<{
  stages: Array<DealStageInput> | DealStageInput;
  integrationId?: string | null | undefined;
}>;


export type UploadDealStagesMutation = { uploadDealStages: { __typename: 'DealStagesUpload', stageCount: number, clientRequestId: string | null, integrationId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const TicketPartsFragmentDoc = new TypedDocumentString(`
    fragment TicketParts on ChangeTicket {
  __typename
  id
  integrationId
  queuedAt
  isSettled
  counts {
    __typename
    queued
    sent
    done
    skipped
    dead
  }
  changes {
    __typename
    objectType
    objectId
    state
    reason
    message
    clientRequestId
  }
}
    `, {"fragmentName":"TicketParts"}) as unknown as TypedDocumentString<TicketPartsFragment, unknown>;
export const FileReportFragmentDoc = new TypedDocumentString(`
    fragment FileReport on UploadReport {
  __typename
  bytes
  lines
  blankLines
  objects
  validObjects
  errorCount
  warningCount
  countsByCode {
    __typename
    code
    count
  }
  problems {
    __typename
    line
    objectId
    field
    code
    message
    severity
  }
  sorted
}
    `, {"fragmentName":"FileReport"}) as unknown as TypedDocumentString<FileReportFragment, unknown>;
export const CallBudgetFieldsFragmentDoc = new TypedDocumentString(`
    fragment CallBudgetFields on CallBudget {
  __typename
  callsPerSecond
  callsPerDay
  leftThisSecond
  leftToday
  resetsAt
  pausedUntil
  used {
    __typename
    read
    write
    poll
  }
  queued {
    __typename
    read
    write
    poll
  }
  isShared
}
    `, {"fragmentName":"CallBudgetFields"}) as unknown as TypedDocumentString<CallBudgetFieldsFragment, unknown>;
export const GatewayFieldsFragmentDoc = new TypedDocumentString(`
    fragment GatewayFields on GatewayStatus {
  __typename
  version
  upstream
  dialect
  isReady
  checks {
    __typename
    name
    status
    reason
  }
  callBudget {
    __typename
    ...CallBudgetFields
  }
  queuedObjects
}
    fragment CallBudgetFields on CallBudget {
  __typename
  callsPerSecond
  callsPerDay
  leftThisSecond
  leftToday
  resetsAt
  pausedUntil
  used {
    __typename
    read
    write
    poll
  }
  queued {
    __typename
    read
    write
    poll
  }
  isShared
}`, {"fragmentName":"GatewayFields"}) as unknown as TypedDocumentString<GatewayFieldsFragment, unknown>;
export const WrittenRequestFieldsFragmentDoc = new TypedDocumentString(`
    fragment WrittenRequestFields on WrittenRequest {
  __typename
  id
  kind
  sentAt
  integrationId
  clientRequestId
  objectType
  objectCount
  writers {
    __typename
    caller
    objectCount
    operationId
  }
  state
  isFinal
  endedAt
  message
  errors {
    __typename
    line
    objectId
    objectType
    description
  }
  totalErrorCount
  totalSuccessCount
  gongRequestId
}
    `, {"fragmentName":"WrittenRequestFields"}) as unknown as TypedDocumentString<WrittenRequestFieldsFragment, unknown>;
export const UploadOutcomeFragmentDoc = new TypedDocumentString(`
    fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}
    `, {"fragmentName":"UploadOutcome"}) as unknown as TypedDocumentString<UploadOutcomeFragment, unknown>;
export const QueueChangesDocument = new TypedDocumentString(`
    mutation QueueChanges($changes: [CrmChange!]!, $integrationId: ID, $notify: URL) {
  queueChanges(changes: $changes, integrationId: $integrationId, notify: $notify) {
    __typename
    ticket {
      __typename
      id
      ...TicketParts
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
}
    fragment TicketParts on ChangeTicket {
  __typename
  id
  integrationId
  queuedAt
  isSettled
  counts {
    __typename
    queued
    sent
    done
    skipped
    dead
  }
  changes {
    __typename
    objectType
    objectId
    state
    reason
    message
    clientRequestId
  }
}`) as unknown as TypedDocumentString<QueueChangesMutation, QueueChangesMutationVariables>;
export const ChangesDocument = new TypedDocumentString(`
    query Changes($ticket: ID!) {
  changes(ticket: $ticket) {
    __typename
    id
    ...TicketParts
  }
}
    fragment TicketParts on ChangeTicket {
  __typename
  id
  integrationId
  queuedAt
  isSettled
  counts {
    __typename
    queued
    sent
    done
    skipped
    dead
  }
  changes {
    __typename
    objectType
    objectId
    state
    reason
    message
    clientRequestId
  }
}`) as unknown as TypedDocumentString<ChangesQuery, ChangesQueryVariables>;
export const ChangesSettledDocument = new TypedDocumentString(`
    subscription ChangesSettled($ticket: ID!) {
  changesSettled(ticket: $ticket) {
    __typename
    id
    ...TicketParts
  }
}
    fragment TicketParts on ChangeTicket {
  __typename
  id
  integrationId
  queuedAt
  isSettled
  counts {
    __typename
    queued
    sent
    done
    skipped
    dead
  }
  changes {
    __typename
    objectType
    objectId
    state
    reason
    message
    clientRequestId
  }
}`) as unknown as TypedDocumentString<ChangesSettledSubscription, ChangesSettledSubscriptionVariables>;
export const DeadLettersDocument = new TypedDocumentString(`
    query DeadLetters($first: Int, $after: String, $filter: DeadLetterFilter, $integrationId: ID) {
  deadLetters(
    first: $first
    after: $after
    filter: $filter
    integrationId: $integrationId
  ) {
    __typename
    edges {
      __typename
      cursor
      node {
        __typename
        id
        objectType
        objectId
        reason
        message
        attempts
        diedAt
        clientRequestId
        content
      }
    }
    pageInfo {
      __typename
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<DeadLettersQuery, DeadLettersQueryVariables>;
export const RetryDeadLettersDocument = new TypedDocumentString(`
    mutation RetryDeadLetters($ids: [ID!]!, $integrationId: ID) {
  retryDeadLetters(ids: $ids, integrationId: $integrationId) {
    __typename
    id
    ...TicketParts
  }
}
    fragment TicketParts on ChangeTicket {
  __typename
  id
  integrationId
  queuedAt
  isSettled
  counts {
    __typename
    queued
    sent
    done
    skipped
    dead
  }
  changes {
    __typename
    objectType
    objectId
    state
    reason
    message
    clientRequestId
  }
}`) as unknown as TypedDocumentString<RetryDeadLettersMutation, RetryDeadLettersMutationVariables>;
export const DiscardDeadLettersDocument = new TypedDocumentString(`
    mutation DiscardDeadLetters($ids: [ID!]!, $integrationId: ID) {
  discardDeadLetters(ids: $ids, integrationId: $integrationId)
}
    `) as unknown as TypedDocumentString<DiscardDeadLettersMutation, DiscardDeadLettersMutationVariables>;
export const UploadFileDocument = new TypedDocumentString(`
    mutation UploadFile($input: UploadFileInput!) {
  uploadFile(input: $input) {
    __typename
    ...UploadOutcome
    ... on UploadAccepted {
      linesKept
      report {
        __typename
        ...FileReport
      }
    }
    ... on UploadRejected {
      report {
        __typename
        ...FileReport
      }
    }
  }
}
    fragment FileReport on UploadReport {
  __typename
  bytes
  lines
  blankLines
  objects
  validObjects
  errorCount
  warningCount
  countsByCode {
    __typename
    code
    count
  }
  problems {
    __typename
    line
    objectId
    field
    code
    message
    severity
  }
  sorted
}
fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadFileMutation, UploadFileMutationVariables>;
export const ValidateFileDocument = new TypedDocumentString(`
    mutation ValidateFile($input: ValidateFileInput!) {
  validateFile(input: $input) {
    __typename
    ...FileReport
  }
}
    fragment FileReport on UploadReport {
  __typename
  bytes
  lines
  blankLines
  objects
  validObjects
  errorCount
  warningCount
  countsByCode {
    __typename
    code
    count
  }
  problems {
    __typename
    line
    objectId
    field
    code
    message
    severity
  }
  sorted
}`) as unknown as TypedDocumentString<ValidateFileMutation, ValidateFileMutationVariables>;
export const CallBudgetDocument = new TypedDocumentString(`
    query CallBudget {
  callBudget {
    __typename
    ...CallBudgetFields
  }
}
    fragment CallBudgetFields on CallBudget {
  __typename
  callsPerSecond
  callsPerDay
  leftThisSecond
  leftToday
  resetsAt
  pausedUntil
  used {
    __typename
    read
    write
    poll
  }
  queued {
    __typename
    read
    write
    poll
  }
  isShared
}`) as unknown as TypedDocumentString<CallBudgetQuery, CallBudgetQueryVariables>;
export const GatewayDocument = new TypedDocumentString(`
    query Gateway {
  gateway {
    __typename
    ...GatewayFields
  }
}
    fragment CallBudgetFields on CallBudget {
  __typename
  callsPerSecond
  callsPerDay
  leftThisSecond
  leftToday
  resetsAt
  pausedUntil
  used {
    __typename
    read
    write
    poll
  }
  queued {
    __typename
    read
    write
    poll
  }
  isShared
}
fragment GatewayFields on GatewayStatus {
  __typename
  version
  upstream
  dialect
  isReady
  checks {
    __typename
    name
    status
    reason
  }
  callBudget {
    __typename
    ...CallBudgetFields
  }
  queuedObjects
}`) as unknown as TypedDocumentString<GatewayQuery, GatewayQueryVariables>;
export const GatewayChangedDocument = new TypedDocumentString(`
    subscription GatewayChanged {
  gatewayChanged {
    __typename
    ...GatewayFields
  }
}
    fragment CallBudgetFields on CallBudget {
  __typename
  callsPerSecond
  callsPerDay
  leftThisSecond
  leftToday
  resetsAt
  pausedUntil
  used {
    __typename
    read
    write
    poll
  }
  queued {
    __typename
    read
    write
    poll
  }
  isShared
}
fragment GatewayFields on GatewayStatus {
  __typename
  version
  upstream
  dialect
  isReady
  checks {
    __typename
    name
    status
    reason
  }
  callBudget {
    __typename
    ...CallBudgetFields
  }
  queuedObjects
}`) as unknown as TypedDocumentString<GatewayChangedSubscription, GatewayChangedSubscriptionVariables>;
export const IntegrationsDocument = new TypedDocumentString(`
    query Integrations {
  integrations {
    __typename
    id
    name
    ownerEmail
  }
}
    `) as unknown as TypedDocumentString<IntegrationsQuery, IntegrationsQueryVariables>;
export const IntegrationDocument = new TypedDocumentString(`
    query Integration($id: ID) {
  integration(id: $id) {
    __typename
    id
    name
    ownerEmail
  }
}
    `) as unknown as TypedDocumentString<IntegrationQuery, IntegrationQueryVariables>;
export const RegisterIntegrationDocument = new TypedDocumentString(`
    mutation RegisterIntegration($input: RegisterIntegrationInput!) {
  registerIntegration(input: $input) {
    __typename
    id
    name
    ownerEmail
  }
}
    `) as unknown as TypedDocumentString<RegisterIntegrationMutation, RegisterIntegrationMutationVariables>;
export const DeleteIntegrationDocument = new TypedDocumentString(`
    mutation DeleteIntegration($integrationId: ID!, $clientRequestId: ID, $notify: URL) {
  deleteIntegration(
    integrationId: $integrationId
    clientRequestId: $clientRequestId
    notify: $notify
  ) {
    __typename
    clientRequestId
    integrationId
    alreadySubmitted
    status
    message
  }
}
    `) as unknown as TypedDocumentString<DeleteIntegrationMutation, DeleteIntegrationMutationVariables>;
export const RequestsDocument = new TypedDocumentString(`
    query Requests($first: Int, $after: String, $filter: WrittenRequestsFilter) {
  requests(first: $first, after: $after, filter: $filter) {
    __typename
    edges {
      __typename
      cursor
      node {
        __typename
        id
        ...WrittenRequestFields
      }
    }
    pageInfo {
      __typename
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    fragment WrittenRequestFields on WrittenRequest {
  __typename
  id
  kind
  sentAt
  integrationId
  clientRequestId
  objectType
  objectCount
  writers {
    __typename
    caller
    objectCount
    operationId
  }
  state
  isFinal
  endedAt
  message
  errors {
    __typename
    line
    objectId
    objectType
    description
  }
  totalErrorCount
  totalSuccessCount
  gongRequestId
}`) as unknown as TypedDocumentString<RequestsQuery, RequestsQueryVariables>;
export const RequestDocument = new TypedDocumentString(`
    query Request($clientRequestId: ID!, $integrationId: ID) {
  request(clientRequestId: $clientRequestId, integrationId: $integrationId) {
    __typename
    id
    ...WrittenRequestFields
  }
}
    fragment WrittenRequestFields on WrittenRequest {
  __typename
  id
  kind
  sentAt
  integrationId
  clientRequestId
  objectType
  objectCount
  writers {
    __typename
    caller
    objectCount
    operationId
  }
  state
  isFinal
  endedAt
  message
  errors {
    __typename
    line
    objectId
    objectType
    description
  }
  totalErrorCount
  totalSuccessCount
  gongRequestId
}`) as unknown as TypedDocumentString<RequestQuery, RequestQueryVariables>;
export const RequestsChangedDocument = new TypedDocumentString(`
    subscription RequestsChanged($first: Int, $filter: WrittenRequestsFilter) {
  requestsChanged(first: $first, filter: $filter) {
    __typename
    id
    ...WrittenRequestFields
  }
}
    fragment WrittenRequestFields on WrittenRequest {
  __typename
  id
  kind
  sentAt
  integrationId
  clientRequestId
  objectType
  objectCount
  writers {
    __typename
    caller
    objectCount
    operationId
  }
  state
  isFinal
  endedAt
  message
  errors {
    __typename
    line
    objectId
    objectType
    description
  }
  totalErrorCount
  totalSuccessCount
  gongRequestId
}`) as unknown as TypedDocumentString<RequestsChangedSubscription, RequestsChangedSubscriptionVariables>;
export const AccountDocument = new TypedDocumentString(`
    query Account($id: ID!, $integrationId: ID) {
  account(id: $id, integrationId: $integrationId) {
    __typename
    id
    objectId
    objectType
    url
    modifiedDate
    name
    domains
    fields
  }
}
    `) as unknown as TypedDocumentString<AccountQuery, AccountQueryVariables>;
export const ContactDocument = new TypedDocumentString(`
    query Contact($id: ID!, $integrationId: ID) {
  contact(id: $id, integrationId: $integrationId) {
    __typename
    id
    objectId
    emailAddress
    firstName
    lastName
    title
    phoneNumber
    accountId
    account {
      __typename
      id
      objectId
      name
    }
    fields
  }
}
    `) as unknown as TypedDocumentString<ContactQuery, ContactQueryVariables>;
export const DealDocument = new TypedDocumentString(`
    query Deal($id: ID!, $integrationId: ID) {
  deal(id: $id, integrationId: $integrationId) {
    __typename
    id
    objectId
    name
    accountId
    account {
      __typename
      id
      objectId
      name
    }
    ownerId
    createdDate
    closeDate
    status
    stage
    amount
    fields
  }
}
    `) as unknown as TypedDocumentString<DealQuery, DealQueryVariables>;
export const LeadDocument = new TypedDocumentString(`
    query Lead($id: ID!, $integrationId: ID) {
  lead(id: $id, integrationId: $integrationId) {
    __typename
    id
    objectId
    emailAddress
    firstName
    lastName
    convertedToDeal {
      __typename
      id
      objectId
      name
    }
    convertedToContact {
      __typename
      id
      objectId
      emailAddress
    }
    convertedToAccount {
      __typename
      id
      objectId
      name
    }
    fields
  }
}
    `) as unknown as TypedDocumentString<LeadQuery, LeadQueryVariables>;
export const AccountsDocument = new TypedDocumentString(`
    query Accounts($ids: [ID!]!, $integrationId: ID) {
  accounts(ids: $ids, integrationId: $integrationId) {
    __typename
    id
    objectId
    url
    modifiedDate
    name
    domains
    fields
  }
}
    `) as unknown as TypedDocumentString<AccountsQuery, AccountsQueryVariables>;
export const ContactsDocument = new TypedDocumentString(`
    query Contacts($ids: [ID!]!, $integrationId: ID) {
  contacts(ids: $ids, integrationId: $integrationId) {
    __typename
    id
    objectId
    emailAddress
    firstName
    lastName
    title
    phoneNumber
    accountId
    fields
  }
}
    `) as unknown as TypedDocumentString<ContactsQuery, ContactsQueryVariables>;
export const DealsDocument = new TypedDocumentString(`
    query Deals($ids: [ID!]!, $integrationId: ID) {
  deals(ids: $ids, integrationId: $integrationId) {
    __typename
    id
    objectId
    name
    accountId
    account {
      __typename
      id
      objectId
      name
    }
    ownerId
    createdDate
    closeDate
    status
    stage
    amount
    fields
  }
}
    `) as unknown as TypedDocumentString<DealsQuery, DealsQueryVariables>;
export const LeadsDocument = new TypedDocumentString(`
    query Leads($ids: [ID!]!, $integrationId: ID) {
  leads(ids: $ids, integrationId: $integrationId) {
    __typename
    id
    objectId
    emailAddress
    firstName
    lastName
    title
    phoneNumber
    convertedToDealId
    convertedToContactId
    convertedToAccountId
    fields
  }
}
    `) as unknown as TypedDocumentString<LeadsQuery, LeadsQueryVariables>;
export const CrmObjectsDocument = new TypedDocumentString(`
    query CrmObjects($objectType: SchemaObjectType!, $ids: [ID!]!, $integrationId: ID) {
  crmObjects(objectType: $objectType, ids: $ids, integrationId: $integrationId) {
    __typename
    id
    objectId
    objectType
    fields
  }
}
    `) as unknown as TypedDocumentString<CrmObjectsQuery, CrmObjectsQueryVariables>;
export const DealsWithAccountsDocument = new TypedDocumentString(`
    query DealsWithAccounts($ids: [ID!]!, $integrationId: ID) {
  deals(ids: $ids, integrationId: $integrationId) {
    __typename
    id
    objectId
    name
    status
    stage
    amount
    closeDate
    account {
      __typename
      id
      objectId
      name
      domains
    }
  }
}
    `) as unknown as TypedDocumentString<DealsWithAccountsQuery, DealsWithAccountsQueryVariables>;
export const ReferenceDocument = new TypedDocumentString(`
    query Reference($objectType: SchemaObjectType!, $ids: [ID!]!, $field: String!) {
  crmObjects(objectType: $objectType, ids: $ids) {
    __typename
    id
    objectId
    field(name: $field)
    reference(field: $field) {
      __typename
      id
      objectId
      objectType
    }
  }
}
    `) as unknown as TypedDocumentString<ReferenceQuery, ReferenceQueryVariables>;
export const RequestStatusDocument = new TypedDocumentString(`
    query RequestStatus($clientRequestId: ID!, $integrationId: ID) {
  requestStatus(clientRequestId: $clientRequestId, integrationId: $integrationId) {
    __typename
    clientRequestId
    integrationId
    status
    isFinal
    errors {
      __typename
      line
      objectId
      objectType
      description
    }
    totalErrorCount
    totalSuccessCount
  }
}
    `) as unknown as TypedDocumentString<RequestStatusQuery, RequestStatusQueryVariables>;
export const SchemaFieldsDocument = new TypedDocumentString(`
    query SchemaFields($objectType: SchemaObjectType, $integrationId: ID) {
  schemaFields(objectType: $objectType, integrationId: $integrationId) {
    __typename
    objectType
    fields {
      __typename
      uniqueName
      label
      type
      lastModified
      referenceTo
      orderedValueList
      isCustom
    }
  }
}
    `) as unknown as TypedDocumentString<SchemaFieldsQuery, SchemaFieldsQueryVariables>;
export const PushSchemaDocument = new TypedDocumentString(`
    mutation PushSchema($input: PushSchemaInput!) {
  pushSchema(input: $input) {
    __typename
    integrationId
    objectType
    pushed
    losesData
    plan {
      __typename
      name
      kind
      from
      to
      properties
    }
    warnings {
      __typename
      name
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PushSchemaMutation, PushSchemaMutationVariables>;
export const RequestStatusChangedDocument = new TypedDocumentString(`
    subscription RequestStatusChanged($clientRequestId: ID!, $integrationId: ID) {
  requestStatusChanged(
    clientRequestId: $clientRequestId
    integrationId: $integrationId
  ) {
    __typename
    clientRequestId
    integrationId
    status
    isFinal
    errors {
      __typename
      line
      objectId
      objectType
      description
    }
    totalErrorCount
    totalSuccessCount
  }
}
    `) as unknown as TypedDocumentString<RequestStatusChangedSubscription, RequestStatusChangedSubscriptionVariables>;
export const RequestStatusesChangedDocument = new TypedDocumentString(`
    subscription RequestStatusesChanged($clientRequestIds: [ID!]!, $integrationId: ID) {
  requestStatusesChanged(
    clientRequestIds: $clientRequestIds
    integrationId: $integrationId
  ) {
    __typename
    clientRequestId
    integrationId
    status
    isFinal
    errors {
      __typename
      line
      objectId
      objectType
      description
    }
    totalErrorCount
    totalSuccessCount
  }
}
    `) as unknown as TypedDocumentString<RequestStatusesChangedSubscription, RequestStatusesChangedSubscriptionVariables>;
export const UploadProgressDocument = new TypedDocumentString(`
    subscription UploadProgress($uploadId: ID!) {
  uploadProgress(uploadId: $uploadId) {
    __typename
    uploadId
    phase
    bytesReceived
    linesChecked
    errors
    partsSent
    parts
  }
}
    `) as unknown as TypedDocumentString<UploadProgressSubscription, UploadProgressSubscriptionVariables>;
export const UploadStagesDocument = new TypedDocumentString(`
    mutation UploadStages($stages: [StageInput!]!, $integrationId: ID, $clientRequestId: ID, $notify: URL) {
  uploadStages(
    stages: $stages
    integrationId: $integrationId
    clientRequestId: $clientRequestId
    notify: $notify
  ) {
    __typename
    ...UploadOutcome
  }
}
    fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadStagesMutation, UploadStagesMutationVariables>;
export const UploadBusinessUsersDocument = new TypedDocumentString(`
    mutation UploadBusinessUsers($businessUsers: [BusinessUserInput!]!, $integrationId: ID, $clientRequestId: ID, $notify: URL) {
  uploadBusinessUsers(
    businessUsers: $businessUsers
    integrationId: $integrationId
    clientRequestId: $clientRequestId
    notify: $notify
  ) {
    __typename
    ...UploadOutcome
  }
}
    fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadBusinessUsersMutation, UploadBusinessUsersMutationVariables>;
export const UploadAccountsDocument = new TypedDocumentString(`
    mutation UploadAccounts($accounts: [AccountInput!]!, $integrationId: ID, $clientRequestId: ID, $notify: URL) {
  uploadAccounts(
    accounts: $accounts
    integrationId: $integrationId
    clientRequestId: $clientRequestId
    notify: $notify
  ) {
    __typename
    ...UploadOutcome
  }
}
    fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadAccountsMutation, UploadAccountsMutationVariables>;
export const UploadContactsDocument = new TypedDocumentString(`
    mutation UploadContacts($contacts: [ContactInput!]!, $integrationId: ID, $clientRequestId: ID, $notify: URL) {
  uploadContacts(
    contacts: $contacts
    integrationId: $integrationId
    clientRequestId: $clientRequestId
    notify: $notify
  ) {
    __typename
    ...UploadOutcome
  }
}
    fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadContactsMutation, UploadContactsMutationVariables>;
export const UploadLeadsDocument = new TypedDocumentString(`
    mutation UploadLeads($leads: [LeadInput!]!, $integrationId: ID, $clientRequestId: ID, $notify: URL) {
  uploadLeads(
    leads: $leads
    integrationId: $integrationId
    clientRequestId: $clientRequestId
    notify: $notify
  ) {
    __typename
    ...UploadOutcome
  }
}
    fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadLeadsMutation, UploadLeadsMutationVariables>;
export const UploadDealsDocument = new TypedDocumentString(`
    mutation UploadDeals($deals: [DealInput!]!, $integrationId: ID, $clientRequestId: ID, $notify: URL) {
  uploadDeals(
    deals: $deals
    integrationId: $integrationId
    clientRequestId: $clientRequestId
    notify: $notify
  ) {
    __typename
    ...UploadOutcome
  }
}
    fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadDealsMutation, UploadDealsMutationVariables>;
export const MapUsersDocument = new TypedDocumentString(`
    mutation MapUsers($users: [MappedUserInput!]!, $integrationId: ID, $clientRequestId: ID) {
  mapUsers(
    users: $users
    integrationId: $integrationId
    clientRequestId: $clientRequestId
  ) {
    __typename
    ...UploadOutcome
  }
}
    fragment UploadOutcome on UploadResult {
  __typename
  ... on UploadAccepted {
    clientRequestId
    integrationId
    objectType
    objectCount
    alreadySubmitted
    status
    message
    requests {
      __typename
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
      __typename
      line
      objectId
      field
      code
      message
    }
    warningCount
  }
  ... on UploadRejected {
    objectType
    errorCount
    errors {
      __typename
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<MapUsersMutation, MapUsersMutationVariables>;
export const UploadDealStagesDocument = new TypedDocumentString(`
    mutation UploadDealStages($stages: [DealStageInput!]!, $integrationId: ID) {
  uploadDealStages(stages: $stages, integrationId: $integrationId) {
    __typename
    stageCount
    clientRequestId
    integrationId
    alreadySubmitted
    status
    message
  }
}
    `) as unknown as TypedDocumentString<UploadDealStagesMutation, UploadDealStagesMutationVariables>;