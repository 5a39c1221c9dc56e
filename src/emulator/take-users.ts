import { isEmailAddress, shown } from '../crm/values.js';
import type { LineTaker } from './ingest.js';
import type { UserMappingRequest } from './users.js';

/** Maps users from lines `{crmUserId, emailAddress, isDeleted?}` (reference, section 2). Deprecated. */
export function createUserTaker(mapping: UserMappingRequest): LineTaker {
  const seen = new Set<string>();

  return ({ crmUserId, emailAddress, isDeleted }) => {
    const problems: string[] = [];
    const requireText = (field: string, value: unknown) => {
      if (value === undefined || value === null || value === '') {
        problems.push(`Mandatory field [${field}] is missing or empty`);
      } else if (typeof value !== 'string') {
        problems.push(`Field [${field}] must be a string, got ${shown(value)}`);
      }
    };
    requireText('crmUserId', crmUserId);
    if (isDeleted !== true) requireText('emailAddress', emailAddress);
    if (typeof emailAddress === 'string' && emailAddress !== '' && !isEmailAddress(emailAddress)) {
      problems.push(
        `Field [emailAddress] must be an e-mail address such as jane.doe@acme.com, got ${shown(emailAddress)}`,
      );
    }
    if (isDeleted != null && typeof isDeleted !== 'boolean') {
      problems.push(`Field [isDeleted] must be true or false, got ${shown(isDeleted)}`);
    }
    const id = typeof crmUserId === 'string' ? crmUserId : '';
    if (id !== '' && seen.has(id)) problems.push(`The user ${shown(id)} is in the file twice`);
    seen.add(id);
    if (problems.length > 0) return problems;

    if (isDeleted === true) mapping.unmap(id);
    else mapping.map(id, String(emailAddress));
    return problems;
  };
}
