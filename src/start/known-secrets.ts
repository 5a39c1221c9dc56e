import { basicToken } from '../auth/gong-credential.js';
import type { Config } from '../config.js';
import type { GongCredentials } from '../gong/types.js';
import { MIN_SECRET_CHARS } from '../secrets.js';
import type { TracingSettings } from '../telemetry/otlp-tracer.js';
import { withoutScheme } from '../telemetry/settings.js';
import type { Upstream } from './upstream.js';

/** What no log line may hold, as far as it is known at start. */
export function knownSecrets(upstream: Upstream, { redis, tracing, webhooks }: Config): string[] {
  return [
    ...('credentials' in upstream ? secretsOf(upstream.credentials) : []),
    ...passwordOf(redis?.url),
    ...headerSecrets(tracing),
    ...(webhooks.secrets ?? []).flatMap((secret) => [secret, secret.replace(/^whsec_/, '')]),
  ];
}

/** The emulator's own key is known to everybody, and hiding it would blank out half the log. */
function secretsOf(credentials: GongCredentials): string[] {
  if (credentials.kind === 'bearer') return [credentials.token];
  if (credentials.kind === 'oauth') {
    const { clientId, clientSecret, refreshToken } = credentials;
    return [clientSecret, refreshToken, basicToken(clientId, clientSecret)];
  }
  const { accessKey, accessKeySecret } = credentials;
  const encoded = basicToken(accessKey, accessKeySecret);
  return accessKeySecret === 'emulator' ? [encoded] : [accessKeySecret, encoded];
}

function passwordOf(url: string | undefined): string[] {
  const password = url === undefined ? '' : new URL(url).password;
  return password === '' ? [] : [password, decodeURIComponent(password)];
}

/** A collector's token, with its scheme and without. What is shorter is no credential: settings refuse such. */
function headerSecrets(tracing: TracingSettings | null): string[] {
  return Object.values(tracing?.headers ?? {})
    .flatMap((value) => [value, withoutScheme(value)])
    .filter((value) => value.length >= MIN_SECRET_CHARS);
}
