import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

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

describe.skipIf(missing !== undefined)(title, () => {
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
