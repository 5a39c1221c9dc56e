import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  createClient,
  DealsWithAccountsDocument,
  type FileUploadResult,
  IntegrationsDocument,
  PushSchemaDocument,
  RegisterIntegrationDocument,
  type UploadAccepted,
} from 'gong-crm-graphql-client';
import { type Company, type Load, readCompany } from './acme.js';
import { findOrStartGateway } from './gateway-process.js';
import { formatTable } from './table.js';

/**
 * `npm run demo`: loads the sample company of examples/acme into Gong through the gateway, and reads the deals back with
 * their accounts. If there is no gateway at GATEWAY_URL, it starts one with the built-in emulator.
 */

const DEFAULT_GATEWAY_URL = 'http://127.0.0.1:4000';
const INTEGRATION = { name: 'Acme CRM', ownerEmail: 'maria.garcia@acme.com' };

const POLL_MS = 500;
/** How long the deals may take to become visible after their upload is processed. */
const PATIENCE_MS = 60_000;

async function main(): Promise<void> {
  const asked = (process.env.GATEWAY_URL || DEFAULT_GATEWAY_URL).replace(/(?<!\/)\/+$/, '');
  await using gateway = await findOrStartGateway(asked);
  say(
    gateway.isOwn
      ? `no gateway at ${asked}: started one at ${gateway.url}, with its emulator of Gong`
      : `using the gateway at ${gateway.url}`,
  );
  const client = createClient({ url: gateway.url, token: process.env.GATEWAY_TOKEN });
  const company = readCompany();

  const integrationId = await registerOrReuse(client);
  await pushSchemas(client, integrationId, company);
  await uploadAll(client, integrationId, company);
  await showDeals(client, integrationId, company);
}

/** A company has one integration at a time, so a second run finds that of the first. */
async function registerOrReuse(client: Client): Promise<string> {
  const { integrations } = await client.execute(IntegrationsDocument, {});
  const active = integrations[0];
  if (active != null) {
    say(`using the integration that is active: "${active.name}", ${active.id}`);
    return active.id;
  }
  const { registerIntegration } = await client.execute(RegisterIntegrationDocument, { input: INTEGRATION });
  say(`registered the integration "${registerIntegration.name}", ${registerIntegration.id}`);
  return registerIntegration.id;
}

/** MERGE adds custom fields to the existing ones. Without it, Gong requires the complete list each time. */
async function pushSchemas(client: Client, integrationId: string, company: Company): Promise<void> {
  for (const objectType of ['ACCOUNT', 'CONTACT', 'LEAD', 'DEAL'] as const) {
    const fields = company.schema[objectType];
    const { pushSchema } = await client.execute(PushSchemaDocument, {
      input: { integrationId, objectType, mode: 'MERGE', fields },
    });
    const changed = pushSchema.plan.filter(({ kind }) => kind !== 'UNCHANGED' && kind !== 'LEFT_OUT');
    const outcome = pushSchema.pushed ? `changed ${changed.length} of` : 'found unchanged';
    say(`schema of ${objectType}: ${outcome} ${fields.length} custom fields`);
  }
}

/** The gateway checks every object of an upload before it sends any. */
async function uploadAll(client: Client, integrationId: string, { loads }: Company): Promise<void> {
  for (const load of loads) await follow(client, await upload(client, integrationId, load));
}

function upload(
  client: Client,
  integrationId: string,
  load: Load,
): Promise<UploadAccepted | FileUploadResult> {
  switch (load.kind) {
    case 'stages':
      return client.uploadStages(load.stages, { integrationId });
    case 'deals':
      return client.uploadDeals(load.deals, { integrationId });
    case 'file':
      return client.uploadFile(load.open, { integrationId, objectType: load.objectType });
  }
}

/** Gong processes uploads asynchronously, so each is followed until it is DONE or FAILED. */
async function follow(client: Client, upload: UploadAccepted | FileUploadResult): Promise<void> {
  if (upload.__typename === 'UploadRejected') {
    throw new Failure(
      `the gateway rejected the ${upload.objectType} objects (errors: ${upload.errorCount})`,
      [...upload.errors.map(({ line, message }) => `line ${line}: ${message}`)],
    );
  }
  const { objectType, objectCount, clientRequestId, integrationId, alreadySubmitted } = upload;
  const objects = `${objectCount} ${objectType.toLowerCase().replace('_', ' ')}s`;
  // The gateway's suffix when it sends the same content again.
  const again = /--r[0-9a-z]+$/.test(clientRequestId) ? ' again' : '';
  say(
    alreadySubmitted
      ? `${objects} were uploaded before, as ${clientRequestId}, and nothing has changed since`
      : `uploaded ${objects}${again} as ${clientRequestId}`,
  );
  for (const { line, message } of upload.warnings) say(`  warning, line ${line}: ${message}`);

  for await (const { status, ...counts } of client.follow(clientRequestId, { integrationId })) {
    say(`  → ${status}${status === 'DONE' ? `, ${counts.totalSuccessCount} stored` : ''}`);
    if (status !== 'FAILED') continue;
    throw new Failure(`Gong could not take all of ${clientRequestId} (errors: ${counts.totalErrorCount})`, [
      ...counts.errors.map(({ line, objectId, description }) =>
        objectId === null ? `line ${line}: ${description}` : `line ${line}, ${objectId}: ${description}`,
      ),
    ]);
  }
}

/** One query: the gateway fetches the deals, then each distinct account once. */
async function showDeals(client: Client, integrationId: string, company: Company): Promise<void> {
  const ids = [...company.dealIds];
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(POLL_MS)) {
    const found = await client.execute(DealsWithAccountsDocument, { integrationId, ids });
    const deals = found.deals.filter((deal) => deal !== null);
    if (deals.length === ids.length) {
      say(`read ${deals.length} deals with their accounts`);
      const rows = deals.map(({ objectId, name, account, status, stage, closeDate, amount }) => ({
        id: objectId,
        deal: name,
        account: account?.name,
        status,
        stage,
        'close date': closeDate,
        amount,
      }));
      process.stdout.write(`\n${formatTable(rows)}\n\n`);
      return;
    }
    if (Date.now() > deadline) throw new Failure(`Gong shows only ${deals.length} of ${ids.length} deals`);
  }
}

/** An expected failure, reported without a stack. */
class Failure extends Error {
  override readonly name = 'Failure';

  constructor(message: string, details: readonly string[] = []) {
    super([message, ...details.map((detail) => `  ${detail}`)].join('\n'));
  }
}

function say(text: string): void {
  process.stdout.write(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
