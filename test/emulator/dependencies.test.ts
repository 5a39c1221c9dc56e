import { describe, expect, it } from 'vitest';
import { account, contact, deal, loader, stage, start, user } from './helper.js';

/** A loader with one stage and, optionally, one mapped user. */
async function ready(options: { readonly user?: boolean; readonly account?: boolean } = {}) {
  const emulator = await start();
  const crm = await loader(emulator);
  await crm.load('STAGE', [stage('discovery')]);
  if (options.user) await crm.load('BUSINESS_USER', [user('u1', 'u1@acme.com')]);
  if (options.account) await crm.load('ACCOUNT', [account('a1')]);
  return { crm, [Symbol.asyncDispose]: emulator.close };
}

describe('deals', () => {
  it('appear if their account exists and their owner is mapped', async () => {
    await using test = await ready({ user: true, account: true });
    expect((await test.crm.load('DEAL', [deal('d1')])).body.status).toBe('DONE');
    expect(await test.crm.object('DEAL', 'd1')).toEqual(deal('d1'));
  });

  it('stay invisible without their account, even after it is uploaded', async () => {
    await using test = await ready({ user: true });
    expect((await test.crm.load('DEAL', [deal('d1')])).body.status).toBe('DONE');
    await test.crm.load('ACCOUNT', [account('a1')]);
    expect(await test.crm.object('DEAL', 'd1')).toBeNull();
    await test.crm.load('DEAL', [deal('d1')]);
    expect(await test.crm.object('DEAL', 'd1')).toEqual(deal('d1'));
  });

  it('appear when the owner they wait for is uploaded as a business user', async () => {
    await using test = await ready({ account: true });
    await test.crm.load('DEAL', [deal('d1'), deal('d2', { ownerId: 'u2' })]);
    expect(await test.crm.object('DEAL', 'd1')).toBeNull();
    await test.crm.load('BUSINESS_USER', [user('u1', 'u1@acme.com')]);
    expect(await test.crm.object('DEAL', 'd1')).toEqual(deal('d1'));
    expect(await test.crm.object('DEAL', 'd2')).toBeNull();
  });

  it('appear when the owner they wait for is mapped by the deprecated operation', async () => {
    await using test = await ready({ account: true });
    await test.crm.load('DEAL', [deal('d1')]);
    await test.crm.mapUsers([{ crmUserId: 'u1', emailAddress: 'u1@acme.com' }]);
    expect(await test.crm.object('DEAL', 'd1')).toEqual(deal('d1'));
  });

  it('need their account when the owner is mapped', async () => {
    await using test = await ready();
    await test.crm.load('DEAL', [deal('d1')]);
    await test.crm.load('BUSINESS_USER', [user('u1', 'u1@acme.com')]);
    await test.crm.load('ACCOUNT', [account('a1')]);
    expect(await test.crm.object('DEAL', 'd1')).toBeNull();
  });

  it('do not wait for an owner they no longer have', async () => {
    await using test = await ready({ account: true });
    await test.crm.load('DEAL', [deal('d1')]);
    await test.crm.load('DEAL', [deal('d1', { ownerId: 'u2' })]);
    await test.crm.load('BUSINESS_USER', [user('u1', 'u1@acme.com')]);
    expect(await test.crm.object('DEAL', 'd1')).toBeNull();
    await test.crm.load('BUSINESS_USER', [user('u2', 'u2@acme.com')]);
    expect(await test.crm.object('DEAL', 'd1')).toEqual(deal('d1', { ownerId: 'u2' }));
  });

  it('keep their previous version in main if an update does not meet its dependencies', async () => {
    await using test = await ready({ user: true, account: true });
    await test.crm.load('DEAL', [deal('d1')]);
    await test.crm.load('DEAL', [deal('d1', { ownerId: 'u2', name: 'Newer' })]);
    expect(await test.crm.object('DEAL', 'd1')).toEqual(deal('d1'));
    await test.crm.load('BUSINESS_USER', [user('u2', 'u2@acme.com')]);
    expect(await test.crm.object('DEAL', 'd1')).toEqual(deal('d1', { ownerId: 'u2', name: 'Newer' }));
  });

  it('stay when their account or their owner’s mapping is deleted later', async () => {
    await using test = await ready({ user: true, account: true });
    await test.crm.load('DEAL', [deal('d1')]);
    await test.crm.load('ACCOUNT', [account('a1', { isDeleted: true })]);
    await test.crm.load('BUSINESS_USER', [user('u1', 'u1@acme.com', { isDeleted: true })]);
    expect(await test.crm.object('ACCOUNT', 'a1')).toBeNull();
    expect(await test.crm.object('DEAL', 'd1')).toEqual(deal('d1'));
  });

  it('must name an uploaded stage, which may be inactive', async () => {
    await using test = await ready({ user: true, account: true });
    await test.crm.load('STAGE', [stage('lost', { isActive: false }), stage('gone', { isDeleted: true })]);
    await test.crm.load('STAGE', [{ ...stage('discovery'), isDeleted: true }]);
    const { body } = await test.crm.load('DEAL', [
      deal('d1'),
      deal('d2', { stage: 'lost' }),
      deal('d3', { stage: 'nowhere' }),
    ]);
    expect(body).toMatchObject({
      status: 'FAILED',
      totalErrorCount: 1,
      totalSuccessCount: 2,
      errors: [
        {
          line: 3,
          description: 'Field [stage] must be the objectId of an uploaded stage, got "nowhere"',
        },
      ],
    });
  });
});

describe('contacts', () => {
  it('appear only if their account exists when they are processed', async () => {
    await using test = await ready();
    expect((await test.crm.load('CONTACT', [contact('c1')])).body.status).toBe('DONE');
    await test.crm.load('ACCOUNT', [account('a1')]);
    expect(await test.crm.object('CONTACT', 'c1')).toBeNull();
    await test.crm.load('CONTACT', [contact('c1')]);
    expect(await test.crm.object('CONTACT', 'c1')).toEqual(contact('c1'));
  });
});
