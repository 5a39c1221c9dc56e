import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const documents = parseAllDocuments(readFileSync(`${ROOT}deploy/kubernetes.yaml`, 'utf8')).map((document) =>
  document.toJS(),
);
const [deployment, service, budget] = documents;

/** Where each kind is, of Kubernetes' own API as types. */
const MODULES: Readonly<Record<string, string>> = {
  Deployment: 'kubernetes-types/apps/v1',
  Service: 'kubernetes-types/core/v1',
  PodDisruptionBudget: 'kubernetes-types/policy/v1',
};

/** What the compiler says to these objects written down as constants of their types: a name that no type has is told. */
function problemsOf(objects: readonly { readonly kind: string }[]): string[] {
  const source = objects
    .map((object, index) => {
      const { kind } = object;
      return `export const object${index}: import('${MODULES[kind]}').${kind} = ${JSON.stringify(object, null, 1)};`;
    })
    .join('\n');
  const fileName = `${ROOT}test/deploy/manifest.ts`;
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    types: [],
    lib: ['lib.es5.d.ts'],
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === fileName || fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === fileName
      ? ts.createSourceFile(path, source, ts.ScriptTarget.ES2023)
      : getSourceFile(path, ...rest);
  const program = ts.createProgram([fileName], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('deploy/kubernetes.yaml', () => {
  test('is what the API of Kubernetes takes, without a name that it does not know', () => {
    expect(documents.map(({ kind }) => kind)).toEqual(Object.keys(MODULES));
    expect(problemsOf(documents)).toEqual([]);
  });

  test.each<[string, (copy: typeof deployment) => void, string]>([
    [
      'a misspelt probe',
      (copy) => {
        copy.spec.template.spec.containers[0].readinesProbe = {};
      },
      'readinesProbe',
    ],
    [
      'a number as text',
      (copy) => {
        copy.spec.replicas = '3';
      },
      'number',
    ],
  ])('would not be with %s', (_what, spoil, told) => {
    const copy = structuredClone(deployment);
    spoil(copy);
    expect(problemsOf([copy]).join()).toContain(told);
  });

  test('has a service, a disruption budget and a spread that mean its pods', () => {
    const { labels } = deployment.spec.template.metadata;
    const selectors = [
      deployment.spec.selector.matchLabels,
      service.spec.selector,
      budget.spec.selector.matchLabels,
      ...deployment.spec.template.spec.topologySpreadConstraints.map(
        (spread: { labelSelector: { matchLabels: object } }) => spread.labelSelector.matchLabels,
      ),
    ];
    expect(selectors).toHaveLength(4);
    for (const selector of selectors) expect(labels).toMatchObject(selector);
    // One may leave at a time, so the others stay.
    expect(budget.spec.maxUnavailable).toBeLessThan(deployment.spec.replicas);
    const [container] = deployment.spec.template.spec.containers;
    const ports = container.ports.map(({ name }: { name: string }) => name);
    const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
    const named = [service.spec.ports[0].targetPort, ...probes.map(({ httpGet }) => httpGet.port)];
    expect(named).toEqual(named.map(() => ports[0]));
  });

  test('gives its container no more than it needs', () => {
    const pod = deployment.spec.template.spec;
    const [container] = pod.containers;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
    expect(container.securityContext).toEqual({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    const gibibytes = (text: string) => Number(/^(\d+)Gi$/.exec(text)?.[1]);
    const limit = gibibytes(container.resources.limits['ephemeral-storage']);
    expect(gibibytes(pod.volumes[0].emptyDir.sizeLimit)).toBeLessThan(limit);
    // A tick of the liveness probe must not end a gateway that is only busy.
    const { periodSeconds, failureThreshold } = container.livenessProbe;
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(30);
  });
});
