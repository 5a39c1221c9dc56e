import type { ApiDialect } from '../crm/dialects.js';

/** How the two sets of paths differ, apart from the fields of objects (`crm/gong-fields.ts`). */
export interface DialectRules {
  /** Whether a line of a file must not be older than the line before it. */
  readonly needsSortedLines: boolean;
  /** The property of a stage that `stage` of a deal refers to. */
  readonly stageKey: 'objectId' | 'internalName';
  /** Whether an upload without a file is refused before its integration is looked up. */
  readonly looksForFileFirst: boolean;
  /** The response to a call for objects without a body, sent before anything else is checked. */
  readonly withoutBody?: { readonly status: number; readonly message: string };
  /** The members of a schema listing. Each contains all fields. */
  readonly listingNames: readonly string[];
}

/** See the reference, sections 2 to 4 (legacy) and 7 (current). */
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
    // Gong's model has one name, its sample the other.
    listingNames: ['objectTypeToSelectedFields', 'selectedFields'],
  },
};
