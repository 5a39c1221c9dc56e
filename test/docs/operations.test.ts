import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { CONFIG_VARIABLES } from '../../src/config.js';
import { EMULATOR_VARIABLES } from '../../src/emulator/settings.js';
import { ERROR_KINDS } from '../../src/errors.js';
import { createMetrics } from '../../src/telemetry/metrics.js';
import { exampleSettings } from '../start/deployed.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/operations.md');

/** The rows of the tables under a heading, cell by cell. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(/(?<!\\) \| /));
}
const inCode = (cell: string | undefined) =>
  [...(cell ?? '').matchAll(/`([^`]*)`/g)].map(([, text = '']) => text);

const metrics = createMetrics({ processMetrics: false }).describe();
const METRIC_NAMES = metrics.map(({ name }) => name).toSorted();

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}
const alerts: Rule[] = parse(read('deploy/alerts.yaml')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);

/** Names in PromQL of metrics of ours, without what histograms add to theirs. */
function metricsIn(expression: string): string[] {
  const names = expression.match(/\b(gateway|process|nodejs)_[a-z0-9_]+/g) ?? [];
  return names.map((name) => (METRIC_NAMES.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, '')));
}

async function knownMetrics(): Promise<Set<string>> {
  const text = await createMetrics({ processMetrics: true }).text();
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
}

