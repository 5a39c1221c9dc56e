import { integer } from '../../env.js';
import type { StreamSettings } from './limits.js';

/** Environment variables for WebSockets and SSE streams; read by config.ts. */
export const STREAM_VARIABLES = {
  STREAM_MAX_CONNECTIONS: integer({ min: 1, max: 1_000_000, default: 1_000 }),
  STREAM_MAX_CONNECTIONS_PER_CALLER: integer({ min: 1, max: 1_000_000, default: 10 }),
  STREAM_MAX_GREETINGS_PER_ADDRESS: integer({ min: 1, max: 1_000_000, default: 50 }),
  STREAM_MAX_OPERATIONS_PER_SOCKET: integer({ min: 1, max: 10_000, default: 20 }),
  STREAM_INIT_TIMEOUT_MS: integer({ min: 10, max: 600_000, default: 3_000 }),
  STREAM_PING_MS: integer({ min: 10, max: 600_000, default: 12_000 }),
  STREAM_MAX_MESSAGE_BYTES: integer({ min: 1_024, max: 16_777_216, default: 65_536 }),
  STREAM_MAX_PENDING_BYTES: integer({ min: 1_024, max: 1_073_741_824, default: 1_048_576 }),
  TRUSTED_PROXY_HOPS: integer({ min: 0, max: 10, default: 0 }),
};

type Variables = { readonly [Name in keyof typeof STREAM_VARIABLES]: number };

export function streamSettings(variables: Variables): StreamSettings {
  return {
    maxConnections: variables.STREAM_MAX_CONNECTIONS,
    maxConnectionsPerCaller: variables.STREAM_MAX_CONNECTIONS_PER_CALLER,
    maxGreetingsPerAddress: variables.STREAM_MAX_GREETINGS_PER_ADDRESS,
    maxOperationsPerSocket: variables.STREAM_MAX_OPERATIONS_PER_SOCKET,
    initTimeoutMs: variables.STREAM_INIT_TIMEOUT_MS,
    pingMs: variables.STREAM_PING_MS,
    maxMessageBytes: variables.STREAM_MAX_MESSAGE_BYTES,
    maxPendingBytes: variables.STREAM_MAX_PENDING_BYTES,
    proxyHops: variables.TRUSTED_PROXY_HOPS,
  };
}
