import { describe, expect, test } from 'vitest';
import { follow } from '../../support/follow.js';
import { type RecordedHarness, startRecorded } from './recorder.js';
import { DOORS, file, graphqlDoor, type Outcome, plainDoor } from './support.js';

/*
 * Files are checked by the rules of the paths that the gateway speaks, and sent as they are: never translated.
 */

const DATES = { objectId: 'x', modifiedDate: '2024-03-01T12:00:00Z' };
const FORMER_DEAL = {
  ...{ ...DATES, accountId: 'a1', ownerId: 'o1', name: 'Deal', createdDate: '2024-01-01T00:00:00Z' },
  ...{ closeDate: '2024-12-31', isOpen: true, isWon: false, stage: 's1', amount: 5 },
};
const { isOpen: _, isWon: __, ...rest } = FORMER_DEAL;
const TODAYS_DEAL = { ...rest, status: 'OPEN' };

const json = (...objects: readonly object[]) => file(...objects.map((object) => JSON.stringify(object)));

const told = (problems: Outcome['errors']) =>
  (problems ?? []).map(({ line, field, code }) => `${line} ${code} ${field}`);

/** Both doors, and the doors that only check, say the same of a file; gives it. */
async function sameOfAll({ harness, uploads }: RecordedHarness, objectType: string, content: string) {
  const outcomes = [];
  for (const door of DOORS) {
    const sentBefore = uploads.length;
    // An ID of its own, for the same content is sent once.
    const clientRequestId = `upload-${uploads.length}-${door === graphqlDoor}`;
    const outcome = await door.upload(harness, content, { objectType, clientRequestId });
    outcomes.push({ kind: outcome.kind, errors: told(outcome.errors), warnings: told(outcome.warnings) });
    if (outcome.kind === 'accepted') expect(uploads.at(-1)?.content).toBe(content);
    else expect(uploads).toHaveLength(sentBefore);
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
  const response = await fetch(`${harness.url}/validate/${objectType}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: content,
  });
  expect(response.status).toBe(outcomes[0]?.kind === 'accepted' ? 200 : 422);
  const { errorCount, warningCount } = (await response.json()) as Record<string, number>;
  expect([errorCount, warningCount]).toEqual([
    outcomes[0]?.errors.length,
    outcomes[0]?.kind === 'accepted' ? outcomes[0].warnings.length : expect.any(Number),
  ]);
  return outcomes[0];
}

describe.each(['current', 'legacy'] as const)('over the %s paths', (dialect) => {
  const isCurrent = dialect === 'current';

  test('a deal with legacy status fields, one with current ones, and one without', async () => {
    await using recorded = await startRecorded({ gong: { dialect } });
    expect(await sameOfAll(recorded, 'DEAL', json(FORMER_DEAL))).toEqual({
      ...{ kind: 'accepted', errors: [] },
      warnings: isCurrent ? ['1 FORMER_FIELD isOpen', '1 FORMER_FIELD isWon'] : [],
    });
    expect(await sameOfAll(recorded, 'DEAL', json(TODAYS_DEAL))).toEqual(
      isCurrent
        ? { kind: 'accepted', errors: [], warnings: [] }
        : { kind: 'rejected', errors: ['1 MISSING_FIELD isOpen', '1 MISSING_FIELD isWon'], warnings: [] },
    );
    const least = await sameOfAll(recorded, 'DEAL', json(DATES));
    if (isCurrent) {
      expect(least).toMatchObject({
        kind: 'accepted',
        warnings: ['1 NOT_SHOWN accountId', '1 NOT_ON_DEAL_BOARD ownerId', '1 NOT_ON_DEAL_BOARD closeDate'],
      });
    } else expect(least?.errors).toHaveLength(9);
  });

  test('a contact without a last name, and without a phone number where that is required', async () => {
    await using recorded = await startRecorded({ gong: { dialect }, gateway: { requirePhone: true } });
    const contact = { ...DATES, accountId: 'a1', emailAddress: 'a@acme.com', firstName: 'Ann' };
    expect(await sameOfAll(recorded, 'CONTACT', json(contact))).toEqual({
      kind: isCurrent ? 'accepted' : 'rejected',
      errors: isCurrent ? [] : ['1 MISSING_FIELD lastName', '1 MISSING_FIELD phoneNumber'],
      warnings: [],
    });
  });

  test('stages without a date, which keep their positions', async () => {
    await using recorded = await startRecorded({ gong: { dialect } });
    const [first, second, third] = ['s1', 's2', 's3'].map((objectId) => ({ objectId, name: objectId }));
    const content = json({ ...first, modifiedDate: '2024-03-01T12:00:00Z' }, second ?? {}, {
      ...third,
      modifiedDate: '2024-03-02T12:00:00Z',
    });
    if (isCurrent) {
      expect(await sameOfAll(recorded, 'STAGE', content)).toEqual({
        kind: 'accepted',
        errors: [],
        warnings: [],
      });
      const status = await follow(recorded.harness, recorded.uploads[0]?.clientRequestId ?? '');
      expect(status).toMatchObject({ status: 'DONE', totalSuccessCount: 3 });
    } else {
      expect((await sameOfAll(recorded, 'STAGE', content))?.errors).toContain('2 MISSING_FIELD modifiedDate');
    }
  });

  test('an ID that is too long, and one with characters that Gong does not document', async () => {
    await using recorded = await startRecorded({ gong: { dialect } });
    const account = { ...DATES, name: 'A', domains: [] };
    const content = json({ ...account, objectId: 'a_b' }, { ...account, objectId: 'x'.repeat(65) });
    expect(await sameOfAll(recorded, 'ACCOUNT', content)).toMatchObject({
      kind: isCurrent ? 'rejected' : 'accepted',
      errors: isCurrent ? ['2 TOO_LONG objectId'] : [],
    });
    const { warnings } = await plainDoor.upload(recorded.harness, content, { validation: 'SKIP_INVALID' });
    expect(told(warnings)).toEqual(isCurrent ? ['1 UNUSUAL_ID objectId'] : []);
  });

  test('milliseconds are an error, because the bytes are sent unchanged', async () => {
    await using recorded = await startRecorded({ gong: { dialect } });
    const content = json({ ...DATES, modifiedDate: '2024-03-01T12:00:00.000Z', name: 'A', domains: [] });
    expect(await sameOfAll(recorded, 'ACCOUNT', content)).toEqual({
      ...{ kind: 'rejected', warnings: [] },
      errors: ['1 BAD_FORMAT modifiedDate'],
    });
  });
});
