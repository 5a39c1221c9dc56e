/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** An account to create, to replace or to delete. */
export type AccountInput = {
  /** Custom fields by their `uniqueName`, each with a value of its type in the schema; null is a value. An integer beyond ±(2^53 - 1) is a string of its digits, as it is read, and a fraction of a second is cut off. A field that the schema does not have is a warning: Gong stores it and never shows it. */
  customFields?: Record<string, unknown> | null | undefined;
  /** Internet domains of the account, by which Gong finds its e-mails and calls. */
  domains?: Array<string> | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: string;
  /** The account’s name. Left out, it is `Account_#` and the object ID. */
  name?: string | null | undefined;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. An object that Gong has under this ID is replaced. Other characters are a warning; the legacy API sets no such limits. */
  objectId: string;
  /** Where to see the object in the CRM. */
  url?: string | null | undefined;
};

/** A user of the CRM, to be matched by e-mail address to a user of Gong. Deleting one ends the match. */
export type BusinessUserInput = {
  /** The user’s e-mail address at Gong. Mandatory unless the user is deleted. */
  emailAddress?: string | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: string;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. An object that Gong has under this ID is replaced. Other characters are a warning; the legacy API sets no such limits. */
  objectId: string;
  /** Where to see the object in the CRM. */
  url?: string | null | undefined;
};

/** A contact to create, to replace or to delete. */
export type ContactInput = {
  /** The object ID of the person’s account, which must have been uploaded before. Mandatory for Gong’s legacy API unless the object is deleted. */
  accountId?: string | null | undefined;
  /** Custom fields by their `uniqueName`, each with a value of its type in the schema; null is a value. An integer beyond ±(2^53 - 1) is a string of its digits, as it is read, and a fraction of a second is cut off. A field that the schema does not have is a warning: Gong stores it and never shows it. */
  customFields?: Record<string, unknown> | null | undefined;
  /** The main e-mail address. Mandatory for Gong’s legacy API unless the object is deleted. */
  emailAddress?: string | null | undefined;
  /** The first name. Mandatory for Gong’s legacy API unless the object is deleted. */
  firstName?: string | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** The last name. Mandatory for Gong’s legacy API unless the object is deleted. */
  lastName?: string | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: string;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. An object that Gong has under this ID is replaced. Other characters are a warning; the legacy API sets no such limits. */
  objectId: string;
  /** The main phone number. Gong’s legacy API demands it of companies that import dialer calls. */
  phoneNumber?: string | null | undefined;
  /** The title at work. */
  title?: string | null | undefined;
  /** Where to see the object in the CRM. */
  url?: string | null | undefined;
};

/** A deal to create, to replace or to delete. */
export type DealInput = {
  /** The deal’s account, which must have been uploaded before. Without it Gong does not show the deal. Mandatory for Gong’s legacy API unless the object is deleted. */
  accountId?: string | null | undefined;
  /** What it is worth, in the company’s currency. Left out, it is 0. An integer beyond ±(2^53 - 1) is refused, for a Float would round it: only files can hold it. */
  amount?: number | null | undefined;
  /** The day on which it is, or was, to close. Without it the deal is not on the deal board. Mandatory for Gong’s legacy API unless the object is deleted. */
  closeDate?: string | null | undefined;
  /** When the deal was created. Mandatory for Gong’s legacy API unless the object is deleted. */
  createdDate?: string | null | undefined;
  /** Custom fields by their `uniqueName`, each with a value of its type in the schema; null is a value. An integer beyond ±(2^53 - 1) is a string of its digits, as it is read, and a fraction of a second is cut off. A field that the schema does not have is a warning: Gong stores it and never shows it. */
  customFields?: Record<string, unknown> | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /**
   * Whether the deal is still open. Where `status` is given, too, they must agree.
   * @deprecated Gong replaced it. Use `status`.
   */
  isOpen?: boolean | null | undefined;
  /**
   * Whether a closed deal was won. Where `status` is given, too, they must agree.
   * @deprecated Gong replaced it. Use `status`.
   */
  isWon?: boolean | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: string;
  /** The deal’s name. Left out, it is `Deal_#` and the object ID. */
  name?: string | null | undefined;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. An object that Gong has under this ID is replaced. Other characters are a warning; the legacy API sets no such limits. */
  objectId: string;
  /** The CRM user who owns the deal: Gong shows it once that user is uploaded. Without it the deal is not on the deal board. Mandatory for Gong’s legacy API unless the object is deleted. */
  ownerId?: string | null | undefined;
  /** The object ID of a stage, which must have been uploaded before. Mandatory for Gong’s legacy API unless the object is deleted. */
  stage?: string | null | undefined;
  /** Whether the deal is decided, and how. Left out, it is OPEN. The legacy API gets it as `isOpen` and `isWon`. */
  status?: DealStatus | null | undefined;
  /** Where to see the object in the CRM. */
  url?: string | null | undefined;
};

