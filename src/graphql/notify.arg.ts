import { z } from 'zod';
import { shown } from '../crm/values.js';
import { badUserInput, type InputProblem, type ProblemPath } from '../errors.js';
import type { UploadService } from '../writes/service.js';
import { badValues, CheckedArg, type CheckedArgOptions } from './checked-arg.js';
import { UrlScalar } from './scalars.js';

export const NOTIFY_DESCRIPTION =
  'Where to send a webhook as soon as Gong has finished the request: a POST, signed as Standard Webhooks describes. Only hosts ' +
  'that the operator allows.';

/** The format of an address; whether it is allowed, `addressProblems` says. */
export const notifyAddress = z.string('a text');

/** The argument `notify: URL` of writes that Gong processes later. */
export function NotifyArg({ deferred }: Pick<CheckedArgOptions, 'deferred'> = {}) {
  return CheckedArg('notify', () => UrlScalar, {
    nullable: true,
    description: NOTIFY_DESCRIPTION,
    check: notifyAddress,
    deferred,
  });
}

/** What is wrong with an address that a caller has given, at this place in its arguments. */
export function addressProblems(
  { addressRefusal }: Pick<UploadService, 'addressRefusal'>,
  address: unknown,
  path: ProblemPath = ['notify'],
): InputProblem[] {
  if (address == null) return [];
  if (typeof address !== 'string') return badValues(path.join('.'), address, notifyAddress);
  const needed = addressRefusal(address);
  return needed === undefined
    ? []
    : [{ path, code: 'INVALID_VALUE', message: `${needed}, got ${shown(address)}` }];
}

/** @throws GatewayError BAD_USER_INPUT */
export function refuseAddress(...given: Parameters<typeof addressProblems>): void {
  const problems = addressProblems(...given);
  if (problems.length > 0) throw badUserInput(problems);
}
