import type { AuthSettings } from '../auth/authenticator.js';
import type { ApiDialect } from '../crm/dialects.js';
import type { CustomFieldSettings } from '../graphql/settings.js';
import type { Redis } from '../redis/connection.js';
import type { Invalidations } from '../requests/invalidations.js';
import type { WatchBackend } from '../requests/watch-backend.js';
import type { WatchSettings } from '../requests/watcher.js';
import type { Store } from '../store/store.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Tracer } from '../telemetry/tracer.js';
import type { WebhookSettings } from '../webhooks/settings.js';
import type { UploadEngineSettings } from '../writes/engine/types.js';
import type { ProgressBoard } from '../writes/files/progress-board.js';
import type { JournalSettings } from '../writes/journal/settings.js';
import type { WriteMemory } from '../writes/memory.js';
import type { ChangeQueueSettings } from '../writes/queue/queue.js';
import type { UploadLimits } from '../writes/settings.js';
import type { ExposureSettings } from './exposure.js';
import type { Upstream } from './http/health.js';
import type { AllowedHosts } from './http/hosts.js';
import type { AnswerLimits } from './http/settings.js';
import type { SlowSenderLimits } from './http/slow-senders.js';
import type { SlowReaderLimits } from './http/unread-answers.js';
import type { ExecutorSettings } from './operations/executor.js';
import type { OperationLimits } from './operations/limits.js';
import type { TrustedDocuments, TrustedMode } from './operations/trusted-documents.js';
import type { StreamSettings } from './streams/limits.js';

/** What a gateway is started with. It closes what is marked as owned. */
export interface GatewayOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly dialect: ApiDialect;
  /** Reported at `/health`, so that sample data is never loaded into a real Gong. */
  readonly upstream: Upstream;
  /** Whether contacts and leads need a phone number. Applies to the legacy paths. */
  readonly requirePhone: boolean;
  /** GETs need a preflight header, even if a browser says which site has sent them. */
  readonly production: boolean;
  /** Makes the gateway a subgraph of Apollo Federation. */
  readonly federation: boolean;
  /** Who may read the schema, and open the explorers. */
  readonly exposure: ExposureSettings;
  /** Whether to serve the console. */
  readonly console: boolean;
  /** Origins whose pages may call the gateway, besides Apollo's tools where there are explorers. */
  readonly corsOrigins: readonly string[];
  readonly auth: AuthSettings;
  /** Headers that the explorers send until a person changes them. Default: none. */
  readonly explorerHeaders?: Readonly<Record<string, string>> | undefined;
  /** Accepted values of the `Host` header. Default: any. */
  readonly allowedHosts?: AllowedHosts;
  readonly limits: OperationLimits;
  readonly execution: ExecutorSettings;
  readonly customFields: CustomFieldSettings;
  readonly answers: AnswerLimits;
  /** Reviewed operations, and what happens to others. */
  readonly trusted: { readonly trusted: TrustedDocuments | null; readonly mode: TrustedMode };
  readonly uploads: UploadEngineSettings;
  readonly uploadLimits: UploadLimits;
  readonly watch: WatchSettings;
  readonly streams: StreamSettings;
  /** State of watched requests that replicas share. Owned. */
  readonly watchBackend: WatchBackend;
  /** Tells other replicas about writes. Owned. */
  readonly invalidations: Invalidations;
  /** How long schemas and the active integration are cached. 0 disables the cache. */
  readonly cacheTtlMs: number;
  /** How long objects wait for others that can be read with them. 0: not at all. */
  readonly readMergeMs: number;
  /** Where the progress of file uploads is published. Owned. */
  readonly progressBoard: ProgressBoard;
  /** What must outlive a request. Not owned. Default: one in memory, which ends with the process. */
  readonly store?: Store | undefined;
  readonly queue: ChangeQueueSettings;
  readonly journal: JournalSettings;
  readonly webhooks: WebhookSettings;
  /** Before each repeat of a webhook. Default: those of Standard Webhooks. */
  readonly webhookPausesMs?: readonly number[] | undefined;
  /** Past writes that replicas share. Default: this process remembers its own. */
  readonly writeMemory?: WriteMemory | undefined;
  /** Served at `/metrics`. Default: none. */
  readonly metrics?: Metrics | undefined;
  readonly tracer?: Tracer | undefined;
  /** The replicas' Redis, whose state `/ready` reports. */
  readonly redis?: Pick<Redis, 'status'> | undefined;
  /** Default: `SLOW_SENDER_LIMITS`, and for files `uploadLimits`. */
  readonly slowSenders?: SlowSenderLimits;
  /** Default: `SLOW_READER_LIMITS`. */
  readonly slowReaders?: SlowReaderLimits;
}
