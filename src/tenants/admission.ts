import type { GongCall, GongClient } from '../gong/types.js';

/** Whether Gong accepts a tenant's credentials, as far as its answers have shown. */
export interface Admission {
  readonly accepted: () => boolean;
  /**
   * Asks Gong unless it is known. To be called before the gateway spends disk or threads on a caller.
   *
   * @param integrationId where a file goes. Asking about it needs no scope but that of uploads, which may be the only one.
   * @throws GatewayError as a call to Gong does
   */
  readonly prove: (integrationId?: string) => Promise<void>;
  /** Calls back once Gong has accepted the credentials, and returns a function that cancels this. */
  readonly onAccepted: (callback: () => void) => () => void;
}

/** For the gateway's own credentials, which need no proof. */
export const ADMITTED: Admission = Object.freeze({
  accepted: () => true,
  prove: async () => undefined,
  onAccepted(callback: () => void) {
    callback();
    return () => undefined;
  },
});

/** No request has this ID; Gong's answer shows whether it accepts the credentials. */
const PROBE_ID = 'gateway-asks-whether-it-may';

/** `heard` is to be told of every call that is made with the credentials. */
export function createAdmission(
  gong: () => Pick<GongClient, 'listIntegrations' | 'requestStatus'>,
): Admission & { heard(call: Pick<GongCall, 'status' | 'code' | 'missingScope'>): void } {
  let accepted = false;
  let proving: Promise<unknown> | undefined;
  const waiting = new Set<() => void>();

  function ask(integrationId: string | undefined): Promise<unknown> {
    return integrationId === undefined
      ? gong().listIntegrations()
      : gong().requestStatus(integrationId, PROBE_ID);
  }

  return {
    accepted: () => accepted,
    async prove(integrationId) {
      if (accepted) return;
      proving ??= ask(integrationId).finally(() => {
        proving = undefined;
      });
      try {
        await proving;
      } catch (error) {
        // An unknown request and a missing scope are refusals, too, but of credentials that Gong accepts.
        if (!accepted) throw error;
      }
    },
    onAccepted(callback) {
      if (accepted) callback();
      else waiting.add(callback);
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
