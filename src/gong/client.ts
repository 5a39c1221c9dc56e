import { isClientRequestId, isIntegrationId } from '../crm/identifiers.js';
import type { SchemaFieldPush } from '../crm/schema-field.js';
import { GatewayError } from '../errors.js';
import { createCaller } from './caller.js';
import { multipartFile } from './multipart.js';
import type {
  CallOptions,
  DealStage,
  GongClient,
  GongClientDeps,
  GongClientSettings,
  UploadRequest,
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

/** Gong's limit; ids beyond it are dropped without a word (reference, section 3). */
export const MAX_IDS_PER_CALL = 100;

/** Owns connections to Gong: close it. */
export function createGongClient(settings: GongClientSettings, deps: GongClientDeps): GongClient {
  const caller = createCaller(settings, deps);

  return {
    listIntegrations: (options) =>
      caller.call({ operation: 'listIntegrations', options, read: readIntegrations }),

    registerIntegration: ({ name, ownerEmail }, options) =>
      caller.call({
        operation: 'registerIntegration',
        json: { name, ownerEmail },
        options,
        read: readRegistered,
      }),

    deleteIntegration: async (integrationId, clientRequestId, options) =>
      caller.call({
        operation: 'deleteIntegration',
        query: requestQuery(integrationId, clientRequestId),
        options,
        read: readAccepted,
      }),

    listSchema: async (integrationId, objectType, options) => {
      const listing = await caller.call({
        operation: 'listSchema',
        query: { ...integrationQuery(integrationId), ...(objectType === undefined ? {} : { objectType }) },
        options,
        read: (body) =>
          readSchemaListing(body, (oddity) =>
            deps.logger.warn({ operation: 'listSchema', oddity }, 'Gong listed a field in an unknown way'),
          ),
      });
      if (objectType === undefined) return listing;
      const fields = listing.get(objectType);
      return new Map(fields === undefined ? [] : [[objectType, fields]]);
    },

    pushSchema: async (integrationId, objectType, fields, options) =>
      caller.call({
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
      if (ids.length === 0) return new Map();
      return caller.call({
        operation: 'getObjects',
        query: { ...integrationQuery(integrationId), objectType },
        // In the body of a GET, in both dialects: so say Gong's own text and samples.
        json: ids,
        options,
        read: (body) => readObjects(body, ids),
      });
    },

    uploadObjects: async (objectType, request, options) =>
      caller.call({
        operation: 'uploadObjects',
        query: { ...requestQuery(request.integrationId, request.clientRequestId), objectType },
        file: multipartFile(request.file, `${objectType.toLowerCase()}.ldjson`),
        options,
        read: readAccepted,
      }),

    requestStatus: async (integrationId, clientRequestId, options) =>
      caller.call({
        operation: 'requestStatus',
        query: requestQuery(integrationId, clientRequestId),
        options,
        read: readRequestStatus,
      }),

    mapUsers: async (request: UploadRequest, options?: CallOptions) =>
      caller.call({
        operation: 'mapUsers',
        query: requestQuery(request.integrationId, request.clientRequestId),
        file: multipartFile(request.file, 'users.ldjson'),
        options,
        read: readAccepted,
      }),

    uploadStages: async (integrationId: string, stages: readonly DealStage[], options?: CallOptions) =>
      caller.call({
        operation: 'uploadStages',
        query: integrationQuery(integrationId),
        json: stages,
        options,
        read: readAcknowledgement,
      }),

    close: () => caller.close(),
  };
}

// Both identifiers are checked before they enter a URL, from which undici drops CR and LF without a word.

function integrationQuery(integrationId: string): { integrationId: string } {
  if (!isIntegrationId(integrationId)) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      `An integrationId is a 64-bit integer of digits such as 5517027188234206123, got ${JSON.stringify(integrationId.slice(0, 100))}`,
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

/** A listed field has `null` for what it lacks; Gong's documents know properties that are left out. */
function withoutNulls(field: SchemaFieldPush): Record<string, unknown> {
  return Object.fromEntries(Object.entries(field).filter(([, value]) => value != null));
}
