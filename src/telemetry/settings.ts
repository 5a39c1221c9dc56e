import { z } from 'zod';
import { flag } from '../env.js';
import { MIN_SECRET_CHARS } from '../secrets.js';
import type { TracingSettings } from './otlp-tracer.js';

const HEADERS_NEEDED =
  'headers such as authorization=Bearer%20a-token,x-team=crm: values in URL encoding, ' +
  `and credentials of at least ${MIN_SECRET_CHARS} characters`;
const ATTRIBUTES_NEEDED =
  'attributes such as deployment.environment.name=staging,service.namespace=crm: keys and values in URL encoding, of at ' +
  'most 255 characters';
const SERVICE_NAME = 'gong-crm-graphql';
/** Of headers that carry credentials. */
const SECRET_HEADER = /auth|cookie|key|password|secret|token/;

/** What a deployment can say about metrics and traces; part of config.ts. OpenTelemetry's keep its own names. */
export const TELEMETRY_VARIABLES = {
  METRICS: flag(true),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .string()
    .refine(isHttpUrl, 'an address such as http://127.0.0.1:4318, without user, query or fragment')
    .optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairList(parseHeaders, HEADERS_NEEDED).default({}),
  OTEL_SERVICE_NAME: z
    .string()
    .regex(/^[\x20-\x7e]{1,100}$/, 'up to 100 printable ASCII characters')
    .optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairList(parseAttributes, ATTRIBUTES_NEEDED).default({}),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$/, 'a part from 0 to 1, e.g. 0.1')
    .transform(Number)
    .default(1),
};

interface Variables {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_HEADERS: Readonly<Record<string, string>>;
  readonly OTEL_SERVICE_NAME?: string | undefined;
  readonly OTEL_RESOURCE_ATTRIBUTES: Readonly<Record<string, string>>;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
}

/** `null`: nobody collects traces. */
export function tracingSettings(variables: Variables): TracingSettings | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_RESOURCE_ATTRIBUTES: attributes } = variables;
  if (endpoint === undefined) return null;
  return {
    endpoint,
    headers: variables.OTEL_EXPORTER_OTLP_HEADERS,
    serviceName: variables.OTEL_SERVICE_NAME ?? attributes['service.name'] ?? SERVICE_NAME,
    attributes,
    sampledPart: variables.OTEL_TRACES_SAMPLER_ARG,
  };
}

/** A text of pairs; `needed` is said where `parse` returns `undefined`. */
function pairList(parse: (text: string) => Record<string, string> | undefined, needed: string) {
  return z.string().transform((text, context) => {
    const found = parse(text);
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: needed });
    return z.NEVER;
  });
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

/** What follows a scheme such as `Bearer`. */
export function withoutScheme(header: string): string {
  return header.slice(header.indexOf(' ') + 1);
}

/** As OpenTelemetry writes them, "," and "=" encoded; `undefined` for anything else. */
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

/** As OpenTelemetry writes them; `undefined` for anything else. */
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