/** A stage of the sales process, in the form of the deprecated call. */
export type DealStageInput = {
  /** The name by which deals refer to the stage. For Gong’s current API it becomes the object ID. */
  internalName: string;
  /** Whether the CRM still uses the stage. */
  isActive: boolean;
  /** The stage’s name for people. */
  name: string;
  /** Its place in the sales process, from 1. */
  sortOrder: number;
};

/** Whether a deal is decided, and how. */
export type DealStatus =
  /** Closed, and lost. */
  | 'LOST'
  /** Not decided yet. */
  | 'OPEN'
  /** Closed, and won. */
  | 'WON';

/** The type of a schema field. It decides which JSON values the field takes. */
export type FieldType =
  /** `true` or `false`. */
  | 'BOOLEAN'
  /** A number. The currency itself is set in Gong, one for the whole company. */
  | 'CURRENCY'
  /** A day as a string, e.g. `"2020-05-31"`. */
  | 'DATE'
  /** A moment as a string without milliseconds, e.g. `"2020-12-17T07:37:21+02:00"`. The typed uploads cut them off. */
  | 'DATETIME'
  /** An e-mail address as a string. */
  | 'EMAILADDRESS'
  /** The ID of an object, as a string. */
  | 'ID'
  /** A number. The typed uploads take an integer beyond ±(2^53 - 1) as a string of its digits, as it is read. */
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

/** A lead to create, to replace or to delete. */
export type LeadInput = {
  /** The account that the lead became. */
  convertedToAccountId?: string | null | undefined;
  /** The contact that the lead became. */
  convertedToContactId?: string | null | undefined;
  /** The deal that the lead became. */
  convertedToDealId?: string | null | undefined;
  /** Custom fields by their `uniqueName`, each with a value of its type in the schema; null is a value. An integer beyond ±(2^53 - 1) is a string of its digits, as it is read, and a fraction of a second is cut off. A field that the schema does not have is a warning: Gong stores it and never shows it. */
  customFields?: Record<string, unknown> | null | undefined;
  /** The main e-mail address. Mandatory for Gong’s legacy API unless the object is deleted. */
  emailAddress?: string | null | undefined;
  /** The first name. Mandatory for Gong’s legacy API unless the object is deleted. */
  firstName?: string | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** The last name. Mandatory for Gong’s legacy API unless the object is deleted. */
  lastName?: string | null | undefined;
  /** When the object was last changed in the CRM. */
  modifiedDate: string;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. An object that Gong has under this ID is replaced. Other characters are a warning; the legacy API sets no such limits. */
  objectId: string;
  /** The main phone number. Gong’s legacy API demands it of companies that import dialer calls. */
  phoneNumber?: string | null | undefined;
  /** The title at work. */
  title?: string | null | undefined;
  /** Where to see the object in the CRM. */
  url?: string | null | undefined;
};

/** A user of the CRM, in the form of the deprecated call. */
export type MappedUserInput = {
  /** The user’s ID in the CRM. */
  crmUserId: string;
  /** The user’s e-mail address at Gong. Mandatory unless it is deleted. */
  emailAddress?: string | null | undefined;
  /** Deletes the user’s mapping. */
  isDeleted?: boolean | null | undefined;
};

/** Whether a problem keeps a line from being sent. */
export type ProblemSeverity =
  /** The line breaks a rule. */
  | 'ERROR'
  /** The line is sent: the gateway mends it (order, repeated objects), Gong does not read it (unknown and former fields), or Gong takes the object and does not show it everywhere. */
  | 'WARNING';

