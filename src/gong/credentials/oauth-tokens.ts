import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { basicToken } from '../../auth/gong-credential.js';
import { GatewayError } from '../../errors.js';
import { parseJson } from '../../parse-json.js';
import { explainReason, failureReason } from '../failure-reason.js';
import type { OauthCredentials } from '../types.js';
import { isBaseUrl } from './base-url.js';
import type { OauthStore, OauthToken } from './oauth-store.js';

export interface OauthTokens {
  /** @throws GatewayError UPSTREAM_UNAUTHENTICATED, UPSTREAM_UNAVAILABLE, UPSTREAM_INVALID_RESPONSE */
  current(): Promise<OauthToken>;
  /** Reports that Gong refused a token. The next call renews it. */
  refused(accessToken: string): void;
  /** Returns everything that must not be shown. */
  secrets(): readonly string[];
}

/** How long before its expiry a token is renewed, so that no call leaves with a token that expires on the way. */
const MARGIN_MS = 60_000;
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;
/** While another replica renews the token: how often to look for the result, and how many times. */
const LOOK_MS = 100;
const MAX_LOOKS = 150;

const text = z.string().regex(/^[\x21-\x7e]{1,4096}$/);
const Answer = z.object({
  access_token: text,
  refresh_token: text.optional(),
  expires_in: z.coerce.number().int().positive().max(31_536_000),
  api_base_url_for_customer: z
    .string()
    .refine(isBaseUrl)
    .transform((url) => new URL(url).origin)
    .nullish(),
});

/** Renews the token when needed, one renewal at a time, here and among the replicas that share `store`. */
export function createOauthTokens(
  credentials: OauthCredentials,
  store: OauthStore,
  onSecrets: (secrets: readonly string[]) => void = () => undefined,
  now: () => number = Date.now,
): OauthTokens {
  let known: OauthToken | undefined;
  let renewing: Promise<OauthToken> | undefined;
  const refusedTokens = new Set<string>();

  function good(token: OauthToken | undefined): OauthToken | undefined {
    if (token === undefined || refusedTokens.has(token.accessToken)) return undefined;
    return token.expiresAt - MARGIN_MS > now() ? token : undefined;
  }

  function adopt(token: OauthToken): OauthToken {
    known = token;
    onSecrets([token.accessToken, token.refreshToken]);
    return token;
  }

  async function renew(): Promise<OauthToken> {
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const stored = good(await store.read());
      if (stored !== undefined) return adopt(stored);
      const release = await store.lock();
      if (release === undefined) {
        await sleep(LOOK_MS);
        continue;
      }
      try {
        // Another replica may have renewed it before the lock was taken.
        const latest = (await store.read()) ?? known;
        const fresh = good(latest);
        if (fresh !== undefined) return adopt(fresh);
        const token = adopt(await fetchToken(latest?.refreshToken ?? credentials.refreshToken));
        await store.write(token);
        return token;
      } finally {
        await release();
      }
    }
    throw new GatewayError(
      'UPSTREAM_UNAVAILABLE',
      `Another replica has been renewing the token for Gong for ${(LOOK_MS * MAX_LOOKS) / 1_000} s without a result: try again`,
    );
  }

  async function fetchToken(refreshToken: string): Promise<OauthToken> {
    const { status, body } = await post(refreshToken);
    if (status === 400 || status === 401) {
      // The stored refresh token may be older than the one in the settings, which an operator may have replaced.
      if (refreshToken !== credentials.refreshToken) return fetchToken(credentials.refreshToken);
      throw new GatewayError(
        'UPSTREAM_UNAUTHENTICATED',
        `Gong refused to renew the gateway's token (status ${status}): set GONG_OAUTH_REFRESH_TOKEN to a new one`,
      );
    }
    if (status !== 200) {
      throw new GatewayError(
        'UPSTREAM_UNAVAILABLE',
        `Gong did not renew the gateway's token (status ${status})`,
      );
    }
    const answer = Answer.safeParse(body);
    if (!answer.success) {
      const places = answer.error.issues.map(({ path }) => path.join('.')).join(', ');
      throw new GatewayError(
        'UPSTREAM_INVALID_RESPONSE',
        `Gong's answer with a token cannot be used: ${places || 'it is not an object'}`,
      );
    }
    return {
      accessToken: answer.data.access_token,
      refreshToken: answer.data.refresh_token ?? refreshToken,
      baseUrl: answer.data.api_base_url_for_customer ?? null,
      expiresAt: now() + answer.data.expires_in * 1_000,
    };
  }

  async function post(refreshToken: string): Promise<{ status: number; body: unknown }> {
    const { clientId, clientSecret, tokenUrl } = credentials;
    // Not the global dispatcher, which Node's fetch may have set, from another version of undici. Needed once an hour, so
    // it is closed after use.
    const dispatcher = new Agent();
    try {
      const answer = await request(tokenUrl, {
        dispatcher,
        method: 'POST',
        headers: {
          authorization: `Basic ${basicToken(clientId, clientSecret)}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          'accept-encoding': 'identity',
        },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }).toString(),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      let bytes = '';
      for await (const chunk of answer.body) {
        bytes += String(chunk);
        if (bytes.length > MAX_ANSWER_BYTES)
          throw new RangeError(`needed an answer of at most ${MAX_ANSWER_BYTES} bytes`);
      }
      return { status: answer.statusCode, body: parseJson(bytes) };
    } catch (cause) {
      const reason = failureReason(cause);
      const why = reason === undefined ? '' : `: ${explainReason(reason)}`;
      throw new GatewayError('UPSTREAM_UNAVAILABLE', `Gong's token address cannot be reached${why}`, {
        cause,
        ...(reason === undefined ? {} : { details: { reason } }),
      });
    } finally {
      void dispatcher.destroy();
    }
  }

  return {
    current() {
      const usable = good(known);
      if (usable !== undefined) return Promise.resolve(usable);
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
    refused(accessToken) {
      refusedTokens.clear();
      refusedTokens.add(accessToken);
    },
    secrets: () => [
      credentials.clientSecret,
      credentials.refreshToken,
      basicToken(credentials.clientId, credentials.clientSecret),
      ...(known === undefined ? [] : [known.accessToken, known.refreshToken]),
    ],
  };
}
