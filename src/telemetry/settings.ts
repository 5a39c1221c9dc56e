import { z } from 'zod';
import { flag, parsedBy, type SettingsOf, setting } from '../env.js';
import { MIN_SECRET_CHARS } from '../secrets.js';
import type { TracingSettings } from './otlp-tracer.js';

const HEADERS_NEEDED =
  'headers such as authorization=Bearer%20a-token,x-team=crm: values in URL encoding, ' +
  `and credentials of at least ${MIN_SECRET_CHARS} characters`;
const ATTRIBUTES_NEEDED =
  'attributes such as deployment.environment.name=staging,service.namespace=crm: keys and values in URL encoding, of at ' +
  'most 255 characters';
const SERVICE_NAME = 'gong-crm-graphql';
/** Names of headers that carry credentials. */
const SECRET_HEADER = /auth|cookie|key|password|secret|token/;

const COLLECTOR_URL = z
  .string()
  .refine(isHttpUrl, 'an address such as http://127.0.0.1:4318, without user, query or fragment');
const NAME = z.string().regex(/^[\x20-\x7e]{1,100}$/, 'up to 100 printable ASCII characters');
const FRACTION = z
  .string()
  .regex(/^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$/, 'a part from 0 to 1, e.g. 0.1')
  .transform(Number);

/** Those of OpenTelemetry keep its names. */
export const TELEMETRY_SETTINGS = {
  /** Whether `/metrics` serves metrics in Prometheus's format, to everybody who can reach the gateway. */
  metrics: flag('METRICS', true),
  /**
   * Where traces are sent: a collector that accepts OTLP over HTTP, for example http://127.0.0.1:4318. Without this
   * setting there are no traces.
   */
  endpoint: setting('OTEL_EXPORTER_OTLP_ENDPOINT', COLLECTOR_URL),
  /** Headers sent to the collector, separated by commas, for example authorization=Bearer%20your-token */
  headers: setting('OTEL_EXPORTER_OTLP_HEADERS', parsedBy(parseHeaders, HEADERS_NEEDED), { secret: true }),
  /** Name of this service in traces. Without this setting, `service.name` of OTEL_RESOURCE_ATTRIBUTES or gong-crm-graphql. */
  serviceName: setting('OTEL_SERVICE_NAME', NAME),
  /**
   * Further attributes of this service in traces, keys and values in URL encoding, for example
   * deployment.environment.name=staging,service.namespace=crm. They can replace `service.version`.
   */
  attributes: setting('OTEL_RESOURCE_ATTRIBUTES', parsedBy(parseAttributes, ATTRIBUTES_NEEDED)),
  /** Fraction of operations that are traced, from 0 to 1. A caller's own decision, in its `traceparent`, takes precedence. */
  sampledPart: setting('OTEL_TRACES_SAMPLER_ARG', FRACTION, { default: '1' }),
};

/** @returns `null` if there is no collector */
export function tracingSettings(telemetry: SettingsOf<typeof TELEMETRY_SETTINGS>): TracingSettings | null {
  const { endpoint, headers, serviceName, attributes, sampledPart } = telemetry;
  if (endpoint === null) return null;
  return {
    endpoint,
    headers: headers ?? {},
    serviceName: serviceName ?? attributes?.['service.name'] ?? SERVICE_NAME,
    attributes: attributes ?? {},
    sampledPart,
  };
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

/** The credentials of a header, without a scheme such as `Bearer`. */
export function withoutScheme(header: string): string {
  return header.slice(header.indexOf(' ') + 1);
}

/** Pairs in the format of OpenTelemetry, with "," and "=" encoded; `undefined` for anything else. */
function parseAttributes(text: string): Record<string, string> | undefined {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  try {
    const decoded = pairs.map((pair) => pair.split('=').map((part) => decodeURIComponent(part.trim())));
    const isValid = decoded.every(
      (parts) => parts.length === 2 && parts[0] !== '' && parts.every((part) => part.length <= 255),
    );
    return isValid ? Object.fromEntries(decoded) : undefined;
  } catch {
    return undefined;
  }
}

/** Headers in the format of OpenTelemetry; `undefined` for anything else. */
function parseHeaders(text: string): Record<string, string> | undefined {
  const pairs = text.split(',').map((pair) => /^\s*([A-Za-z0-9-]+)\s*=\s*([\x21-\x7e]+?)\s*$/.exec(pair));
  try {
    return Object.fromEntries(
      pairs.map((match) => {
        const [, name = '', value = ''] = match ?? [];
        const decoded = decodeURIComponent(value);
        if (name === '' || !/^[\x20-\x7e]+$/.test(decoded)) throw new TypeError(HEADERS_NEEDED);
        const isShort = withoutScheme(decoded).length < MIN_SECRET_CHARS;
        if (SECRET_HEADER.test(name.toLowerCase()) && isShort) throw new TypeError(HEADERS_NEEDED);
        return [name.toLowerCase(), decoded];
      }),
    );
  } catch {
    return undefined;
  }
}
