import { readFileSync } from 'node:fs';
import semver from 'semver';
import { describe, expect, test } from 'vitest';

interface Locked {
  readonly version: string;
  readonly engines?: { readonly node?: string };
  readonly dev?: true;
  readonly devOptional?: true;
}

const read = (path: string) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const { engines, dependencies, devDependencies, overrides } = read('package.json');
const { '': _root, ...locked } = read('package-lock.json').packages as Record<string, Locked>;
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('the packages', () => {
  test('run on every Node that "engines" names, so that npm has nothing to warn of', () => {
    const ranges = String(engines.node).split(' || ');
    expect(ranges.length).toBeGreaterThanOrEqual(2);
    for (const range of ranges) {
      const unfit = Object.entries(locked).filter(
        ([, { engines: needed }]) => needed?.node !== undefined && !semver.subset(range, needed.node),
      );
      expect(
        unfit.map(([path, { version, engines: needed }]) => `${path}@${version} needs ${needed?.node}`),
        range,
      ).toEqual([]);
    }
  });

  test('are named by exact versions', () => {
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.length).toBeGreaterThan(40);
    expect(versions.filter(([, version]) => semver.valid(String(version)) === null)).toEqual([]);
  });

  test('that only build GraphiQL, typed documents or tests are not there to run the gateway', () => {
    const production = Object.entries(locked).flatMap(([path, { dev, devOptional }]) =>
      dev || devOptional ? [] : [nameOf(path)],
    );
    expect(production.length).toBeGreaterThan(100);
    const unwanted = production.filter((name) =>
      /graphiql|graphql-(yoga|codegen)$|^@(envelop|graphql-codegen)\//.test(name),
    );
    expect(unwanted).toEqual([]);
  });

  test('are held back only where they are needed at all', () => {
    const names = new Set(Object.keys(locked).map(nameOf));
    expect(Object.keys(overrides).filter((name) => !names.has(name))).toEqual([]);
  });
});
