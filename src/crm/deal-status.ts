import { DEAL_STATUSES, type DealStatus } from './current-fields.js';
import type { ApiDialect } from './dialects.js';

/** The state of a deal in both dialects: `status` on the current paths, `isOpen` and `isWon` on the legacy ones. */

const STATUSES: ReadonlySet<unknown> = new Set(DEAL_STATUSES);

export function isDealStatus(value: unknown): value is DealStatus {
  return STATUSES.has(value);
}

export function flagsOf(status: DealStatus): { readonly isOpen: boolean; readonly isWon: boolean } {
  return { isOpen: status === 'OPEN', isWon: status === 'WON' };
}

/** `undefined` if a flag is missing or the flags contradict each other. */
export function statusOf(isOpen: unknown, isWon: unknown): DealStatus | undefined {
  if (isOpen === true) return isWon === true ? undefined : 'OPEN';
  if (isWon === true) return 'WON';
  return isOpen === false && isWon === false ? 'LOST' : undefined;
}

export interface DealState {
  readonly status: DealStatus | null;
  /** As Gong returned it, if it did, whatever its type. */
  readonly isOpen: unknown;
  readonly isWon: unknown;
}

/**
 * The state of a deal as Gong returned it, in both dialects. A dialect's own fields take precedence. The other's
 * replace missing ones, because an object uploaded on one set of paths may be read on the other.
 *
 * @param onUnknown called with a status that is not documented
 */
export function dealState(
  dialect: ApiDialect,
  record: Readonly<Record<string, unknown>>,
  onUnknown: (status: unknown) => void,
): DealState {
  const { isOpen = null, isWon = null, status: given = null } = record;
  const hasFlags = isOpen !== null || isWon !== null;
  const own = dialect === 'legacy' && hasFlags ? null : given;
  if (isDealStatus(own)) return { status: own, ...flagsOf(own) };
  if (own !== null) {
    // On the legacy paths this may be a custom field.
    if (dialect === 'current') onUnknown(own);
    return { status: null, isOpen, isWon };
  }
  const status = statusOf(isOpen, isWon);
  const flags = status === undefined ? { isOpen: null, isWon: null } : flagsOf(status);
  return { status: status ?? null, isOpen: isOpen ?? flags.isOpen, isWon: isWon ?? flags.isWon };
}