/** How a schema push treats fields it does not name. */
export type PushMode =
  /** The fields given are the complete list: one that exists and is not named is an error. */
  | 'FULL'
  /** Custom fields that are not named stay as they are. */
  | 'MERGE';

/** Custom fields for the schema of one object type. */
export type PushSchemaInput = {
  /** Must be true for a push that retypes or deletes fields: Gong then deletes their values for good. */
  allowDataLoss?: boolean;
  /** Only plan: show what would change, and change nothing. */
  dryRun?: boolean;
  /** The custom fields. Gong’s own fields need not be repeated. */
  fields: Array<SchemaFieldInput>;
  /** The integration that is meant. Left out, it is the one that is active: a company has at most one. */
  integrationId?: string | null | undefined;
  /** What happens to custom fields not named here. */
  mode?: PushMode;
  /** The type of objects whose schema it is. */
  objectType: SchemaObjectType;
};

/** What a REFERENCE field may point at. */
export type ReferenceTarget =
  /** The object ID of an account. */
  | 'ACCOUNT'
  /** The object ID of a contact. */
  | 'CONTACT'
  /** The object ID of a deal. */
  | 'DEAL'
  /** The object ID of a lead. */
  | 'LEAD'
  /** The object ID of a CRM user. Users can be referred to, but Gong does not give them back. */
  | 'USER';

/** A CRM to be registered with Gong. */
export type RegisterIntegrationInput = {
  /** A name for the CRM, shown in Gong. */
  name: string;
  /** The e-mail address of the person responsible for the integration. */
  ownerEmail: string;
};

/** How far Gong has come with an asynchronous request. */
export type RequestState =
  /** Every object was parsed and stored. Deals may take up to an hour more until Gong shows them. */
  | 'DONE'
  /** Some objects could not be parsed (the others are stored), or nothing could be. */
  | 'FAILED'
  /** Being processed. */
  | 'IN_PROGRESS'
  /** Received, not begun. */
  | 'PENDING';

/** What a schema push does to a custom field. */
export type SchemaChangeKind =
  /** The field is new. */
  | 'ADDED'
  /** Another label, value list or reference target. Values are kept. */
  | 'CHANGED'
  /** The field goes, with its values in every object. */
  | 'DELETED'
  /** The field exists and the push does not name it: kept in MERGE mode, an error in FULL mode. */
  | 'LEFT_OUT'
  /** Another type. Gong deletes the field’s values from every object. */
  | 'RETYPED'
  /** The field stays as it is. */
  | 'UNCHANGED';

/** A custom field to add, to change or to delete. */
export type SchemaFieldInput = {
  /** Deletes the field and its values in every object. */
  isDeleted?: boolean | null | undefined;
  /** The field’s name for people. Mandatory unless it is deleted. */
  label?: string | null | undefined;
  /** When the field was last changed in the CRM. */
  lastModified?: string | null | undefined;
  /** The values to choose from. Mandatory for a PICKLIST. */
  orderedValueList?: Array<string> | null | undefined;
  /** What the field points at. Mandatory for a REFERENCE. */
  referenceTo?: ReferenceTarget | null | undefined;
  /** Which values the field takes. Mandatory unless it is deleted. */
  type?: FieldType | null | undefined;
  /** The field’s name in objects. */
  uniqueName: string;
};

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

/** A stage of the sales process. Deleting one makes it inactive. */
export type StageInput = {
  /**
   * The name by which deals refer to the stage over Gong’s legacy API. Left out, it is the object ID there.
   * @deprecated Deals refer to a stage by its object ID. Use `objectId`.
   */
  internalName?: string | null | undefined;
  /** Whether the CRM still uses the stage. Left out, it is true. */
  isActive?: boolean | null | undefined;
  /** Deletes the object in Gong. */
  isDeleted?: boolean | null | undefined;
  /** When the stage was last changed in the CRM. Mandatory for Gong’s legacy API unless the object is deleted. */
  modifiedDate?: string | null | undefined;
  /** The stage’s name for people. Mandatory unless the stage is deleted. */
  name?: string | null | undefined;
  /** The object’s ID in the CRM: at most 64 letters, digits and `-`, or an e-mail address. An object that Gong has under this ID is replaced. Other characters are a warning; the legacy API sets no such limits. */
  objectId: string;
  /** Its place in the sales process, from 1. Left out, it is 1. */
  sortOrder?: number | null | undefined;
  /** Where to see the object in the CRM. */
  url?: string | null | undefined;
};

