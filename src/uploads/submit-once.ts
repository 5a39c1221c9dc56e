import { GatewayError } from '../errors.js';

export interface RequestName {
  readonly integrationId: string;
  readonly clientRequestId: string;
}

export interface SubmittedRequest extends RequestName {
  /** Gong had this request already; it was not sent a second time. */
  readonly alreadySubmitted: boolean;
}

/**
 * Sends a request under its name. Gong accepts a name once: its 409 means that this very request arrived before,
 * and the caller gets what the first caller got (reference, section 2).
 */
export async function submitOnce(
  name: RequestName,
  send: (name: RequestName) => Promise<void>,
): Promise<SubmittedRequest> {
  try {
    await send(name);
    return { ...name, alreadySubmitted: false };
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'CONFLICT')
      return { ...name, alreadySubmitted: true };
    throw error;
  }
}
