import { type CallOptions, type ClientOptions, createConnection } from './connection.js';
import type { TypedDocument } from './document.js';
import { connectionFailed } from './errors.js';
import {
  type FileUploadResult,
  type UploadFileOptions,
  type UploadSource,
  uploadFile,
  type ValidateFileOptions,
  validateFile,
} from './files.js';
import {
  type AccountInput,
  type BusinessUserInput,
  type ContactInput,
  type DealInput,
  type FileReportFragment,
  type LeadInput,
  RequestStatusChangedDocument,
  type RequestStatusChangedSubscription,
  type StageInput,
  UploadAccountsDocument,
  UploadBusinessUsersDocument,
  UploadContactsDocument,
  UploadDealsDocument,
  UploadLeadsDocument,
  type UploadOutcomeFragment,
  UploadStagesDocument,
} from './generated/graphql.js';
import { type Complete, type ExecuteOptions, execute, subscribe } from './operations.js';

export type RequestStatus = RequestStatusChangedSubscription['requestStatusChanged'];

/** Follow it under its `clientRequestId`. */
export type UploadAccepted = Extract<UploadOutcomeFragment, { readonly __typename: 'UploadAccepted' }>;

export interface UploadOptions extends CallOptions {
  /** Default: the active integration. */
  readonly integrationId?: string | undefined;
  /** Default: made from the content. */
  readonly clientRequestId?: string | undefined;
  /** Where the gateway sends a webhook once Gong has finished the upload. */
  readonly notify?: string | undefined;
}

export interface FollowOptions extends CallOptions {
  /** Default: the active integration. */
  readonly integrationId?: string | undefined;
}

type UploadList<Input> = (objects: readonly Input[], options?: UploadOptions) => Promise<UploadAccepted>;

/**
 * A client of the gateway. Every method rejects with a GatewayError, with what the callback of the token throws, or with
 * the reason of an aborted signal.
 */
export interface Client {
  /** Sends a query or a mutation. If any field fails, it rejects; the error has the other fields as `data`. */
  execute<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: ExecuteOptions,
  ): Promise<Complete<Result>>;

  /** Yields the results of a subscription until it completes. Connects once: rejects if the connection is lost. */
  subscribe<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): AsyncGenerator<Result, void, void>;

  /**
   * Yields the current status of an upload or deletion, then each change, until it is DONE or FAILED. Connects again when
   * the connection is lost, e.g. while the gateway restarts, and yields no status twice in a row. Rejects after
   * `attempts` failures without news.
   */
  follow(clientRequestId: string, options?: FollowOptions): AsyncGenerator<RequestStatus, void, void>;

  readonly uploadStages: UploadList<StageInput>;
  readonly uploadBusinessUsers: UploadList<BusinessUserInput>;
  readonly uploadAccounts: UploadList<AccountInput>;
  readonly uploadContacts: UploadList<ContactInput>;
  readonly uploadLeads: UploadList<LeadInput>;
  readonly uploadDeals: UploadList<DealInput>;

  /** Uploads a file of any size over plain HTTP. There is no time limit but that of `fetch`. */
  uploadFile(source: UploadSource, options: UploadFileOptions): Promise<FileUploadResult>;
  /** Checks a file, and sends nothing to Gong. */
  validateFile(source: UploadSource, options: ValidateFileOptions): Promise<FileReportFragment>;
}

/** A connection that held so long has recovered. */
const STABLE_MS = 10_000;

/** @throws TypeError if an option is invalid */
export function createClient(options: ClientOptions): Client {
  const connection = createConnection(options);

  /** Of the documents that upload a list as their variable `name`. */
  function uploads<Name extends string, Input>(
    name: Name,
    document: TypedDocument<Readonly<Record<string, UploadOutcomeFragment | null>>, Record<Name, Input[]>>,
  ): UploadList<Input> {
    return async (objects, { signal, ...names } = {}) => {
      const variables = { [name]: [...objects], ...names } as Record<Name, Input[]>;
      const [outcome] = Object.values(await execute(connection, document, variables, { signal }));
      if (outcome?.__typename === 'UploadAccepted') return outcome;
      throw new Error(`needed an accepted upload or BAD_USER_INPUT, got ${outcome?.__typename}`);
    };
  }

  return {
    execute: (document, variables, given = {}) => execute(connection, document, variables, given),
    subscribe: (document, variables, given = {}) => subscribe(connection, document, variables, given),
    async *follow(clientRequestId, { integrationId, signal } = {}) {
      let seen = '';
      let failures = 0;
      for (;;) {
        const since = Date.now();
        try {
          const variables = { clientRequestId, integrationId };
          for await (const { requestStatusChanged: status } of subscribe(
            connection,
            RequestStatusChangedDocument,
            variables,
            { signal },
          )) {
            const text = JSON.stringify(status);
            if (text === seen) continue;
            seen = text;
            failures = 0;
            yield status;
            if (status.isFinal) return;
          }
          throw connectionFailed(`the event stream ended before ${clientRequestId} was DONE or FAILED`);
        } catch (error) {
          failures = Date.now() - since > STABLE_MS ? 1 : failures + 1;
          await connection.backOff(error, failures, { signal });
        }
      }
    },
    uploadStages: uploads('stages', UploadStagesDocument),
    uploadBusinessUsers: uploads('businessUsers', UploadBusinessUsersDocument),
    uploadAccounts: uploads('accounts', UploadAccountsDocument),
    uploadContacts: uploads('contacts', UploadContactsDocument),
    uploadLeads: uploads('leads', UploadLeadsDocument),
    uploadDeals: uploads('deals', UploadDealsDocument),
    uploadFile: (source, given) => uploadFile(connection, source, given),
    validateFile: (source, given) => validateFile(connection, source, given),
  };
}
