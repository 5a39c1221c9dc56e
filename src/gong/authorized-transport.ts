import type { Redis } from '../redis.js';
import { authorization, secretsOf } from './errors.js';
import { createMemoryStore, createRedisStore } from './oauth-store.js';
import { createOauthTokens } from './oauth-tokens.js';
import { createTransport, type Transport, type TransportRequest } from './transport.js';
import type { GongClientSettings } from './types.js';

/** A transport that adds the gateway's credentials to every request, and knows what of them must not be shown. */
export interface AuthorizedTransport extends Transport {
  secrets(): readonly string[];
}

export interface AuthorizedTransportDeps {
  readonly redis?: Redis | undefined;
  /** Told of tokens that were not in the settings. */
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
    return {
      send: (request) => transport.send(withAuthorization(request, header)),
      close: () => transport.close(),
      secrets: () => secretsOf(credentials),
    };
  }

  const store = deps.redis === undefined ? createMemoryStore() : createRedisStore(deps.redis, credentials);
  const tokens = createOauthTokens(credentials, store, deps.onSecrets);
  /** Of the addresses that Gong has named: one, but for a customer that moves. */
  const transports = new Map<string, Transport>();

  function transportTo(baseUrl: string): Transport {
    const known = transports.get(baseUrl);
    if (known !== undefined) return known;
    const transport = createTransport({ ...settings, baseUrl });
    transports.set(baseUrl, transport);
    return transport;
  }

  return {
    async send(request) {
      const { accessToken, baseUrl } = await tokens.current();
      const transport = transportTo(baseUrl ?? settings.baseUrl);
      const answer = await transport.send(withAuthorization(request, `Bearer ${accessToken}`));
      if (answer.status === 401) tokens.refused(accessToken);
      return answer;
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
