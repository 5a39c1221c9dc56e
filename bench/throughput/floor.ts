import { text } from 'node:stream/consumers';
import { Pool } from 'undici';
import { ACCESS_KEY } from '../support.js';
import { sendJson, serve } from './serve.js';

/** What no gateway can do with less: an answer of Gong is read, its objects are put in order, and it is written. */

const [, , gongUrl = '', integrationId] = process.argv;
const pool = new Pool(gongUrl, { connections: 64 });
const path = `/v2/crm/entities?integrationId=${integrationId}&objectType=ACCOUNT`;
const headers = {
  authorization: `Basic ${Buffer.from(`${ACCESS_KEY}:${ACCESS_KEY}`).toString('base64')}`,
  'content-type': 'application/json',
};

await serve(async (request, response) => {
  const { ids } = JSON.parse(await text(request)) as { ids: string[] };
  const { body } = await pool.request({
    method: 'GET',
    path,
    headers,
    body: JSON.stringify(ids),
    reset: false,
  });
  const { crmObjectsMap } = (await body.json()) as { crmObjectsMap: Record<string, object> };
  const answer = JSON.stringify({ data: { accounts: ids.map((id) => crmObjectsMap[id]) } });
  sendJson(response, answer);
});
