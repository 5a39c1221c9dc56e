import { authorization, secretsOf } from '../../auth/gong-credential.js';
import type { Redis } from '../../redis/connection.js';
import {
  createTransport,
  type Transport,
  type TransportAnswer,
  type TransportRequest,
} from '../transport.js';
import type { GongClientSettings } from '../types.js';
import { createMemoryStore, createRedisStore } from './oauth-store.js';
import { createOauthTokens } from './oauth-tokens.js';

export interface AuthorizedAnswer extends TransportAnswer {
  /** Reports that Gong refused this request's credentials. A token is then renewed before the next request. */
  credentialsRefused(): void;
}

/** A transport that adds the credentials to every request, and knows what of them must not be shown. */
export interface AuthorizedTransport extends Pick<Transport, 'close'> {
  /**
   * As `Transport.send`.
   *
   * @throws GatewayError where a token cannot be renewed; TransportFailure otherwise
   */
  send<T>(request: TransportRequest, read: (answer: AuthorizedAnswer) => T): Promise<T>;
  secrets(): readonly string[];
}

export interface AuthorizedTransportDeps {
  readonly redis?: Redis | undefined;
  /** Called with tokens that were not in the settings. */
  readonly onSecrets?: ((secrets: readonly string[]) => void) | undefined;
}

export function createAuthorizedTransport(
  settings: GongClientSettings,
  deps: AuthorizedTransportDeps,
): AuthorizedTransport {
  const { credentials } = settings;
  if (credentials.kind !== 'oauth') {
    const transport = createTransport(settings);
    const header = authorization(credentials);
    const secrets = secretsOf(credentials);
    return {
      send: (request, read) =>
        transport.send(withAuthorization(request, header), (answer) =>
          read({ ...answer, credentialsRefused: () => undefined }),
        ),
      close: () => transport.close(),
      secrets: () => secrets,
    };
  }

  const store = deps.redis === undefined ? createMemoryStore() : createRedisStore(deps.redis, credentials);
  const tokens = createOauthTokens(credentials, store, deps.onSecrets);
  /** By address. There is more than one only if Gong moves the customer. */
  const transports = new Map<string, Transport>();

  function transportTo(baseUrl: string): Transport {
    const known = transports.get(baseUrl);
    if (known !== undefined) return known;
    const transport = createTransport({ ...settings, baseUrl });
    transports.set(baseUrl, transport);
    return transport;
  }

  return {
    async send(request, read) {
      const { accessToken, baseUrl } = await tokens.current();
      const transport = transportTo(baseUrl ?? settings.baseUrl);
      return transport.send(withAuthorization(request, `Bearer ${accessToken}`), (answer) =>
        read({ ...answer, credentialsRefused: () => tokens.refused(accessToken) }),
      );
    },
    async close() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
    secrets: () => tokens.secrets(),
  };
}

function withAuthorization(request: TransportRequest, authorization: string): TransportRequest {
  return { ...request, headers: { ...request.headers, authorization } };
}
