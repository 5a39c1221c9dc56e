import { MAX_IDS_PER_CALL } from '../../crm/gong-limits.js';
import { shown } from '../../crm/values.js';
import { readJsonBody } from '../body.js';
import type { Handler } from '../call.js';
import { DIALECT_RULES } from '../dialect-rules.js';
import { HttpError, hasBody } from '../http.js';
import { INTEGRATION_ID, readParameters, SCHEMA_TYPE } from '../parameters.js';
import { shownJson } from '../shown-object.js';

/** Returns the first 100 objects and silently ignores other IDs, as Gong does (reference, section 3). */
export const getObjects: Handler = async ({ dialect, query, company, openBody, noteObjectIds }) => {
  const { withoutBody } = DIALECT_RULES[dialect];
  const parameters = query.getAll('objectsCrmIds');
  const requireBody = (isThere: boolean) => {
    if (isThere || parameters.length > 0 || withoutBody === undefined) return;
    throw new HttpError(withoutBody.status, [withoutBody.message]);
  };
  const request = openBody();
  requireBody(hasBody(request));
  const { integrationId, objectType } = readParameters(query, {
    integrationId: INTEGRATION_ID,
    objectType: SCHEMA_TYPE,
  });
  company.find(integrationId);
  const body = await readJsonBody(request);
  requireBody(body !== undefined);
  const ids = checkIds(body, parameters);
  noteObjectIds(ids);
  const { objects, schemas, stages } = company.find(integrationId);
  const schema = schemas[objectType];
  // Not JSON.stringify, because an ID may be "__proto__" and numbers must stay as they were written.
  const members = [...new Set(ids.slice(0, MAX_IDS_PER_CALL))].map((id) => {
    const json = shownJson(objects[objectType].main(id), { schema, stages, dialect });
    return `${JSON.stringify(id)}:${json}`;
  });
  return { status: 200, members: [['crmObjectsMap', `{${members.join(',')}}`]] };
};

/** IDs in the body take precedence over those in the query. */
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
