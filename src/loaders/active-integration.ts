import { GatewayError } from '../errors.js';
import { isFlaw } from '../gong/flaw.js';
import type { SharedReads } from '../gong/shared-reads.js';

/** The integration that is used where a caller names none. */
export interface ActiveIntegration {
  /**
   * @param caller whose turn in the queue a call takes; by default the gateway's own
   * @throws GatewayError NOT_FOUND where no integration is active
   */
  id(caller?: string): Promise<string>;
}

export function createActiveIntegration(reads: Pick<SharedReads, 'knownIntegrations'>): ActiveIntegration {
  return {
    async id(caller) {
      const integrations = await reads.knownIntegrations({ caller });
      const active = integrations.find((integration) => !isFlaw(integration)) ?? integrations[0];
      if (active === undefined) {
        throw new GatewayError(
          'NOT_FOUND',
          'No integration is active: register one with the mutation registerIntegration.',
        );
      }
      if (isFlaw(active)) throw active;
      return active.integrationId;
    },
  };
}
