import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripIgnoredCharacters } from 'graphql';
import { z } from 'zod';

/** Operations that were reviewed: the texts, by ID. */
export interface TrustedDocuments {
  byId(id: string): string | undefined;
  /** Whether this text is one of them, however it is spaced. */
  has(text: string): boolean;
}

/** `audit`: others run, and are logged. `enforce`: they are refused. */
export const TRUSTED_MODES = ['off', 'audit', 'enforce'] as const;
export type TrustedMode = (typeof TRUSTED_MODES)[number];

const Texts = z.record(z.string().min(1).max(200), z.string().min(1));

/** As `npm run codegen` writes it: an object of texts by their SHA-256. @throws where the file is not that */
export function readTrustedDocuments(path: string): TrustedDocuments {
  return createTrustedDocuments(Texts.parse(JSON.parse(readFileSync(path, 'utf8'))));
}

export function createTrustedDocuments(texts: Readonly<Record<string, string>>): TrustedDocuments {
  const byId = new Map(Object.entries(texts));
  const known = new Set([...byId.values()].map(digestOf));
  return {
    byId: (id) => byId.get(id),
    has: (text) => known.has(digestOf(text)),
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(withoutSpacing(text)).digest('hex');
}

function withoutSpacing(text: string): string {
  try {
    return stripIgnoredCharacters(text);
  } catch {
    // Not GraphQL: then it is not one of them, and the parser will say what is wrong where others may run.
    return text;
  }
}
