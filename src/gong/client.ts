import { hash } from 'node:crypto';
import { authorization } from '../auth/gong-credential.js';
import { MAX_IDS_PER_CALL } from '../crm/gong-limits.js';
import { isClientRequestId, isIntegrationId } from '../crm/identifiers.js';
import type { SchemaFieldPush } from '../crm/schema-field.js';
import { GatewayError } from '../errors.js';
import type { Ledger } from './budget/ledger.js';
import { createMemoryLedger } from './budget/memory-ledger.js';
import { createSharedLedger } from './budget/shared-ledger.js';
import { createUpstreamCalls } from './calls.js';
import { withoutFlaws } from './flaw.js';
import { multipartFile } from './multipart.js';
import type {
  CallOptions,
  GongClient,
  GongClientDeps,
  GongClientSettings,
  GongCredentials,
} from './types.js';
import {
  readAccepted,
  readAcknowledgement,
  readIntegrations,
  readObjects,
  readRegistered,
  readRequestStatus,
  readSchemaListing,
} from './wire.js';

/**
 * Owns connections to Gong: close it.
 *
 * @param ledger pass that of an earlier client with the same credentials where what that one spent must still count
 */
export function createGongClient(
  settings: GongClientSettings,
  deps: GongClientDeps,
  ledger: Ledger = createLedger(settings, deps),
): GongClient {
  const calls = createUpstreamCalls(settings, deps, ledger);

  /** Gong knows a clientRequestId from the moment it has accepted the request. */
  function fateOf(integrationId: string, clientRequestId: string, options: CallOptions | undefined) {
    return {
      onConflict: { value: undefined },
      find: () =>
        client.requestStatus(integrationId, clientRequestId, withoutPermit(options)).then(
          () => ({ value: undefined }),
          (error: unknown) => {
            if (error instanceof GatewayError && error.code === 'NOT_FOUND') return undefined;
            throw error;
          },
        ),
    };
  }

  const client: GongClient = {
    listIntegrations: (options) =>
      calls.call({ operation: 'listIntegrations', options, read: readIntegrations }),

    registerIntegration: ({ name, ownerEmail }, options) =>
      calls.call({
        operation: 'registerIntegration',
        json: { name, ownerEmail },
        options,
        read: readRegistered,
        fate: {
          async find() {
            const active = withoutFlaws(await client.listIntegrations(withoutPermit(options)));
            const found = active.find((one) => one.name === name && one.ownerEmail === ownerEmail);
            return found === undefined ? undefined : { value: found.integrationId };
          },
        },
      }),

    deleteIntegration: async (integrationId, clientRequestId, options) =>
      calls.call({
        operation: 'deleteIntegration',
        query: requestQuery(integrationId, clientRequestId),
        options,
        read: readAccepted,
        fate: fateOf(integrationId, clientRequestId, options),
      }),

    listSchema: async (integrationId, objectType, options) => {
      const listing = await calls.call({
        operation: 'listSchema',
        query: { ...integrationQuery(integrationId), ...(objectType === undefined ? {} : { objectType }) },
        options,
        read: (body, invalid) =>
          readSchemaListing(body, invalid, (oddity) =>
            deps.logger.warn(
              { operation: 'listSchema', oddity },
              'Gong listed a field that this version does not know',
            ),
          ),
      });
      if (objectType === undefined) return listing;
      const fields = listing.get(objectType);
      return new Map(fields === undefined ? [] : [[objectType, fields]]);
    },

    pushSchema: async (integrationId, objectType, fields, options) =>
      calls.call({
        operation: 'pushSchema',
        query: { ...integrationQuery(integrationId), objectType },
        json: fields.map(withoutNulls),
        options,
        read: readAcknowledgement,
      }),

    getObjects: async (integrationId, objectType, ids, options) => {
      if (ids.length > MAX_IDS_PER_CALL) {
        throw new RangeError(`getObjects takes at most ${MAX_IDS_PER_CALL} ids a call, got ${ids.length}`);
      }
      if (ids.length === 0) return [];
      return calls.call({
        operation: 'getObjects',
        query: { ...integrationQuery(integrationId), objectType },
        // In the body of a GET, in both dialects, as Gong's documentation and samples have it.
        json: ids,
        options,
        read: (body, invalid) => readObjects(body, ids, invalid),
      });
    },

    uploadObjects: async (objectType, request, options) =>
      calls.call({
        operation: 'uploadObjects',
        query: { ...requestQuery(request.integrationId, request.clientRequestId), objectType },
        file: multipartFile(request.file, `${objectType.toLowerCase()}.ldjson`),
        options,
        read: readAccepted,
        fate: fateOf(request.integrationId, request.clientRequestId, options),
      }),

    requestStatus: async (integrationId, clientRequestId, options) =>
      calls.call({
        operation: 'requestStatus',
        query: requestQuery(integrationId, clientRequestId),
        options,
        read: readRequestStatus,
      }),

    mapUsers: async (request, options) =>
      calls.call({
        operation: 'mapUsers',
        query: requestQuery(request.integrationId, request.clientRequestId),
        file: multipartFile(request.file, 'users.ldjson'),
        options,
        read: readAccepted,
        fate: fateOf(request.integrationId, request.clientRequestId, options),
      }),

    uploadDealStages: async (integrationId, stages, options) =>
      calls.call({
        operation: 'uploadDealStages',
        query: integrationQuery(integrationId),
        json: stages,
        options,
        read: readAcknowledgement,
      }),

    reserve: (options) => calls.reserve(options),
    budget: () => calls.budget.state(),
    close: (forget) => calls.close(forget),
  };
  return client;
}

/** For a second call on behalf of the first: a permit is good for one. */
function withoutPermit(options: CallOptions = {}): CallOptions {
  const { permit: _, onAttempt: __, ...rest } = options;
  return rest;
}

function createLedger(settings: GongClientSettings, deps: GongClientDeps): Ledger {
  if (deps.redis === undefined) return createMemoryLedger(settings);
  const { redis, logger } = deps;
  // Gong limits each company, and another address or another key may belong to another company.
  const owner = `${settings.baseUrl}\n${nameOf(settings.credentials)}`;
  const name = hash('sha256', owner, 'base64url').slice(0, 16);
  return createSharedLedger(settings, { redis, logger, name, replicas: settings.replicas });
}

/** Names the credentials by what stays the same when a token is renewed. */
function nameOf(credentials: GongCredentials): string {
  return credentials.kind === 'oauth' ? `oauth ${credentials.clientId}` : authorization(credentials);
}

// Both identifiers are checked before they enter a URL, from which undici silently drops CR and LF.

function integrationQuery(integrationId: string): { integrationId: string } {
  if (!isIntegrationId(integrationId)) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      `An integrationId is a 64-bit integer such as 5517027188234206123, got ${JSON.stringify(integrationId.slice(0, 100))}`,
    );
  }
  return { integrationId };
}

function requestQuery(
  integrationId: string,
  clientRequestId: string,
): { integrationId: string; clientRequestId: string } {
  if (!isClientRequestId(clientRequestId)) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      `A clientRequestId has 1 to 128 letters, digits, "-" and "_", got ${JSON.stringify(clientRequestId.slice(0, 100))}`,
    );
  }
  return { ...integrationQuery(integrationId), clientRequestId };
}

/** A field as listed has `null` for missing properties; Gong documents that a push leaves them out. */
function withoutNulls(field: SchemaFieldPush): Record<string, unknown> {
  return Object.fromEntries(Object.entries(field).filter(([, value]) => value != null));
}
