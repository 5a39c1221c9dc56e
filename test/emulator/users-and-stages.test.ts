import { describe, expect, it } from 'vitest';
import { account, deal, type Loader, loader, stage, start, user } from './helper.js';

/** Whether a deal of this owner is processed, which shows whether the owner is mapped. */
async function isMapped(crm: Loader, ownerId: string): Promise<boolean> {
  await crm.load('DEAL', [deal(`probe-${ownerId}`, { isDeleted: true })]);
  await crm.load('DEAL', [deal(`probe-${ownerId}`, { ownerId })]);
  return (await crm.object('DEAL', `probe-${ownerId}`)) !== null;
}

async function ready(gongUsers: readonly string[] | null = null) {
  const emulator = await start({ gongUsers });
  const crm = await loader(emulator);
  await crm.load('STAGE', [stage('discovery')]);
  await crm.load('ACCOUNT', [account('a1')]);
  return { emulator, crm, [Symbol.asyncDispose]: emulator.close };
}

describe('business users', () => {
  it('are mapped only to addresses that exist at Gong, in any letter case; others are not an error', async () => {
    await using test = await ready(['ann@acme.com']);
    const { body } = await test.crm.load('BUSINESS_USER', [
      user('u1', 'Ann@ACME.com'),
      user('u2', 'bob@acme.com'),
    ]);
    expect(body).toMatchObject({ status: 'DONE', totalSuccessCount: 2 });
    expect([await isMapped(test.crm, 'u1'), await isMapped(test.crm, 'u2')]).toEqual([true, false]);
  });

  it('are not mapped to another user’s address until its mapping is deleted in an earlier request', async () => {
    await using test = await ready();
    const { crm } = test;
    await crm.load('BUSINESS_USER', [user('u1', 'ann@acme.com')]);
    await crm.load('BUSINESS_USER', [user('u2', 'ann@acme.com')]);
    expect(await isMapped(crm, 'u2')).toBe(false);
    await crm.load('BUSINESS_USER', [
      user('u1', 'ann@acme.com', { isDeleted: true }),
      user('u2', 'ann@acme.com'),
    ]);
    expect([await isMapped(crm, 'u1'), await isMapped(crm, 'u2')]).toEqual([false, false]);
    await crm.load('BUSINESS_USER', [user('u2', 'ann@acme.com')]);
    expect(await isMapped(crm, 'u2')).toBe(true);
  });

  it('keep their address until their mapping is deleted', async () => {
    await using test = await ready();
    const { crm } = test;
    await crm.load('BUSINESS_USER', [user('u1', 'old@acme.com')]);
    await crm.load('BUSINESS_USER', [user('u1', 'new@acme.com')]);
    await crm.load('BUSINESS_USER', [user('u2', 'new@acme.com'), user('u3', 'old@acme.com')]);
    expect([await isMapped(crm, 'u2'), await isMapped(crm, 'u3')]).toEqual([true, false]);
  });
});

describe('the deprecated mapping of users', () => {
  it('maps and unmaps users and leaves others alone', async () => {
    await using test = await ready();
    const { crm } = test;
    const { body } = await crm.mapUsers([
      { crmUserId: 'u1', emailAddress: 'u1@acme.com' },
      { crmUserId: 'u2', emailAddress: 'u2@acme.com', isDeleted: false },
    ]);
    expect(body).toMatchObject({ status: 'DONE', totalSuccessCount: 2 });
    await crm.mapUsers([{ crmUserId: 'u1', isDeleted: true }]);
    expect([await isMapped(crm, 'u1'), await isMapped(crm, 'u2')]).toEqual([false, true]);
  });

  it('fails bad lines', async () => {
    await using test = await ready();
    const lines = [
      { emailAddress: 'x@acme.com' },
      { crmUserId: 'u1' },
      { crmUserId: 5, emailAddress: 'x@acme.com' },
      { crmUserId: 'u2', emailAddress: 'x' },
      { crmUserId: 'u3', isDeleted: 'true', emailAddress: 'x@acme.com' },
      { crmUserId: 'u4', emailAddress: 'x@acme.com' },
      { crmUserId: 'u4', emailAddress: 'y@acme.com' },
    ];
    const { body } = await test.crm.mapUsers(lines);
    expect(body).toMatchObject({ status: 'FAILED', totalErrorCount: 6, totalSuccessCount: 1 });
    expect(body.errors.map((error: { description: string }) => error.description)).toEqual([
      'Mandatory field [crmUserId] is missing or empty',
      'Mandatory field [emailAddress] is missing or empty',
      'Field [crmUserId] must be a string, got 5',
      'Field [emailAddress] must be an e-mail address such as jane.doe@acme.com, got "x"',
      'Field [isDeleted] must be true or false, got "true"',
      'The user "u4" is in the file twice',
    ]);
  });
});

describe('the deprecated upload of stages', () => {
  const upload = (test: Awaited<ReturnType<typeof ready>>, json: unknown) =>
    test.emulator.call('POST', '/v2/crm/stages', { query: { integrationId: test.crm.integrationId }, json });

  it('takes effect immediately', async () => {
    await using test = await ready();
    const { status, body } = await upload(test, [
      { internalName: 'won', name: 'Closed won', isActive: true, sortOrder: 5 },
    ]);
    expect([status, Object.keys(body)]).toEqual([200, ['requestId']]);
    const loaded = await test.crm.load('DEAL', [deal('d1', { stage: 'won' }), deal('d2')]);
    expect(loaded.body.status).toBe('DONE');
  });

  const good = { internalName: 's', name: 's', isActive: true, sortOrder: 1 };
  it.each([
    ['an object', good, /array of stages/],
    ['a string', [good, 'x'], /^\[1\] must be a JSON object/],
    ['no internalName', [{ ...good, internalName: undefined }], /^\[0\] internalName must be/],
    ['an empty name', [{ ...good, name: '' }], /^\[0\] name must be/],
    ['"true"', [{ ...good, isActive: 'true' }], /^\[0\] isActive must be true or false/],
    ['an order of 0', [{ ...good, sortOrder: 0 }], /^\[0\] sortOrder must be an integer from 1/],
    ['an order of 1.5', [{ ...good, sortOrder: 1.5 }], /^\[0\] sortOrder must be an integer from 1/],
  ])('answers 400 to %s and takes nothing', async (_what, json, message) => {
    await using test = await ready();
    const { status, body } = await upload(test, json);
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.stringMatching(message)]);
    const loaded = await test.crm.load('DEAL', [deal('d1', { stage: 's' })]);
    expect(loaded.body.status).toBe('FAILED');
  });
});
