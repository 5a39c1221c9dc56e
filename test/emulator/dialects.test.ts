import { describe, expect, it } from 'vitest';
import {
  bothDialects,
  deal,
  field,
  type Loader,
  legacyDeal,
  legacyStage,
  MODIFIED,
  stage,
  user,
} from './helper.js';

describe('an object in both dialects:', () => {
  it.each([
    ['OPEN', true, false],
    ['WON', false, true],
    ['LOST', false, false],
  ])('a deal that is %s', async (status, isOpen, isWon) => {
    await using test = await bothDialects();
    const { current, legacy } = test;
    await current.load('DEAL', [deal('d1', { status })]);
    expect(await legacy.object('DEAL', 'd1')).toEqual(legacyDeal('d1', { isOpen, isWon }));
    await legacy.load('DEAL', [legacyDeal('d1', { isOpen, isWon, name: 'Newer' })]);
    expect(await current.object('DEAL', 'd1')).toEqual(deal('d1', { status, name: 'Newer' }));
    expect(await legacy.object('DEAL', 'd1')).toEqual(legacyDeal('d1', { isOpen, isWon, name: 'Newer' }));
  });

  it('an open deal is OPEN even if it says that it is won', async () => {
    await using test = await bothDialects();
    await test.legacy.load('DEAL', [legacyDeal('d1', { isOpen: true, isWon: true, status: 'LOST' })]);
    expect(await test.current.object('DEAL', 'd1')).toEqual(deal('d1'));
    expect(await test.legacy.object('DEAL', 'd1')).toEqual(legacyDeal('d1', { isWon: true }));
  });

  it('deprecated fields of the legacy paths substitute for missing ones, actual values before estimated ones', async () => {
    await using test = await bothDialects();
    const { modifiedDate, closeDate, amount, ...rest } = legacyDeal('d1');
    const estimated = { lastModified: modifiedDate, estimatedCloseDate: '2024-01-01', estimatedAmount: 1.1 };
    const actual = { actualCloseDate: closeDate, actualAmount: amount };
    await test.legacy.load('DEAL', [
      { ...rest, ...estimated },
      { ...rest, ...estimated, ...actual, objectId: 'd2', name: 'Deal d2', closeDate: null, amount: null },
      {
        ...rest,
        ...estimated,
        ...actual,
        objectId: 'd3',
        name: 'Deal d3',
        closeDate: '2024-02-02',
        amount: 3,
      },
    ]);
    const { current } = test;
    expect(await current.object('DEAL', 'd1')).toEqual(deal('d1', { closeDate: '2024-01-01', amount: 1.1 }));
    expect(await current.object('DEAL', 'd2')).toEqual(deal('d2'));
    expect(await current.object('DEAL', 'd3')).toEqual(deal('d3', { closeDate: '2024-02-02', amount: 3 }));
    expect(await test.legacy.object('DEAL', 'd1')).toEqual({ ...rest, ...estimated });
  });

  it('defaults of the current paths are shown on the legacy paths', async () => {
    await using test = await bothDialects();
    const least = { objectId: 'd1', modifiedDate: MODIFIED, accountId: 'a1' };
    await test.current.load('DEAL', [least]);
    expect(await test.legacy.object('DEAL', 'd1')).toEqual({
      ...least,
      name: 'Deal_#d1',
      amount: 0,
      isOpen: true,
      isWon: false,
    });
  });

  it('numbers and custom fields are returned as they were written', async () => {
    await using test = await bothDialects();
    await test.current.push('DEAL', [field('big', { type: 'NUMBER' })]);
    const line = JSON.stringify(deal('d1')).replace(
      '7000',
      '12345678901234567890.10,"big":5517027188234206123',
    );
    await test.current.load('DEAL', line);
    const { text } = await test.legacy.get('DEAL', ['d1']);
    expect(text).toContain('"amount":12345678901234567890.10,"big":5517027188234206123');
  });

  it('a deal that waits for its owner keeps the dialect it was uploaded in', async () => {
    await using test = await bothDialects();
    await test.legacy.load('DEAL', [legacyDeal('d1', { ownerId: 'u2' })]);
    await test.current.load('DEAL', [deal('d2', { ownerId: 'u2', name: null })]);
    await test.current.load('BUSINESS_USER', [user('u2', 'u2@acme.com')]);
    expect(await test.current.object('DEAL', 'd1')).toEqual(deal('d1', { ownerId: 'u2' }));
    expect(await test.current.object('DEAL', 'd2')).toEqual(deal('d2', { ownerId: 'u2', name: 'Deal_#d2' }));
  });
});