/** A file to check and to send. */
export type UploadFileInput = {
  /** An ID for this upload, unique in the integration: at most 120 letters, digits, `-` and `_`, not ending like `--p2` or `--r2`. What was sent under it is never sent again under it. Left out, it is made from the content: then the same file is sent again, unless nothing else was written since and Gong has not failed it. */
  clientRequestId?: string | null | undefined;
  /** A file of JSON objects, one a line (LDJSON, JSON Lines), plain or gzip, sent as the GraphQL multipart request specification says. Any size up to the gateway’s limit: what is over Gong’s 200 MB is split. */
  file: Blob;
  /** The integration that is meant. Left out, it is the one that is active: a company has at most one. */
  integrationId?: string | null | undefined;
  /** The type of all objects in the file. */
  objectType: UploadObjectType;
  /** A name of your own for this upload, to follow it with the subscription `uploadProgress`: at most 128 letters, digits, `-` and `_`. */
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
  /** A stage of the sales process, which deals then name. */
  | 'STAGE';

/** How far a file upload has come. */
export type UploadPhase =
  /** Gong has received all of it. The end. */
  | 'ACCEPTED'
  /** The upload ended with an error, or Gong failed it before and it was not sent again. The end. */
  | 'FAILED'
  /** The file is arriving and being checked. */
  | 'RECEIVING'
  /** The file has errors and nothing was sent. The end. */
  | 'REJECTED'
  /** The file is good and its parts are being sent to Gong. */
  | 'SENDING';

/** A file to check. */
export type ValidateFileInput = {
  /** A file of JSON objects, one a line (LDJSON, JSON Lines), plain or gzip, sent as the GraphQL multipart request specification says. Any size up to the gateway’s limit: what is over Gong’s 200 MB is split. */
  file: Blob;
  /** The integration that is meant. Left out, it is the one that is active: a company has at most one. */
  integrationId?: string | null | undefined;
  /** The type of all objects in the file. */
  objectType: UploadObjectType;
};

/** What happens to a file with errors. */
export type ValidationMode =
  /** Any error and nothing is sent. */
  | 'ENFORCE'
  /** The bytes are sent as they are, unread. Gong says what is wrong, 20 errors at a time. */
  | 'OFF'
  /** The good lines are sent; the others are in the report. */
  | 'SKIP_INVALID';

export type FileReportFragment = { bytes: number, lines: number, blankLines: number, objects: number, validObjects: number, errorCount: number, warningCount: number, sorted: boolean, countsByCode: Array<{ code: string, count: number }>, problems: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string, severity: ProblemSeverity }> };

export type UploadFileMutationVariables = Exact<{
  input: UploadFileInput;
}>;


export type UploadFileMutation = { uploadFile:
    | { __typename: 'UploadAccepted', linesKept: boolean | null, clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, report: { bytes: number, lines: number, blankLines: number, objects: number, validObjects: number, errorCount: number, warningCount: number, sorted: boolean, countsByCode: Array<{ code: string, count: number }>, problems: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string, severity: ProblemSeverity }> } | null, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, report: { bytes: number, lines: number, blankLines: number, objects: number, validObjects: number, errorCount: number, warningCount: number, sorted: boolean, countsByCode: Array<{ code: string, count: number }>, problems: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string, severity: ProblemSeverity }> } | null, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
   | null };

export type ValidateFileMutationVariables = Exact<{
  input: ValidateFileInput;
}>;


export type ValidateFileMutation = { validateFile: { bytes: number, lines: number, blankLines: number, objects: number, validObjects: number, errorCount: number, warningCount: number, sorted: boolean, countsByCode: Array<{ code: string, count: number }>, problems: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string, severity: ProblemSeverity }> } | null };

export type IntegrationsQueryVariables = Exact<{ [key: string]: never; }>;


