import type { GongCall, GongClient } from '../gong/types.js';

/** Whether Gong takes a tenant's credentials, as far as its answers have told. */
export interface Admission {
  accepted(): boolean;
  /**
   * Asks Gong where it is not known yet. Before the gateway's own means are spent on somebody: its disk, its threads.
   *
   * @param integrationId into which a file is to be sent, where that is so
   * @throws GatewayError as a call of Gong does
   */
  prove(integrationId?: string): Promise<void>;
  /** Calls back once Gong has taken them; gives a function that no longer waits for it. */
  onAccepted(callback: () => void): () => void;
}

const nothing = () => undefined;

/** Of the gateway's own credentials, on whose behalf nobody is a stranger. */
export const ADMITTED: Admission = Object.freeze({
  accepted: () => true,
  prove: async () => undefined,
  onAccepted(callback: () => void) {
    callback();
    return nothing;
  },
});

/** Nobody has sent a request under it, or it does not matter. */
const PROBE_ID = 'gateway-asks-whether-it-may';

/** Learns from every call that is made with the credentials. */
export function createAdmission(
  gong: () => Pick<GongClient, 'listIntegrations' | 'requestStatus'>,
): Admission & { heard(call: Pick<GongCall, 'status' | 'code' | 'missingScope'>): void } {
  let accepted = false;
  let proving: Promise<void> | undefined;
  const waiting = new Set<() => void>();

  async function ask(integrationId: string | undefined): Promise<void> {
    try {
      if (integrationId === undefined) await gong().listIntegrations();
      // In the scope of uploads: a token may have that one alone.
      else await gong().requestStatus(integrationId, PROBE_ID);
    } catch (error) {
      // To be refused a scope, or told that there is no such thing, is to be known.
      if (!accepted) throw error;
    } finally {
      proving = undefined;
    }
  }

  return {
    accepted: () => accepted,
    async prove(integrationId) {
      if (accepted) return;
      proving ??= ask(integrationId);
      await proving;
    },
    onAccepted(callback) {
      if (accepted) {
        callback();
        return nothing;
      }
      waiting.add(callback);
      return () => void waiting.delete(callback);
    },
    heard({ status, code, missingScope }) {
      if (code === 'UPSTREAM_UNAUTHENTICATED') accepted = false;
      else if (missingScope !== undefined || code === 'NOT_FOUND' || (status !== null && status < 300))
        accepted = true;
      if (!accepted) return;
      for (const callback of waiting) callback();
      waiting.clear();
    },
  };
}
