import type { CredentialsMode } from '../auth/authenticator.js';
import { integer } from '../env.js';
import type { PassthroughLimits } from './callers-tenants.js';

/** What a deployment can say about callers' own credentials for Gong; part of config.ts. */
export const PASSTHROUGH_VARIABLES = {
  PASSTHROUGH_MAX_CREDENTIALS: integer({ min: 1, max: 10_000, default: 100 }),
  PASSTHROUGH_IDLE_MS: integer({ min: 10, max: 86_400_000, default: 300_000 }),
};

export interface PassthroughSettings {
  /** `null`: the emulator takes Gong's place. */
  readonly baseUrl: string | null;
  readonly limits: PassthroughLimits;
}

type Variables = { readonly [Name in keyof typeof PASSTHROUGH_VARIABLES]: number } & {
  readonly GONG_CREDENTIALS: CredentialsMode;
  readonly GONG_BASE_URL?: string | undefined;
};

/** `null`: the gateway has credentials of its own. */
export function passthroughSettings(variables: Variables): PassthroughSettings | null {
  if (variables.GONG_CREDENTIALS !== 'passthrough') return null;
  return {
    baseUrl: variables.GONG_BASE_URL ?? null,
    limits: {
      maxCredentials: variables.PASSTHROUGH_MAX_CREDENTIALS,
      idleMs: variables.PASSTHROUGH_IDLE_MS,
    },
  };
}
