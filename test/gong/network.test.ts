import { describe, expect, test } from 'vitest';
import { account, loadAccounts, registerAcme } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';
import { startToxicProxy, type ToxicProxy, type Toxics } from '../support/toxic-proxy.js';

interface Between extends AsyncDisposable {
  readonly harness: Harness;
  readonly proxy: ToxicProxy;
}

/** A whole gateway that reaches its emulator through a simulated network. */
async function startBetween(gong: object = {}): Promise<Between> {
  let upstream = '';
  const proxy = await startToxicProxy(() => upstream);
  const harness = await startHarness({ gong: { baseUrl: proxy.url, timeoutMs: 1_500, ...gong } });
  upstream = harness.emulatorUrl;
  await registerAcme(harness);
  await loadAccounts(harness, [account('a1')]);
  return {
    harness,
    proxy,
    async [Symbol.asyncDispose]() {
      proxy.poison({});
      await proxy[Symbol.asyncDispose]();
      await harness[Symbol.asyncDispose]();
    },
  };
}

const READ = '{ account(id: "a1") { name } }';
const good = { httpStatus: 200, data: { account: { name: 'Account a1' } }, errors: [] };

describe('between gateway and Gong', () => {
  const slow: [string, { up?: Toxics; down?: Toxics }][] = [
    ['latency', { up: { latencyMs: 30 }, down: { latencyMs: 30 } }],
    ['little bandwidth', { down: { bytesPerSecond: 4_000 } }],
    ['bytes that come one by one', { up: { sliceBytes: 1 }, down: { sliceBytes: 1 } }],
    ['three bytes at a time, which splits characters', { down: { sliceBytes: 3, latencyMs: 1 } }],
  ];
  test.each(slow)('%s changes nothing but the time', async (_what, toxics) => {
    await using between = await startBetween({ timeoutMs: 10_000 });
    between.proxy.poison(toxics);
    expect(await between.harness.query(READ)).toMatchObject(good);
  });

  test.each([
    ['a black hole for requests', { up: { blackHoleAfter: 0 } }, 'UPSTREAM_TIMEOUT'],
    ['a black hole for answers', { down: { blackHoleAfter: 0 } }, 'UPSTREAM_TIMEOUT'],
    ['a black hole in the middle of an answer', { down: { blackHoleAfter: 150 } }, 'UPSTREAM_TIMEOUT'],
    ['a reset before an answer', { down: { resetAfter: 0 } }, 'UPSTREAM_UNAVAILABLE'],
    ['a reset in the middle of an answer', { down: { resetAfter: 150 } }, 'UPSTREAM_UNAVAILABLE'],
    ['an end in the middle of an answer', { down: { cutAfter: 150 } }, 'UPSTREAM_UNAVAILABLE'],
  ] as const)(
    '%s is an error within the time, and the next call is answered',
    async (_what, toxics, code) => {
      await using between = await startBetween();
      const { harness, proxy } = between;
      proxy.poison(toxics);
      const begun = performance.now();
      const { errors, data } = await harness.query(READ);
      expect(errors).toMatchObject([{ extensions: { code } }]);
      expect(data).toEqual({ account: null });
      // All attempts and pauses together, and some tolerance for a slow machine.
      expect(performance.now() - begun).toBeLessThan(10_000);
      proxy.poison({});
      expect(await harness.query(READ)).toMatchObject(good);
    },
  );

  test('an upload whose answer is lost is accepted once, and reported as accepted', async () => {
    await using between = await startBetween();
    const { harness, proxy } = between;
    proxy.poison({ down: { resetAfter: 0 } });
    const upload = harness.query(
      'mutation ($accounts: [AccountInput!]!) { uploadAccounts(accounts: $accounts, clientRequestId: "once") { __typename } }',
      { accounts: [account('a2')] },
    );
    while (harness.callsOf('uploadObjects').filter(({ status }) => status === 201).length < 4) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    proxy.poison({});
    const { data, errors } = await upload;
    if (errors.length === 0) expect(data).toEqual({ uploadAccounts: { __typename: 'UploadAccepted' } });
    else expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    const again = await harness.query('{ requestStatus(clientRequestId: "once") { status } }');
    expect(again.errors).toEqual([]);
    expect(harness.callsOf('uploadObjects').filter(({ status }) => status === 201)).toHaveLength(4);
  });
});
