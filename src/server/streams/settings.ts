import { integer, type SettingsOf } from '../../env.js';

/** Limits of WebSockets and event streams (SSE). */
export const STREAM_SETTINGS = {
  /** WebSockets and event streams that may be open at once, those of all callers together. */
  maxConnections: integer('STREAM_MAX_CONNECTIONS', 1_000, [1, 1_000_000]),
  /** WebSockets and event streams of one caller; without authentication, of one network address. */
  maxConnectionsPerCaller: integer('STREAM_MAX_CONNECTIONS_PER_CALLER', 10, [1, 1_000_000]),
  /**
   * WebSockets of one network address that have not sent `connection_init` yet. All addresses together may have half of
   * STREAM_MAX_CONNECTIONS.
   */
  maxGreetingsPerAddress: integer('STREAM_MAX_GREETINGS_PER_ADDRESS', 50, [1, 1_000_000]),
  /** Operations that may run at once on one WebSocket. */
  maxOperationsPerSocket: integer('STREAM_MAX_OPERATIONS_PER_SOCKET', 20, [1, 10_000]),
  /** Time for a new WebSocket to send `connection_init`; after that it is closed. */
  initTimeoutMs: integer('STREAM_INIT_TIMEOUT_MS', 3_000, [10, 600_000], 'ms'),
  /** Interval between two pings, so that proxies keep the connection. A client that misses one is disconnected. */
  pingMs: integer('STREAM_PING_MS', 12_000, [10, 600_000], 'ms'),
  /** Largest WebSocket message that a client may send. */
  maxMessageBytes: integer('STREAM_MAX_MESSAGE_BYTES', 65_536, [1_024, 16_777_216], 'bytes'),
  /** Data that may wait for one client. A client that reads more slowly than that is disconnected. */
  maxPendingBytes: integer('STREAM_MAX_PENDING_BYTES', 1_048_576, [1_024, 1_073_741_824], 'bytes'),
  /**
   * Number of your own proxies in front of the gateway that add to `X-Forwarded-For`. Callers are told apart by the
   * address that the outermost of them saw. With 0 the header is ignored.
   */
  proxyHops: integer('TRUSTED_PROXY_HOPS', 0, [0, 10]),
};

export type StreamSettings = SettingsOf<typeof STREAM_SETTINGS>;