export type IntegrationsQuery = { integrations: Array<{ id: string, name: string, ownerEmail: string } | null> | null };

export type IntegrationQueryVariables = Exact<{
  id?: string | null | undefined;
}>;


export type IntegrationQuery = { integration: { id: string, name: string, ownerEmail: string } | null };

export type RegisterIntegrationMutationVariables = Exact<{
  input: RegisterIntegrationInput;
}>;


export type RegisterIntegrationMutation = { registerIntegration: { id: string, name: string, ownerEmail: string } | null };

export type DeleteIntegrationMutationVariables = Exact<{
  integrationId: string;
  clientRequestId?: string | null | undefined;
}>;


export type DeleteIntegrationMutation = { deleteIntegration: { clientRequestId: string, integrationId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null } | null };

export type AccountQueryVariables = Exact<{
  id: string;
  integrationId?: string | null | undefined;
}>;


export type AccountQuery = { account: { objectId: string, objectType: SchemaObjectType, url: string | null, modifiedDate: string | null, name: string | null, domains: Array<string> | null, fields: Record<string, unknown> } | null };

export type ContactQueryVariables = Exact<{
  id: string;
  integrationId?: string | null | undefined;
}>;


export type ContactQuery = { contact: { objectId: string, emailAddress: string | null, firstName: string | null, lastName: string | null, title: string | null, phoneNumber: string | null, accountId: string | null, fields: Record<string, unknown>, account: { objectId: string, name: string | null } | null } | null };

export type DealQueryVariables = Exact<{
  id: string;
  integrationId?: string | null | undefined;
}>;


export type DealQuery = { deal: { objectId: string, name: string | null, accountId: string | null, ownerId: string | null, createdDate: string | null, closeDate: string | null, status: DealStatus | null, stage: string | null, amount: number | null, fields: Record<string, unknown>, account: { objectId: string, name: string | null } | null } | null };

export type LeadQueryVariables = Exact<{
  id: string;
  integrationId?: string | null | undefined;
}>;


export type LeadQuery = { lead: { objectId: string, emailAddress: string | null, firstName: string | null, lastName: string | null, fields: Record<string, unknown>, convertedToDeal: { objectId: string, name: string | null } | null, convertedToContact: { objectId: string, emailAddress: string | null } | null, convertedToAccount: { objectId: string, name: string | null } | null } | null };

