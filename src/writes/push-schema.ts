import { isGongField } from '../crm/gong-fields.js';
import type { SchemaObjectType } from '../crm/object-types.js';
import type { SchemaFieldPush } from '../crm/schema-field.js';
import { type PushMode, planSchemaPush, type SchemaPlan } from '../crm/schema-plan.js';
import { badUserInput, GatewayError, type InputProblem } from '../errors.js';
import { isFlaw, withoutFlaws } from '../gong/flaw.js';
import type { GongClient } from '../gong/types.js';
import type { Recorder } from './journal/recorder.js';
import type { SubmissionLedger } from './ledger/ledger.js';

export interface SchemaPush {
  readonly integrationId: string;
  readonly objectType: SchemaObjectType;
  readonly fields: readonly SchemaFieldPush[];
  readonly mode: PushMode;
  readonly dryRun: boolean;
  readonly allowDataLoss: boolean;
}

export interface SchemaPushResult {
  readonly plan: SchemaPlan;
  readonly pushed: boolean;
}

export interface SchemaPushDependencies {
  readonly gong: GongClient;
  readonly ledger: SubmissionLedger;
  readonly record: Recorder;
}

/**
 * Plans a schema push against the live schema and executes it, unless it is a dry run or changes nothing. Pushes of one
 * type take turns, because each must repeat the fields that the one before added.
 *
 * @throws GatewayError SCHEMA_DATA_LOSS with the plan, if it destroys values without `allowDataLoss`; BAD_USER_INPUT with
 *   the plan, if FULL mode leaves out a field, or if a field is Gong's own
 */
export async function pushSchema(push: SchemaPush, deps: SchemaPushDependencies): Promise<SchemaPushResult> {
  const { integrationId, objectType, fields, dryRun } = push;
  refuseGongFields(objectType, fields);
  if (dryRun) return { plan: await planPush(push, deps.gong), pushed: false };
  return deps.ledger.inTurn(integrationId, `schema/${objectType}`, () => planAndPush(push, deps));
}

async function planPush(
  { integrationId, objectType, fields, mode }: SchemaPush,
  gong: GongClient,
): Promise<SchemaPlan> {
  // Not from the cache.
  const listed = (await gong.listSchema(integrationId, objectType)).get(objectType) ?? [];
  const flaw = listed.find(isFlaw);
  // A push must contain every custom field, so a plan based on some of them would be wrong.
  if (flaw !== undefined) throw flaw;
  return planSchemaPush(objectType, withoutFlaws(listed), fields, mode);
}

async function planAndPush(
  push: SchemaPush,
  { gong, ledger, record }: SchemaPushDependencies,
): Promise<SchemaPushResult> {
  const { integrationId, objectType, mode, allowDataLoss } = push;
  const plan = await planPush(push, gong);
  const leftOut = plan.changes.filter((change) => change.kind === 'LEFT_OUT').map((change) => change.name);
  if (mode === 'FULL' && leftOut.length > 0) {
    throw badUserInput(
      [
        {
          path: ['input', 'fields'],
          code: 'MISSING_FIELD',
          message: `needed every custom field in FULL mode, got none for ${leftOut.join(', ')}: name them, mark them isDeleted, or use MERGE`,
        },
      ],
      { plan: plan.changes },
    );
  }
  if (plan.losesData && !allowDataLoss) {
    const lost = plan.changes.filter((change) => change.kind === 'RETYPED' || change.kind === 'DELETED');
    throw new GatewayError(
      'SCHEMA_DATA_LOSS',
      `The push would delete the values of ${lost.map((change) => change.name).join(', ')} in every ${objectType}. ` +
        'If that is meant, set allowDataLoss to true.',
      { details: { plan: plan.changes } },
    );
  }
  if (!plan.changesAnything) return { plan, pushed: false };
  const sending = {
    kind: 'SCHEMA_PUSH',
    integrationId,
    clientRequestId: null,
    objectType,
    objectCount: 0,
  } as const;
  await ledger.write(integrationId, () =>
    record(sending, (options) => gong.pushSchema(integrationId, objectType, plan.push, options)),
  );
  return { plan, pushed: true };
}

function refuseGongFields(objectType: SchemaObjectType, fields: readonly SchemaFieldPush[]): void {
  const problems = fields.flatMap(({ uniqueName }, index): InputProblem[] =>
    isGongField(objectType, uniqueName)
      ? [
          {
            path: ['input', 'fields', index, 'uniqueName'],
            code: 'INVALID_VALUE',
            message: `needed a custom field, got "${uniqueName}", which Gong defines itself and which cannot be changed`,
          },
        ]
      : [],
  );
  if (problems.length > 0) throw badUserInput(problems);
}
