import { GatewayError } from '../errors.js';
import { createSharers, type Sharers } from '../gong/sharers.js';
import type { GongClient } from '../gong/types.js';

/** Which integration is meant when a caller names none. */
export interface ActiveIntegration {
  /**
   * @param caller who asks; default: the gateway itself
   * @throws GatewayError NOT_FOUND where no integration is active
   */
  id(caller?: string): Promise<string>;
  /** This gateway has just registered it. */
  became(integrationId: string): void;
  /** It is, or may be, gone: ask Gong again next time. */
  forget(): void;
}

/** After this long another program's registering or deleting is noticed. */
export const ACTIVE_INTEGRATION_TTL_MS = 30_000;

/**
 * Remembers the active integration for a short while, so that leaving `integrationId` out does not cost a call
 * each time. Callers who ask at once share one call; a failure is not remembered.
 */
export function createActiveIntegration(
  gong: GongClient,
  now: () => number = () => performance.now(),
): ActiveIntegration {
  let known: { readonly id: Promise<string>; readonly until: number; readonly sharers?: Sharers } | undefined;

  async function ask(sharers: Sharers): Promise<string> {
    const [first] = await gong.listIntegrations({ sharers });
    if (first !== undefined) return first.integrationId;
    throw new GatewayError(
      'NOT_FOUND',
      'No integration is active: register one with the mutation registerIntegration.',
    );
  }

  return {
    id(caller) {
      if (known !== undefined && known.until > now() && known.sharers?.isRefused !== true) {
        known.sharers?.join({ caller });
        return known.id;
      }
      const sharers = createSharers({ caller });
      const asked = { id: ask(sharers), until: now() + ACTIVE_INTEGRATION_TTL_MS, sharers };
      known = asked;
      asked.id.catch(() => {
        if (known === asked) known = undefined;
      });
      return asked.id;
    },
    became(integrationId) {
      known = { id: Promise.resolve(integrationId), until: now() + ACTIVE_INTEGRATION_TTL_MS };
    },
    forget() {
      known = undefined;
    },
  };
}
