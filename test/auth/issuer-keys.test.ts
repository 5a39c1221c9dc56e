import { jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { createIssuerKeys } from '../../src/auth/issuer-keys.js';
import { type Harness, startHarness } from '../support/harness.js';
import { type Issuer, startIssuer } from './issuer.js';

/* Tokens while their issuer does not answer. */

const MINUTE = 60_000;

/** Keys of an issuer, with a fake clock. */
function keysOf(issuer: Issuer) {
  const clock = { now: 0 };
  const keys = createIssuerKeys({
    url: new URL(issuer.settings.jwksUrl),
    maxAgeMs: 10 * MINUTE,
    staleMs: 60 * MINUTE,
    cooldownMs: MINUTE,
    timeoutMs: 5_000,
    now: () => clock.now,
  });
  const verify = (token: string) =>
    jwtVerify(token, keys.find).then(
      () => 'ok',
      (error: Error & { code?: string }) => error.code ?? error.name,
    );
  return { clock, keys, verify };
}

test('known keys are accepted for staleMs while the issuer is unavailable, with one fetch per cooldown', async () => {
  await using issuer = await startIssuer();
  const { clock, keys, verify } = keysOf(issuer);
  const token = await issuer.token();
  expect(await verify(token)).toBe('ok');
  issuer.isAway = true;

  clock.now = 11 * MINUTE;
  expect(await verify(token)).toBe('ok');
  expect(keys.state()).toEqual({ kind: 'unavailable', keysLastMs: 59 * MINUTE });
  expect(issuer.fetches()).toBe(2);
  for (let count = 0; count < 20; count += 1) expect(await verify(token)).toBe('ok');
  expect(issuer.fetches()).toBe(2);

  clock.now = 69 * MINUTE;
  expect(await verify(token)).toBe('ok');
  clock.now = 70 * MINUTE;
  expect(await verify(token)).not.toBe('ok');
  expect(keys.state()).toEqual({ kind: 'unavailable', keysLastMs: 0 });

  issuer.isAway = false;
  expect(await verify(token)).toBe('ok');
  expect(keys.state()).toEqual({ kind: 'ok' });
});

test('a recovered issuer is noticed within a cooldown, and a withdrawn key is no longer accepted', async () => {
  await using issuer = await startIssuer();
  const { clock, keys, verify } = keysOf(issuer);
  const token = await issuer.token();
  expect(await verify(token)).toBe('ok');
  issuer.isAway = true;
  clock.now = 11 * MINUTE;
  expect(await verify(token)).toBe('ok');
  await issuer.rotate();
  issuer.isAway = false;
  clock.now = 12 * MINUTE;
  // Keys are fetched again without making the caller wait.
  expect(await verify(token)).toBe('ok');
  await expect.poll(() => keys.state()).toEqual({ kind: 'ok' });
  expect(await verify(await issuer.token())).toBe('ok');
  expect(await verify(token)).toBe('ERR_JWKS_NO_MATCHING_KEY');
});

test('made-up key IDs cause at most one fetch per cooldown, whether the issuer answers or not', async () => {
  await using issuer = await startIssuer();
  const { clock, verify } = keysOf(issuer);
  expect(await verify(await issuer.token())).toBe('ok');
  await using other = await startIssuer();
  const foreign = await other.token();
  for (const isAway of [false, true]) {
    issuer.isAway = isAway;
    clock.now += 5 * MINUTE;
    const before = issuer.fetches();
    for (let count = 0; count < 20; count += 1) expect(await verify(foreign)).not.toBe('ok');
    expect(issuer.fetches() - before).toBe(1);
  }
});

test('in the gateway: known keys are accepted, an unknown key is a 503, and /ready is degraded', async () => {
  await using issuer = await startIssuer();
  await using harness = await startHarness({ gateway: { auth: issuer.settings } });
  const status = async (token: string) =>
    (await harness.as({ authorization: `Bearer ${token}` }).query('{ __typename }')).httpStatus;
  const old = await issuer.token();
  expect(await status(old)).toBe(200);
  expect(await issuerCheck(harness)).toMatchObject({ status: 'ok' });

  issuer.isAway = true;
  await issuer.rotate();
  const rotated = await issuer.token();
  expect(await status(rotated)).toBe(503);
  expect(await status(old)).toBe(200);
  expect(await issuerCheck(harness)).toMatchObject({
    status: 'degraded',
    reason: expect.stringMatching(/is unavailable: tokens are verified with known keys, for another \d+ s/),
  });

  issuer.isAway = false;
  expect(await status(rotated)).toBe(200);
  expect(await issuerCheck(harness)).toMatchObject({ status: 'ok' });
});

async function issuerCheck({ url }: Harness): Promise<unknown> {
  const { checks } = (await (await fetch(`${url}/ready`)).json()) as { checks: Record<string, unknown> };
  return checks.issuer;
}
