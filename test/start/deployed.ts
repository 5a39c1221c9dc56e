import { parse, parseAllDocuments } from 'yaml';
import { read, type Variables } from './documented.js';

/* The variables that the program has where it is deployed as the documents show. */

const SAMPLES: Variables = {
  GONG_ACCESS_KEY: 'sample-key',
  GONG_ACCESS_KEY_SECRET: 'sample-secret',
  REDIS_URL: 'redis://redis:6379',
  AUTH_API_KEYS: JSON.stringify([{ name: 'n', sha256: '0'.repeat(64), scopes: ['api:crm:upload'] }]),
};

/** With something of their kind for `…`. */
export function filledIn(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value.includes('…') ? sampleOf(name) : value]),
  );
}

export function sampleOf(name: string): string {
  const sample = SAMPLES[name];
  if (sample === undefined) throw new Error(`needed a sample of ${name}`);
  return sample;
}

/** What `ENV` sets in the last stage. */
export function imageVariables(): Variables {
  const lastStage =
    read('Dockerfile')
      .split(/^FROM /m)
      .at(-1) ?? '';
  const settings = [...lastStage.matchAll(/^ENV (.*)$/gm)].flatMap(([, line = '']) => line.split(' '));
  return Object.fromEntries(settings.map((setting) => setting.split('=') as [string, string]));
}

/** As Docker reads it: quotes and what looks like a comment belong to the value. */
export function dockerEnvFile(text: string): Variables {
  const lines = text.split('\n').filter((line) => line.includes('=') && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** What compose.yaml gives the gateway, told these variables. @throws where it asks for one that is not there */
export function composeVariables(given: Variables): Variables {
  const { environment } = parse(read('compose.yaml')).services.gateway;
  const entries = Object.entries(environment as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, value]) => [name, interpolate(String(value), given)]));
}

function interpolate(text: string, given: Variables): string {
  return text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_all, name: string, kind: string, rest: string) => {
    const value = given[name];
    if (value !== undefined && value !== '') return value;
    if (kind === '?') throw new Error(`${name}: ${rest}`);
    return rest;
  });
}

/** What the manifest gives the container, with its secret made of these. @throws where the secret lacks a key */
export function manifestVariables(secret: Variables): Variables {
  interface Entry {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly key: string } };
  }
  const [deployment] = parseAllDocuments(read('deploy/kubernetes.yaml')).map((document) => document.toJS());
  const [{ env }] = deployment.spec.template.spec.containers;
  return Object.fromEntries(
    (env as readonly Entry[]).map(({ name, value, valueFrom }) => {
      const given = value ?? secret[valueFrom?.secretKeyRef.key ?? ''];
      if (given === undefined) throw new Error(`needed the secret to have ${name}`);
      return [name, given];
    }),
  );
}

/** `.env.example`, the settings that are commented out included. */
export function exampleSettings(): Variables {
  const lines = [...read('.env.example').matchAll(/^#?([A-Z_]+)=(.*)$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name, value]));
}
