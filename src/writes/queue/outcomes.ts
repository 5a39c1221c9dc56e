import type { RequestStatus } from '../../crm/request-status.js';
import { firstKeyAt, timeOf } from '../../store/time-keys.js';
import type { Version } from './records.js';
import type { Outcome } from './settle.js';

/** How Gong has dealt with a batch. */
export type Verdict =
  /** It has stored the batch, but for the lines with an error. */
  | { readonly kind: 'stored'; readonly status: RequestStatus }
  /** It has stored nothing of it. `mayPass`: for a reason that need not be an object's. */
  | { readonly kind: 'refused'; readonly message: string; readonly mayPass: boolean }
  /** It does not know the request, although it received it. */
  | { readonly kind: 'forgotten' };

/** @param status final */
export function verdictOf(status: RequestStatus): Verdict {
  const { state, errors, totalSuccessCount } = status;
  const general = errors.find(({ line }) => line === 0);
  if (general !== undefined) return { kind: 'refused', message: general.description, mayPass: true };
  return state === 'FAILED' && errors.length === 0 && !totalSuccessCount
    ? { kind: 'refused', message: 'Gong failed the upload without naming an error', mayPass: true }
    : { kind: 'stored', status };
}

export interface Verdicts {
  readonly members: number;
  /** How many batches in a row Gong has refused as a whole, this one included. */
  readonly refusedInARow: number;
  /** The accounts that Gong does not have, of those that the members need. */
  readonly missingAccounts: ReadonlySet<string>;
  readonly now: number;
  /** How long the first wait is for what may pass by itself. */
  readonly retryMs: number;
}

/** After this many attempts a version is given up. Each names 20 more of the lines that are wrong. */
const MOST_ATTEMPTS = 25;
/** A version that Gong refuses although it is alone may be the victim of a failure that passes. */
const MOST_ATTEMPTS_ALONE = 3;
/** With one bad object in 10,000, halving finds it in 14 steps; with nothing but refusals the object is not to blame. */
const MOST_REFUSED_IN_A_ROW = 30;

const HOUR_MS = 3_600_000;
/** How long a version waits for its account, and how long at most between two attempts. */
const ACCOUNT_WAIT_MS = 24 * HOUR_MS;
const LONGEST_WAIT_MS = 6 * HOUR_MS;

/** Returns what becomes of the version in a line, counting from 0. */
export function outcomesOf(
  verdict: Verdict,
  verdicts: Verdicts,
): (version: Version, line: number) => Outcome {
  switch (verdict.kind) {
    case 'forgotten':
      return (version) =>
        againOrDead(version, MOST_ATTEMPTS_ALONE, 'Gong does not know the request any more');
    case 'refused':
      return (version) => afterRefusal(version, verdict.message, verdicts, verdict.mayPass);
    case 'stored': {
      const { errors, totalErrorCount } = verdict.status;
      const refused = new Map(errors.map(({ line, description }) => [line - 1, description]));
      const unnamed = (totalErrorCount ?? refused.size) - refused.size;
      return (version, line) => {
        const message = refused.get(line);
        if (message !== undefined) return { kind: 'dead', reason: 'REFUSED', message };
        // It may be one of those that Gong does not name. Sending it again changes nothing if it is not.
        if (unnamed > 0) return againOrDead(version, MOST_ATTEMPTS, UNNAMED);
        return afterStoring(version, verdicts);
      };
    }
  }
}

const UNNAMED = 'Gong refused objects that were sent with this one, more than it names';

function againOrDead(version: Version, mostAttempts: number, message: string, more = {}): Outcome {
  return version.attempts + 1 < mostAttempts
    ? { kind: 'again', dueAt: null, mostTogether: null, reason: 'REFUSED', ...more }
    : { kind: 'dead', reason: 'REFUSED', message };
}

/** Halves the batch, to find the object that Gong does not take. */
function afterRefusal(
  version: Version,
  message: string,
  { members, refusedInARow, now, retryMs }: Verdicts,
  mayPass: boolean,
): Outcome {
  const isHopeless = refusedInARow > MOST_REFUSED_IN_A_ROW || (members === 1 && !mayPass);
  if (isHopeless) return { kind: 'dead', reason: 'REFUSED', message };
  if (members > 1)
    return { kind: 'again', dueAt: null, mostTogether: Math.ceil(members / 2), reason: 'REFUSED' };
  return againOrDead(version, MOST_ATTEMPTS_ALONE, message, {
    dueAt: firstKeyAt(now + retryMs),
    mostTogether: 1,
  });
}

/** Gong shows a contact or a deal only if it had the account when it processed it (reference, section 4). */
function afterStoring(version: Version, { missingAccounts, now, retryMs }: Verdicts): Outcome {
  const { accountId, attempts, seq } = version;
  if (accountId === null || !missingAccounts.has(accountId)) return { kind: 'done' };
  if (now - timeOf(seq) > ACCOUNT_WAIT_MS) {
    const message = `Gong has no account ${accountId}, and does not show the object without it`;
    return { kind: 'dead', reason: 'NO_ACCOUNT', message };
  }
  const waitMs = Math.min(retryMs * 4 ** attempts, LONGEST_WAIT_MS);
  return { kind: 'again', dueAt: firstKeyAt(now + waitMs), mostTogether: null, reason: 'NO_ACCOUNT' };
}
