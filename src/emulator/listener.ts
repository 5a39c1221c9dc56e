import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Authenticate, requireScope } from './auth.js';
import type { Company } from './company.js';
import { type Answer, CallerGoneError, createRequestId, errorAnswer, HttpError, sendAnswer } from './http.js';
import { HANDLERS } from './operations/index.js';
import type { Processor } from './processor.js';
import type { RateLimit } from './rate-limit.js';
import { findRoute, methodsOf, type OperationName } from './routes.js';
import type { EmulatorSettings } from './settings.js';

/** A call that has been answered. */
export interface EmulatorCall {
  readonly operation: OperationName | 'unknown';
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Every ID that a `getObjects` call asked for, including those past the hundredth. */
  readonly objectIds?: readonly string[];
  readonly status: number;
  readonly requestId: string;
  readonly durationMs: number;
}

export interface ListenerOptions {
  readonly settings: EmulatorSettings;
  readonly company: Company;
  readonly processor: Processor;
  readonly authenticate: Authenticate;
  readonly rateLimit: RateLimit;
  readonly onCall: (call: EmulatorCall) => void;
  readonly reportError: (error: unknown, requestId: string) => void;
}

/** @param body WAITS if the caller sends the body only after `100 Continue` */
export type Listener = (request: IncomingMessage, response: ServerResponse, body: 'SENT' | 'WAITS') => void;

/**
 * Answers requests. The checks run in this order: credentials (401), address (403), path (404), method (405), scope
 * (401), rate limits (429), and those of the operation.
 */
export function createListener(options: ListenerOptions): Listener {
  let uploads = 0;
  const nextUpload = () => {
    uploads += 1;
    return uploads;
  };

  return async (request, response, body) => {
    const startedAt = performance.now();
    const requestId = createRequestId();
    const method = request.method ?? '';
    const { path, query } = parseTarget(request.url ?? '');
    const route = findRoute(method, path);
    let objectIds: readonly string[] | undefined;

    const handle = async (): Promise<Answer> => {
      const scopes = options.authenticate(request.headers.authorization);
      requireTrusted(request.socket.remoteAddress, options.settings.trustedAddresses);
      if (route === undefined) throw noRoute(method, path);
      requireScope(scopes, route.scope);
      const retryAfter = options.rateLimit.take();
      if (retryAfter > 0) {
        throw new HttpError(429, ['The limit of API calls is exceeded'], {
          'retry-after': String(retryAfter),
        });
      }
      return HANDLERS[route.operation]({
        ...options,
        dialect: route.dialect,
        query,
        nextUpload,
        noteObjectIds: (ids) => {
          objectIds = ids;
        },
        openBody: () => {
          if (body === 'WAITS') response.writeContinue();
          return request;
        },
      });
    };

    try {
      const answer = await handle().catch((error: unknown) => {
        if (error instanceof HttpError) return errorAnswer(error);
        if (error instanceof CallerGoneError) throw error;
        options.reportError(error, requestId);
        return errorAnswer(new HttpError(500, ['Internal server error']));
      });
      options.onCall({
        operation: route?.operation ?? 'unknown',
        method,
        path,
        query,
        ...(objectIds === undefined ? {} : { objectIds }),
        status: answer.status,
        requestId,
        durationMs: performance.now() - startedAt,
      });
      sendAnswer(request, response, requestId, answer);
    } catch (error) {
      if (!(error instanceof CallerGoneError)) options.reportError(error, requestId);
      response.destroy();
    }
  };
}

/** @throws HttpError 403 for an address that the company does not trust */
function requireTrusted(remoteAddress: string | undefined, trusted: readonly string[] | null): void {
  // A server listening on IPv6 sees IPv4 addresses as ::ffff:127.0.0.1.
  const address = remoteAddress?.replace(/^::ffff:(?=[0-9.]+$)/, '') ?? '';
  if (trusted === null || trusted.includes(address)) return;
  throw new HttpError(403, [`Access denied: calls from the address ${address} are not allowed`]);
}

function noRoute(method: string, path: string): HttpError {
  const methods = methodsOf(path);
  return methods.length === 0
    ? new HttpError(404, [`There is no operation ${method} ${path}`])
    : new HttpError(405, ['Method Not Allowed'], { allow: methods.join(', ') });
}

function parseTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  // Clients send proxies the whole URL.
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const at = local.indexOf('?');
  return at === -1
    ? { path: local, query: new URLSearchParams() }
    : { path: local.slice(0, at), query: new URLSearchParams(local.slice(at + 1)) };
}
