import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

/** Why rules cannot be judged here; in CI they must be. */
function promtoolMissing(): string | undefined {
  if (spawnSync('promtool', ['--version']).status === 0) return undefined;
  if (process.env.CI !== undefined)
    throw new Error('CI needs promtool on its PATH, so that no test is skipped');
  return 'there is no promtool on the PATH (Debian: in the package prometheus)';
}

const missing = promtoolMissing();
const title = `the alerts, as Prometheus reads them${missing === undefined ? '' : ` (skipped: ${missing})`}`;

interface Group {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

const read = (name: string) => parse(readFileSync(DEPLOY + name, 'utf8'));
const alerts: readonly string[] = read('alerts.yaml').groups.flatMap(
  ({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert),
);

test('the tests of the alerts let each of them fire, and be quiet', () => {
  const cases = (read('alerts.test.yaml').tests as Group[]).flatMap((group) => group.alert_rule_test);
  const named = (quiet: boolean) =>
    cases.filter(({ exp_alerts }) => (exp_alerts.length === 0) === quiet).map(({ alertname }) => alertname);
  expect(alerts.length).toBeGreaterThanOrEqual(10);
  expect(new Set(named(false))).toEqual(new Set(alerts));
  expect(new Set(named(true))).toEqual(new Set(alerts));
});

test('the alerts mean the job that is scraped, which keeps the pods of the manifest', () => {
  const [job, ...more] = read('prometheus.yaml').scrape_configs;
  expect(more).toEqual([]);
  const jobs = readFileSync(`${DEPLOY}alerts.yaml`, 'utf8').match(/job="[^"]*"/g) ?? [];
  expect(new Set(jobs)).toEqual(new Set([`job="${job.job_name}"`]));

  const [{ spec }] = parseAllDocuments(readFileSync(`${DEPLOY}kubernetes.yaml`, 'utf8')).map((one) =>
    one.toJS(),
  );
  const { metadata, spec: pod } = spec.template;
  const kept = job.relabel_configs.filter(({ action }: { action?: string }) => action === 'keep');
  const [port] = pod.containers[0].ports;
  expect(kept).toEqual([
    { source_labels: ['__meta_kubernetes_pod_label_app'], regex: metadata.labels.app, action: 'keep' },
    { source_labels: ['__meta_kubernetes_pod_container_port_name'], regex: port.name, action: 'keep' },
  ]);
  // /metrics and http are what Prometheus assumes.
  expect(job).not.toHaveProperty('metrics_path');
});

describe.skipIf(missing !== undefined)(title, () => {
  test('come with a scrape configuration that Prometheus takes, rules included', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const config = read('prometheus.yaml');
    for (const job of config.scrape_configs) {
      expect(job.kubernetes_sd_configs).toEqual([{ role: 'pod' }]);
      // Debian's promtool is built without Kubernetes.
      delete job.kubernetes_sd_configs;
      job.static_configs = [{ targets: ['127.0.0.1:4000'] }];
    }
    await writeFile(join(folder, 'prometheus.yaml'), stringify(config));
    await copyFile(`${DEPLOY}alerts.yaml`, join(folder, 'alerts.yaml'));
    const output = String(execFileSync('promtool', ['check', 'config', 'prometheus.yaml'], { cwd: folder }));
    await rm(folder, { recursive: true });
    expect(output).toContain('prometheus.yaml is valid prometheus config');
    expect(output).toContain(`SUCCESS: ${alerts.length} rules found`);
  });

  test('are well formed', () => {
    const output = execFileSync('promtool', ['check', 'rules', 'alerts.yaml'], { cwd: DEPLOY });
    expect(String(output)).toContain(`SUCCESS: ${alerts.length} rules found`);
  });

  test('fire where they must, and nowhere else', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'alerts.test.yaml'], {
      cwd: DEPLOY,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  });
});