export type CrmObjectsQueryVariables = Exact<{
  objectType: SchemaObjectType;
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type CrmObjectsQuery = { crmObjects: Array<
    | { objectId: string, objectType: SchemaObjectType, fields: Record<string, unknown> }
    | { objectId: string, objectType: SchemaObjectType, fields: Record<string, unknown> }
    | { objectId: string, objectType: SchemaObjectType, fields: Record<string, unknown> }
    | { objectId: string, objectType: SchemaObjectType, fields: Record<string, unknown> }
   | null> | null };

export type DealsWithAccountsQueryVariables = Exact<{
  ids: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type DealsWithAccountsQuery = { crmObjects: Array<
    | { objectId: string }
    | { objectId: string }
    | { name: string | null, status: DealStatus | null, stage: string | null, amount: number | null, closeDate: string | null, objectId: string, account: { objectId: string, name: string | null, domains: Array<string> | null } | null }
    | { objectId: string }
   | null> | null };

export type ReferenceQueryVariables = Exact<{
  objectType: SchemaObjectType;
  ids: Array<string> | string;
  field: string;
}>;


export type ReferenceQuery = { crmObjects: Array<
    | { objectId: string, field: unknown, reference:
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
       | null }
    | { objectId: string, field: unknown, reference:
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
       | null }
    | { objectId: string, field: unknown, reference:
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
       | null }
    | { objectId: string, field: unknown, reference:
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
        | { objectId: string, objectType: SchemaObjectType }
       | null }
   | null> | null };

export type RequestStatusQueryVariables = Exact<{
  clientRequestId: string;
  integrationId?: string | null | undefined;
}>;


export type RequestStatusQuery = { requestStatus: { clientRequestId: string, integrationId: string, status: RequestState, isFinal: boolean, totalErrorCount: number | null, totalSuccessCount: number | null, errors: Array<{ line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> } | null };

export type SchemaFieldsQueryVariables = Exact<{
  objectType?: SchemaObjectType | null | undefined;
  integrationId?: string | null | undefined;
}>;


export type SchemaFieldsQuery = { schemaFields: Array<{ objectType: SchemaObjectType, fields: Array<{ uniqueName: string, label: string, type: FieldType, lastModified: string | null, referenceTo: ReferenceTarget | null, orderedValueList: Array<string> | null, isCustom: boolean } | null> }> | null };

export type PushSchemaMutationVariables = Exact<{
  input: PushSchemaInput;
}>;


export type PushSchemaMutation = { pushSchema: { integrationId: string, objectType: SchemaObjectType, pushed: boolean, losesData: boolean, plan: Array<{ name: string, kind: SchemaChangeKind, from: FieldType | null, to: FieldType | null, properties: Array<string> }>, warnings: Array<{ name: string, code: string, message: string }> } | null };

export type RequestStatusChangedSubscriptionVariables = Exact<{
  clientRequestId: string;
  integrationId?: string | null | undefined;
}>;


export type RequestStatusChangedSubscription = { requestStatusChanged: { clientRequestId: string, integrationId: string, status: RequestState, isFinal: boolean, totalErrorCount: number | null, totalSuccessCount: number | null, errors: Array<{ line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> } };

export type RequestStatusesChangedSubscriptionVariables = Exact<{
  clientRequestIds: Array<string> | string;
  integrationId?: string | null | undefined;
}>;


export type RequestStatusesChangedSubscription = { requestStatusesChanged: { clientRequestId: string, integrationId: string, status: RequestState, isFinal: boolean, totalErrorCount: number | null, totalSuccessCount: number | null, errors: Array<{ line: number, objectId: string | null, objectType: UploadObjectType | null, description: string }> } };

export type UploadProgressSubscriptionVariables = Exact<{
  uploadId: string;
}>;


export type UploadProgressSubscription = { uploadProgress: { uploadId: string, phase: UploadPhase, bytesReceived: number, linesChecked: number, errors: number, partsSent: number, parts: number | null } };

type UploadOutcome_UploadAccepted_Fragment = { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> };

type UploadOutcome_UploadRejected_Fragment = { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> };

export type UploadOutcomeFragment =
  | UploadOutcome_UploadAccepted_Fragment
  | UploadOutcome_UploadRejected_Fragment
;

export type UploadStagesMutationVariables = Exact<{
  stages: Array<StageInput> | StageInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
}>;


export type UploadStagesMutation = { uploadStages:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
   | null };

export type UploadBusinessUsersMutationVariables = Exact<{
  businessUsers: Array<BusinessUserInput> | BusinessUserInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
}>;


export type UploadBusinessUsersMutation = { uploadBusinessUsers:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
   | null };

export type UploadAccountsMutationVariables = Exact<{
  accounts: Array<AccountInput> | AccountInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
}>;


export type UploadAccountsMutation = { uploadAccounts:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
   | null };

export type UploadContactsMutationVariables = Exact<{
  contacts: Array<ContactInput> | ContactInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
}>;


export type UploadContactsMutation = { uploadContacts:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
   | null };

export type UploadLeadsMutationVariables = Exact<{
  leads: Array<LeadInput> | LeadInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
}>;


export type UploadLeadsMutation = { uploadLeads:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
   | null };

export type UploadDealsMutationVariables = Exact<{
  deals: Array<DealInput> | DealInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
}>;


export type UploadDealsMutation = { uploadDeals:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
   | null };

export type MapUsersMutationVariables = Exact<{
  users: Array<MappedUserInput> | MappedUserInput;
  integrationId?: string | null | undefined;
  clientRequestId?: string | null | undefined;
}>;


export type MapUsersMutation = { mapUsers:
    | { __typename: 'UploadAccepted', clientRequestId: string, integrationId: string, objectType: UploadObjectType, objectCount: number, alreadySubmitted: boolean, status: RequestState | null, message: string | null, warningCount: number, requests: Array<{ clientRequestId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null }>, warnings: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
    | { __typename: 'UploadRejected', objectType: UploadObjectType, errorCount: number, errors: Array<{ line: number, objectId: string | null, field: string | null, code: string, message: string }> }
   | null };

export type UploadDealStagesMutationVariables = Exact<{
  stages: Array<DealStageInput> | DealStageInput;
  integrationId?: string | null | undefined;
}>;


export type UploadDealStagesMutation = { uploadDealStages: { stageCount: number, clientRequestId: string | null, integrationId: string, alreadySubmitted: boolean, status: RequestState | null, message: string | null } | null };

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
export const FileReportFragmentDoc = new TypedDocumentString(`
    fragment FileReport on UploadReport {
  bytes
  lines
  blankLines
  objects
  validObjects
  errorCount
  warningCount
  countsByCode {
    code
    count
  }
  problems {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
      line
      objectId
      field
      code
      message
    }
  }
}
    `, {"fragmentName":"UploadOutcome"}) as unknown as TypedDocumentString<UploadOutcomeFragment, unknown>;
export const UploadFileDocument = new TypedDocumentString(`
    mutation UploadFile($input: UploadFileInput!) {
  uploadFile(input: $input) {
    ...UploadOutcome
    ... on UploadAccepted {
      linesKept
      report {
        ...FileReport
      }
    }
    ... on UploadRejected {
      report {
        ...FileReport
      }
    }
  }
}
    fragment FileReport on UploadReport {
  bytes
  lines
  blankLines
  objects
  validObjects
  errorCount
  warningCount
  countsByCode {
    code
    count
  }
  problems {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
    ...FileReport
  }
}
    fragment FileReport on UploadReport {
  bytes
  lines
  blankLines
  objects
  validObjects
  errorCount
  warningCount
  countsByCode {
    code
    count
  }
  problems {
    line
    objectId
    field
    code
    message
    severity
  }
  sorted
}`) as unknown as TypedDocumentString<ValidateFileMutation, ValidateFileMutationVariables>;
export const IntegrationsDocument = new TypedDocumentString(`
    query Integrations {
  integrations {
    id
    name
    ownerEmail
  }
}
    `) as unknown as TypedDocumentString<IntegrationsQuery, IntegrationsQueryVariables>;
export const IntegrationDocument = new TypedDocumentString(`
    query Integration($id: ID) {
  integration(id: $id) {
    id
    name
    ownerEmail
  }
}
    `) as unknown as TypedDocumentString<IntegrationQuery, IntegrationQueryVariables>;
export const RegisterIntegrationDocument = new TypedDocumentString(`
    mutation RegisterIntegration($input: RegisterIntegrationInput!) {
  registerIntegration(input: $input) {
    id
    name
    ownerEmail
  }
}
    `) as unknown as TypedDocumentString<RegisterIntegrationMutation, RegisterIntegrationMutationVariables>;
export const DeleteIntegrationDocument = new TypedDocumentString(`
    mutation DeleteIntegration($integrationId: ID!, $clientRequestId: ID) {
  deleteIntegration(
    integrationId: $integrationId
    clientRequestId: $clientRequestId
  ) {
    clientRequestId
    integrationId
    alreadySubmitted
    status
    message
  }
}
    `) as unknown as TypedDocumentString<DeleteIntegrationMutation, DeleteIntegrationMutationVariables>;
export const AccountDocument = new TypedDocumentString(`
    query Account($id: ID!, $integrationId: ID) {
  account(id: $id, integrationId: $integrationId) {
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
    objectId
    emailAddress
    firstName
    lastName
    title
    phoneNumber
    accountId
    account {
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
    objectId
    name
    accountId
    account {
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
    objectId
    emailAddress
    firstName
    lastName
    convertedToDeal {
      objectId
      name
    }
    convertedToContact {
      objectId
      emailAddress
    }
    convertedToAccount {
      objectId
      name
    }
    fields
  }
}
    `) as unknown as TypedDocumentString<LeadQuery, LeadQueryVariables>;
export const CrmObjectsDocument = new TypedDocumentString(`
    query CrmObjects($objectType: SchemaObjectType!, $ids: [ID!]!, $integrationId: ID) {
  crmObjects(objectType: $objectType, ids: $ids, integrationId: $integrationId) {
    objectId
    objectType
    fields
  }
}
    `) as unknown as TypedDocumentString<CrmObjectsQuery, CrmObjectsQueryVariables>;
export const DealsWithAccountsDocument = new TypedDocumentString(`
    query DealsWithAccounts($ids: [ID!]!, $integrationId: ID) {
  crmObjects(objectType: DEAL, ids: $ids, integrationId: $integrationId) {
    objectId
    ... on Deal {
      name
      status
      stage
      amount
      closeDate
      account {
        objectId
        name
        domains
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DealsWithAccountsQuery, DealsWithAccountsQueryVariables>;
export const ReferenceDocument = new TypedDocumentString(`
    query Reference($objectType: SchemaObjectType!, $ids: [ID!]!, $field: String!) {
  crmObjects(objectType: $objectType, ids: $ids) {
    objectId
    field(name: $field)
    reference(field: $field) {
      objectId
      objectType
    }
  }
}
    `) as unknown as TypedDocumentString<ReferenceQuery, ReferenceQueryVariables>;
export const RequestStatusDocument = new TypedDocumentString(`
    query RequestStatus($clientRequestId: ID!, $integrationId: ID) {
  requestStatus(clientRequestId: $clientRequestId, integrationId: $integrationId) {
    clientRequestId
    integrationId
    status
    isFinal
    errors {
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
    objectType
    fields {
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
    integrationId
    objectType
    pushed
    losesData
    plan {
      name
      kind
      from
      to
      properties
    }
    warnings {
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
    clientRequestId
    integrationId
    status
    isFinal
    errors {
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
    clientRequestId
    integrationId
    status
    isFinal
    errors {
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
    mutation UploadStages($stages: [StageInput!]!, $integrationId: ID, $clientRequestId: ID) {
  uploadStages(
    stages: $stages
    integrationId: $integrationId
    clientRequestId: $clientRequestId
  ) {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadStagesMutation, UploadStagesMutationVariables>;
export const UploadBusinessUsersDocument = new TypedDocumentString(`
    mutation UploadBusinessUsers($businessUsers: [BusinessUserInput!]!, $integrationId: ID, $clientRequestId: ID) {
  uploadBusinessUsers(
    businessUsers: $businessUsers
    integrationId: $integrationId
    clientRequestId: $clientRequestId
  ) {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadBusinessUsersMutation, UploadBusinessUsersMutationVariables>;
export const UploadAccountsDocument = new TypedDocumentString(`
    mutation UploadAccounts($accounts: [AccountInput!]!, $integrationId: ID, $clientRequestId: ID) {
  uploadAccounts(
    accounts: $accounts
    integrationId: $integrationId
    clientRequestId: $clientRequestId
  ) {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadAccountsMutation, UploadAccountsMutationVariables>;
export const UploadContactsDocument = new TypedDocumentString(`
    mutation UploadContacts($contacts: [ContactInput!]!, $integrationId: ID, $clientRequestId: ID) {
  uploadContacts(
    contacts: $contacts
    integrationId: $integrationId
    clientRequestId: $clientRequestId
  ) {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadContactsMutation, UploadContactsMutationVariables>;
export const UploadLeadsDocument = new TypedDocumentString(`
    mutation UploadLeads($leads: [LeadInput!]!, $integrationId: ID, $clientRequestId: ID) {
  uploadLeads(
    leads: $leads
    integrationId: $integrationId
    clientRequestId: $clientRequestId
  ) {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
      line
      objectId
      field
      code
      message
    }
  }
}`) as unknown as TypedDocumentString<UploadLeadsMutation, UploadLeadsMutationVariables>;
export const UploadDealsDocument = new TypedDocumentString(`
    mutation UploadDeals($deals: [DealInput!]!, $integrationId: ID, $clientRequestId: ID) {
  uploadDeals(
    deals: $deals
    integrationId: $integrationId
    clientRequestId: $clientRequestId
  ) {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
      clientRequestId
      alreadySubmitted
      status
      message
    }
    warnings {
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
    stageCount
    clientRequestId
    integrationId
    alreadySubmitted
    status
    message
  }
}
    `) as unknown as TypedDocumentString<UploadDealStagesMutation, UploadDealStagesMutationVariables>;