import type { ApiDialect } from '../crm/dialects.js';

/** How the two sets of paths differ, beside the fields of objects (`crm/gong-fields.ts`). */
export interface DialectRules {
  /** Whether a line of a file is in error that is older than one before it. */
  readonly needsSortedLines: boolean;
  /** What `stage` of a deal names a stage by. */
  readonly stageKey: 'objectId' | 'internalName';
  /** Whether an upload without a file is refused before its integration is looked up. */
  readonly looksForFileFirst: boolean;
  /** Answer to a call for objects without a body, before anything else is looked at. */
  readonly withoutBody?: { readonly status: number; readonly message: string };
  /** Members of a schema listing, each of which holds all fields. */
  readonly listingNames: readonly string[];
}

/** Of the reference, sections 2 to 4 (legacy) and 7 (current). */
export const DIALECT_RULES: Readonly<Record<ApiDialect, DialectRules>> = {
  current: {
    needsSortedLines: false,
    stageKey: 'objectId',
    looksForFileFirst: true,
    withoutBody: { status: 415, message: 'Unsupported Media Type' },
    listingNames: ['objectTypeToSelectedFields'],
  },
  legacy: {
    needsSortedLines: true,
    stageKey: 'internalName',
    looksForFileFirst: false,
    // The document's model calls the map by the one name, its sample by the other.
    listingNames: ['objectTypeToSelectedFields', 'selectedFields'],
  },
};
