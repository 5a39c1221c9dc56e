import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startHarness } from '../support/harness.js';
import { startRecorded } from '../writes/files/recorder.js';
import { type Program, startProgram } from './program.js';

interface Sample {
  readonly objectId: string;
  readonly name: string;
  readonly accountId?: string;
  readonly isDeleted?: boolean;
}

function samples(file: string): Sample[] {
  const text = readFileSync(new URL(`../../examples/acme/${file}.ldjson`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sample);
}

/** The demo with a gateway at this URL. */
const runDemo = (url: string, variables: Record<string, string> = {}) =>
  startProgram('examples/demo.js', { GATEWAY_URL: url, ...variables });

/** Nothing listens on port 0. */
const NOWHERE = 'http://127.0.0.1:0';

function expectAllDeals(program: Program): void {
  const accounts = new Map(samples('accounts').map(({ objectId, name }) => [objectId, name]));
  const deals = samples('deals');
  expect(deals.length).toBeGreaterThanOrEqual(5);
  for (const { objectId, name, accountId = '' } of deals) {
    const row = program.stdout.find((line) => line.includes(`  ${objectId}  `) && line.includes(name));
    expect(row, objectId).toContain(accounts.get(accountId));
  }
}

describe('the demo', { timeout: 90_000 }, () => {
  test("starts a gateway if none runs, keeps to Gong's own limits and prints every deal with its account", async () => {
    await using demo = runDemo(NOWHERE);
    expect(await demo.ended, demo.stderr.join('\n')).toEqual({ code: 0, signal: null });
    expect(demo.stdout[0]).toContain('started one at http://127.0.0.1:');
    expectAllDeals(demo);

    const url = /started one at (\S+),/.exec(demo.stdout[0] ?? '')?.[1] ?? '';
    await expect(fetch(`${url}/health`), 'the gateway is stopped with the demo').rejects.toThrow(
      'fetch failed',
    );
  }, 120_000);

  test.each(['current', 'legacy'] as const)(
    'uses a running gateway on the %s paths, and a second run sends everything again and changes nothing else',
    async (dialect) => {
      await using gateway = await startHarness({ gong: { dialect } });
      await using first = runDemo(gateway.url);
      expect(await first.ended, first.stderr.join('\n')).toEqual({ code: 0, signal: null });
      expect(first.stdout[0]).toContain(`using the gateway at ${gateway.url}`);
      expectAllDeals(first);
      expect(first.stdout.filter((line) => line.includes('warning'))).toEqual([]);

      await using second = runDemo(`${gateway.url}/`);
      expect(await second.ended, second.stderr.join('\n')).toEqual({ code: 0, signal: null });
      expect(second.stdout.filter((line) => /uploaded .* again as \S+--r2$/.test(line))).toHaveLength(6);
      expect(second.stdout.filter((line) => line.includes('found unchanged'))).toHaveLength(4);
      expectAllDeals(second);
    },
  );

  test('ends with code 1 and the line errors if an upload fails', async () => {
    // One of the sample leads has no phone number, and the gateway does not know that it is mandatory here.
    await using gateway = await startHarness({
      emulator: { requirePhone: true },
      gong: { dialect: 'legacy' },
    });
    await using demo = runDemo(gateway.url);
    expect(await demo.ended).toEqual({ code: 1, signal: null });
    expect(demo.stderr.join('\n')).toMatch(
      /The demo failed: Gong could not take all of lead-\S+ \(errors: 1\)\n {2}line 3, 63473hjg53h: Mandatory field \[phoneNumber\]/,
    );
  });

  test.each([
    ['Gong has failed an upload', { failed: true }],
    ['Gong has refused one', { failed: false }],
  ])('run again after %s, loads everything, and says what it sends again', async (_what, { failed }) => {
    let isBroken = true;
    const isLead = (url: string) => url.includes('LEAD') || url.includes('clientRequestId=lead-');
    const error = { requestId: 'g', errors: ['not today'] };
    const status = { requestId: 'g', status: 'FAILED', errors: [{ line: 1, description: 'not today' }] };
    await using recorded = await startRecorded(
      {},
      () => undefined,
      ({ method, url }) => {
        if (!isBroken || !isLead(url)) return undefined;
        if (failed && url.includes('/request-status?')) {
          return {
            status: 200,
            body: JSON.stringify({ ...status, totalErrorCount: 1, totalSuccessCount: 2 }),
          };
        }
        if (failed || method !== 'POST' || !url.includes('/entities?')) return undefined;
        return { status: 400, body: JSON.stringify(error) };
      },
    );
    await using first = runDemo(recorded.harness.url);
    expect(await first.ended).toEqual({ code: 1, signal: null });
    expect(first.stderr.join('\n')).toContain('not today');
    isBroken = false;
    await using second = runDemo(recorded.harness.url);
    expect(await second.ended, second.stderr.join('\n')).toEqual({ code: 0, signal: null });
    const uploaded = second.stdout.filter((line) => line.includes(' uploaded '));
    // The files not reached before, and the refused one, are sent for the first time.
    expect(uploaded.map((line) => line.includes(' again as '))).toEqual([
      true,
      true,
      true,
      true,
      failed,
      false,
    ]);
    expectAllDeals(second);
  });

  test('ends with code 1 and a readable error if the gateway refuses', async () => {
    await using gateway = await startHarness({
      gong: { credentials: { kind: 'basic', accessKey: 'nobody', accessKeySecret: 'wrong' } },
    });
    await using demo = runDemo(gateway.url);
    expect(await demo.ended).toEqual({ code: 1, signal: null });
    expect(demo.stderr.join('\n')).toMatch(/The demo failed: UPSTREAM_UNAUTHENTICATED at integrations: /);
  });

  test('refuses a gateway that talks to a real Gong, before anything is sent', async () => {
    await using harness = await startHarness({ gateway: { upstream: 'gong' } });
    await using demo = runDemo(harness.url);
    expect(await demo.ended).toEqual({ code: 1, signal: null });
    expect(demo.stderr.join('\n') + demo.stdout.join('\n')).toContain('sample data must not be loaded');
    expect(harness.calls).toEqual([]);
  });
});

describe('the sample company', () => {
  test('refers only to existing objects and has each file in the order that Gong requires', () => {
    const ids = (file: string) =>
      new Set(
        samples(file)
          .filter(({ isDeleted }) => isDeleted !== true)
          .map(({ objectId }) => objectId),
      );
    const targets: Record<string, Set<string>> = {
      accountId: ids('accounts'),
      convertedToAccountId: ids('accounts'),
      parentAccount: ids('accounts'),
      partner: ids('accounts'),
      convertedToContactId: ids('contacts'),
      primaryContact: ids('contacts'),
      reportsTo: ids('contacts'),
      convertedToDealId: ids('deals'),
      ownerId: ids('business-users'),
      stage: ids('stages'),
    };
    const seen = new Set<string>();
    for (const file of ['stages', 'business-users', 'accounts', 'contacts', 'leads', 'deals']) {
      const objects = samples(file).map((object) => new Map<string, unknown>(Object.entries(object)));
      const dates = objects.map((object) => Date.parse(String(object.get('modifiedDate'))));
      expect(dates, file).toEqual(dates.toSorted((left, right) => left - right));
      for (const object of objects) {
        for (const [field, value] of object) {
          const target = targets[field];
          if (target === undefined) continue;
          seen.add(field);
          expect(target.has(String(value)), `${file} ${object.get('objectId')}: ${field} ${value}`).toBe(
            true,
          );
        }
      }
    }
    expect([...seen].toSorted()).toEqual(Object.keys(targets).toSorted());
  });
});
