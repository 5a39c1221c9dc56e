import { shown } from '../../crm/values.js';
import { readJsonBody } from '../body.js';
import type { Handler } from '../call.js';
import { HttpError } from '../http.js';
import { mainJson } from '../objects.js';
import { INTEGRATION_ID, readParameters, SCHEMA_TYPE } from '../parameters.js';

const MAX_IDS = 100;

/** Answers the first 100 objects and says nothing of the others, as Gong does (reference, section 3). */
export const getObjects: Handler = async ({ query, company, openBody, noteObjectIds }) => {
  const { integrationId, objectType } = readParameters(query, {
    integrationId: INTEGRATION_ID,
    objectType: SCHEMA_TYPE,
  });
  company.find(integrationId);
  const ids = checkIds(await readJsonBody(openBody()), query.getAll('objectsCrmIds'));
  noteObjectIds(ids);
  const { objects, schemas } = company.find(integrationId);
  // Written by hand: an id may be "__proto__", and numbers must leave as they came.
  const members = [...new Set(ids.slice(0, MAX_IDS))].map(
    (id) => `${JSON.stringify(id)}:${mainJson(objects[objectType].main(id), schemas[objectType])}`,
  );
  return { status: 200, members: [['crmObjectsMap', `{${members.join(',')}}`]] };
};

/** Ids in the body go before those in the query. */
function checkIds(body: unknown, parameters: readonly string[]): readonly string[] {
  const ids = Array.isArray(body) && body.length === 0 ? parameters : (body ?? parameters);
  if (!Array.isArray(ids) || ids.length === 0) {
    throw new HttpError(400, [
      'The ids of the requested objects are needed: a JSON array of strings in the body, or parameters objectsCrmIds',
    ]);
  }
  const wrong = ids.findIndex((id) => typeof id !== 'string');
  if (wrong !== -1) throw new HttpError(400, [`[${wrong}] An id must be a string, got ${shown(ids[wrong])}`]);
  return ids;
}
