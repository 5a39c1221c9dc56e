import { z } from 'zod';
import { readJsonBody, requireJsonContentType } from '../body.js';
import type { Handler } from '../call.js';
import { INTEGRATION_ID, readParameters } from '../parameters.js';
import { parseElements } from './elements.js';

const STAGE_NAME = 'must be a string that is not empty';
const UploadedStage = z.object(
  {
    internalName: z.string(STAGE_NAME).min(1, STAGE_NAME),
    name: z.string(STAGE_NAME).min(1, STAGE_NAME),
    isActive: z.boolean('must be true or false'),
    sortOrder: z.int('must be an integer from 1').min(1, 'must be an integer from 1'),
  },
  'must be a JSON object',
);

/** Deprecated. Unlike an upload of STAGE objects, it takes effect immediately. */
export const uploadDealStages: Handler = async ({ query, company, openBody }) => {
  const { integrationId } = readParameters(query, { integrationId: INTEGRATION_ID });
  company.find(integrationId);
  const request = openBody();
  requireJsonContentType(request);
  const stages = parseElements(UploadedStage, await readJsonBody(request), 'stages');
  const integration = company.find(integrationId);
  for (const { internalName } of stages) integration.stages.putNamed(internalName);
  return { status: 200 };
};
