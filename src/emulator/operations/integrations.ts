import { z } from 'zod';
import { isEmailAddress } from '../../crm/values.js';
import { readJsonBody, requireJsonContentType } from '../body.js';
import type { Handler } from '../call.js';
import { HttpError } from '../http.js';
import { CLIENT_REQUEST_ID, INTEGRATION_ID, readParameters } from '../parameters.js';
import { accept } from './requests.js';

export const listIntegrations: Handler = ({ company }) => {
  const integrations = company.integrations.map(
    ({ id, name, ownerEmail }) =>
      `{"integrationId":${id},"name":${JSON.stringify(name)},"ownerEmail":${JSON.stringify(ownerEmail)}}`,
  );
  return { status: 200, members: [['integrations', `[${integrations.join(',')}]`]] };
};

const Registration = z.object(
  {
    name: z.string('name must be a string').refine((text) => text.trim() !== '', 'name must not be empty'),
    ownerEmail: z
      .string('ownerEmail must be a string')
      .refine(isEmailAddress, 'ownerEmail must be an e-mail address such as jane.doe@acme.com'),
  },
  'The body must be a JSON object {name, ownerEmail}',
);

export const registerIntegration: Handler = async ({ company, openBody }) => {
  const request = openBody();
  requireJsonContentType(request);
  const registration = Registration.safeParse(await readJsonBody(request));
  if (!registration.success) {
    throw new HttpError(
      400,
      registration.error.issues.map((issue) => issue.message),
    );
  }
  const { name, ownerEmail } = registration.data;
  return { status: 200, members: [['integrationId', company.register(name, ownerEmail).id]] };
};

export const deleteIntegration: Handler = (call) => {
  const { integrationId, clientRequestId } = readParameters(call.query, {
    integrationId: INTEGRATION_ID,
    clientRequestId: CLIENT_REQUEST_ID,
  });
  const integration = call.company.find(integrationId);
  return accept(call, integration, clientRequestId, () => {
    call.company.remove(integration);
    return { state: 'DONE', errors: [], totalErrorCount: 0, totalSuccessCount: 0 };
  });
};