describe('a stage in both dialects:', () => {
  const stageOf = async (crm: Loader, id: string) => (await crm.object('DEAL', id))?.stage;

  it('is named by internalName on the legacy paths, by objectId on the current ones', async () => {
    await using test = await bothDialects();
    const { current, legacy } = test;
    await legacy.load('STAGE', [legacyStage('won', { objectId: 's7' })]);
    expect((await legacy.load('DEAL', [legacyDeal('d1', { stage: 's7' })])).body.status).toBe('FAILED');
    expect((await current.load('DEAL', [deal('d1', { stage: 'won' })])).body.status).toBe('FAILED');
    await legacy.load('DEAL', [legacyDeal('d1', { stage: 'won' })]);
    await current.load('DEAL', [deal('d2', { stage: 's7' })]);
    expect([await stageOf(legacy, 'd1'), await stageOf(current, 'd1')]).toEqual(['won', 's7']);
    expect([await stageOf(legacy, 'd2'), await stageOf(current, 'd2')]).toEqual(['won', 's7']);
  });

  it('keeps its internal name if uploaded on the current paths, or gets its objectId as one', async () => {
    await using test = await bothDialects();
    const { current, legacy } = test;
    await legacy.load('STAGE', [legacyStage('won', { objectId: 's7' })]);
    await current.load('STAGE', [
      stage('s7', { internalName: 'ignored', name: 'Renamed' }),
      stage('s8', { internalName: 'ignored' }),
    ]);
    const { body } = await legacy.load('DEAL', [
      legacyDeal('d1', { stage: 'won' }),
      legacyDeal('d2', { stage: 's8' }),
      legacyDeal('d3', { stage: 'ignored' }),
    ]);
    expect(body).toMatchObject({ totalSuccessCount: 2, errors: [{ line: 3 }] });
    expect([await stageOf(current, 'd1'), await stageOf(current, 'd2')]).toEqual(['s7', 's8']);
  });

  it('has its internal name as ID after the deprecated operation, until it gets one', async () => {
    await using test = await bothDialects();
    const { current, legacy } = test;
    const won = { internalName: 'won', name: 'Won', isActive: true, sortOrder: 2 };
    const query = { integrationId: current.integrationId };
    expect((await test.emulator.call('POST', '/v2/crm/stages', { query, json: [won] })).status).toBe(200);
    await current.load('DEAL', [deal('d1', { stage: 'won' })]);
    await legacy.load('DEAL', [legacyDeal('d2', { stage: 'won' })]);
    expect([await stageOf(legacy, 'd1'), await stageOf(current, 'd2')]).toEqual(['won', 'won']);
    await legacy.load('STAGE', [legacyStage('won', { objectId: 's7' })]);
    expect([await stageOf(legacy, 'd1'), await stageOf(current, 'd2')]).toEqual(['won', 's7']);
  });

  it('has only its new name if named on the legacy paths after the current ones', async () => {
    await using test = await bothDialects();
    const { current, legacy } = test;
    await current.load('STAGE', [stage('s7')]);
    await legacy.load('STAGE', [legacyStage('won', { objectId: 's7' })]);
    const { body } = await legacy.load('DEAL', [
      legacyDeal('d1', { stage: 'won' }),
      legacyDeal('d2', { stage: 's7' }),
    ]);
    expect(body).toMatchObject({ totalSuccessCount: 1, errors: [{ line: 2 }] });
    expect(await stageOf(current, 'd1')).toBe('s7');
  });

  it('has only its new name if renamed on the legacy paths', async () => {
    await using test = await bothDialects();
    const { current, legacy } = test;
    await legacy.load('STAGE', [legacyStage('old', { objectId: 's7' })]);
    await current.load('DEAL', [deal('d1', { stage: 's7' })]);
    await legacy.load('STAGE', [legacyStage('new', { objectId: 's7' })]);
    expect(await stageOf(legacy, 'd1')).toBe('new');
    expect((await legacy.load('DEAL', [legacyDeal('d2', { stage: 'old' })])).body.status).toBe('FAILED');
  });

  it('is not confused with another whose internal name is its ID', async () => {
    await using test = await bothDialects();
    const { current, legacy } = test;
    await legacy.load('STAGE', [legacyStage('won', { objectId: 's7' })]);
    await current.load('STAGE', [stage('won')]);
    await legacy.load('DEAL', [legacyDeal('d1', { stage: 'won' })]);
    await current.load('DEAL', [deal('d2', { stage: 'won' })]);
    expect([await stageOf(current, 'd1'), await stageOf(current, 'd2')]).toEqual(['s7', 'won']);
  });

  it('can still be named by deals after its deletion', async () => {
    await using test = await bothDialects();
    const { current, legacy } = test;
    await current.load('STAGE', [{ objectId: 'discovery', isDeleted: true }]);
    expect((await current.load('DEAL', [deal('d1')])).body.status).toBe('DONE');
    expect((await legacy.load('DEAL', [legacyDeal('d2')])).body.status).toBe('DONE');
  });
});
