import { ACCOUNT_IDS, accountAtGong, STUB_INTEGRATION } from './cases.js';
import { sendJson, serve } from './serve.js';

/**
 * Gong as a program that costs next to nothing: its answers are put together from pieces made beforehand, and nothing
 * limits the calls. `GET /calls` tells how often objects were asked for.
 */

const INTEGRATION = `{"requestId":"r","integrations":[{"integrationId":${STUB_INTEGRATION},"name":"bench","ownerEmail":"bench@acme.com"}]}`;
const SCHEMA = '{"requestId":"r","objectTypeToSelectedFields":{}}';
const entries = new Map(
  ACCOUNT_IDS.map((id) => [id, `${JSON.stringify(id)}:${JSON.stringify(accountAtGong(id))}`]),
);
let calls = 0;

await serve((request, response) => {
  let body = '';
  request.setEncoding('latin1');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => sendJson(response, answerTo(request.url ?? '', body)));
});

function answerTo(url: string, body: string): string {
  if (url === '/calls') return String(calls);
  if (url.startsWith('/v2/crm/integrations')) return INTEGRATION;
  if (url.startsWith('/v2/crm/entity-schema')) return SCHEMA;
  calls += 1;
  const ids = JSON.parse(body) as string[];
  return `{"requestId":"r","crmObjectsMap":{${ids.map((id) => entries.get(id)).join()}}}`;
}