describe('docs/operations.md', () => {
  test('has the tables of settings that npm run codegen writes, and so has .env.example', () => {
    const script = new URL('../../scripts/settings.mjs', import.meta.url).pathname;
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
  });

  test('has every setting of both programs with its default, and no other', () => {
    const rows = rowsUnder('Settings');
    expect(rows.map(([name]) => inCode(name)[0]).toSorted()).toEqual(
      [...CONFIG_VARIABLES, ...EMULATOR_VARIABLES].toSorted(),
    );
    const defaults = exampleSettings();
    for (const [name, value, unit, meaning] of rows) {
      const [setting = ''] = inCode(name);
      expect(inCode(value)[0] ?? '', setting).toBe(defaults[setting]);
      if (setting.endsWith('_MS')) expect(unit, setting).toBe('ms');
      if (setting.endsWith('_BYTES')) expect(unit, setting).toBe('bytes');
      expect(meaning?.length, setting).toBeGreaterThan(10);
    }
  });

  test('has every metric with its labels, and no other', () => {
    const described = rowsUnder('Metrics').map(([name, labels]) => ({
      name: inCode(name)[0],
      labels: inCode(labels),
    }));
    expect(described).toEqual(metrics.map(({ name, labels }) => ({ name, labels: [...labels] })));
  });

  test('has every error code with its status, whether it may be repeated and what to do, and no other', () => {
    const kinds = { ...ERROR_KINDS, INTERNAL_SERVER_ERROR: { httpStatus: 500, retryable: false } };
    const rows = rowsUnder('Error codes');
    expect(rows.map(([code, status, again]) => [inCode(code)[0], Number(status), again === 'yes'])).toEqual(
      Object.entries(kinds).map(([code, { httpStatus, retryable }]) => [code, httpStatus, retryable]),
    );
    for (const row of rows)
      expect(
        row.slice(3).every((cell) => cell.length > 5),
        row[0],
      ).toBe(true);
  });

  test('says of every alert what it means and what to do, and of no other', () => {
    const section = page.split(/^## When an alert fires$/m)[1] ?? '';
    const entries = section
      .split(/^### /m)
      .slice(1)
      .map((entry) => entry.trim().split(/\n\n/));
    expect(entries.map(([name]) => name)).toEqual(alerts.map(({ alert }) => alert));
    for (const entry of entries) expect(entry, entry[0]).toHaveLength(3);
  });
});

describe('compose.yaml', () => {
  const { services, configs } = parse(read('compose.yaml'));

  test('has replicas whose settings exist and agree with how many they are', () => {
    const { environment, deploy } = services.gateway;
    for (const name of Object.keys(environment)) expect(CONFIG_VARIABLES, name).toContain(name);
    expect(environment.REPLICAS).toBe(deploy.replicas);
  });

  test('has a Redis that writes to a volume what it is told, and deletes nothing when it is full', () => {
    const { command, volumes } = services.redis;
    const line = command.join(' ');
    for (const setting of ['--appendonly yes', '--maxmemory-policy noeviction'])
      expect(line).toContain(setting);
    expect(volumes).toEqual(['redis:/data']);
  });

  test('has a proxy that passes files and events as they come, and waits as long as an upload may take', () => {
    const lines: string[] = configs.nginx.content.split('\n').map((line: string) => line.trim());
    const passing = ['proxy_buffering off;', 'proxy_request_buffering off;', 'client_max_body_size 0;'];
    for (const line of passing) expect(lines).toContain(line);
    const longest = Number(exampleSettings().GONG_UPLOAD_TIMEOUT_MS) / 1_000;
    const seconds = (name: string) =>
      Number(new RegExp(`^${name} (\\d+)s;$`, 'm').exec(lines.join('\n'))?.[1]);
    expect(seconds('proxy_read_timeout')).toBeGreaterThanOrEqual(longest);
    expect(seconds('proxy_send_timeout')).toBeGreaterThanOrEqual(longest);
    // Its callers' addresses are believed only as far as the proxy says them.
    expect(lines.filter((line) => line.includes('X-Forwarded-For'))).toHaveLength(1);
    expect(services.gateway.environment.TRUSTED_PROXY_HOPS).toBe(1);
  });
});

describe('deploy/', () => {
  test('has alerts over metrics that exist, each with a severity and a summary', async () => {
    const known = await knownMetrics();
    expect(alerts.length).toBeGreaterThanOrEqual(10);
    for (const { alert, expr, labels, annotations } of alerts) {
      for (const name of metricsIn(expr)) expect(known.has(name), `${alert}: ${name}`).toBe(true);
      expect(metricsIn(expr).length > 0 || expr.startsWith('up{'), alert).toBe(true);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary.length).toBeGreaterThan(10);
    }
  });

  test('has a dashboard that shows every metric of ours, and none that does not exist', async () => {
    const { panels } = JSON.parse(read('deploy/grafana-dashboard.json')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const shown = new Set(panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr))));
    const known = await knownMetrics();
    for (const name of shown) expect(known.has(name), name).toBe(true);
    expect([...shown].filter((name) => name.startsWith('gateway_')).toSorted()).toEqual(METRIC_NAMES);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });

  test('has a deployment of three replicas with probes, limits, secrets and nothing to write to but a volume', () => {
    const documents = parseAllDocuments(read('deploy/kubernetes.yaml')).map((document) => document.toJS());
    expect(documents.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
    const { spec } = documents[0];
    expect(spec.replicas).toBe(3);
    const pod = spec.template.spec;
    const [container] = pod.containers;
    const env: { name: string; value?: string; valueFrom?: unknown }[] = container.env;
    for (const { name } of env) expect(CONFIG_VARIABLES, name).toContain(name);
    const value = (name: string) => env.find((one) => one.name === name)?.value;
    expect(value('REPLICAS')).toBe(String(spec.replicas));
    for (const { name, valueFrom } of env) {
      if (/KEY|SECRET|TOKEN|REDIS_URL/.test(name)) expect(valueFrom, name).toHaveProperty('secretKeyRef');
    }
    expect(container.startupProbe.httpGet.path).toBe('/health');
    expect(container.livenessProbe.httpGet.path).toBe('/health');
    expect(container.readinessProbe.httpGet.path).toBe('/ready');
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    const [mount] = container.volumeMounts;
    expect(value('UPLOAD_SPOOL_DIR')?.startsWith(`${mount.mountPath}/`)).toBe(true);
    expect(pod.volumes[0]).toMatchObject({ name: mount.name, emptyDir: {} });
    expect(container.resources).toMatchObject({
      requests: { memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
    const grace = container.lifecycle.preStop.sleep.seconds + Number(value('SHUTDOWN_GRACE_MS')) / 1_000;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(grace);
  });
});
