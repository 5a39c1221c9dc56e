import type { ApiDialect } from '../crm/dialects.js';

export type GatewayUpstream = 'GONG' | 'EMULATOR';
export type GongDialect = 'CURRENT' | 'LEGACY';
export type CheckStatus = 'OK' | 'DEGRADED' | 'FAILED';

/** What the gateway knows of itself, as resolvers ask for it. */
export interface GatewayState {
  readonly version: string;
  readonly upstream: Lowercase<GatewayUpstream>;
  readonly dialect: ApiDialect;
  /** The checks behind `/ready`. Never rejects. */
  check(): Promise<{
    readonly ready: boolean;
    readonly checks: Readonly<
      Record<string, { readonly status: Lowercase<CheckStatus>; readonly reason: string }>
    >;
  }>;
}
