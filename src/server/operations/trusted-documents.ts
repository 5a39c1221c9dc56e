import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripIgnoredCharacters } from 'graphql';
import { z } from 'zod';
import { type EnvironmentProblem, oneOf, type SettingsOf, setting } from '../../env.js';

/** Reviewed operations by ID. */
export interface TrustedDocuments {
  byId(id: string): string | undefined;
  /** Whether the text is one of them; ignores white space and comments. */
  has(text: string): boolean;
}

export const TRUSTED_SETTINGS = {
  /** File of reviewed operations, for example schema/trusted.json. Clients can send them by their ID alone. */
  path: setting('TRUSTED_DOCUMENTS', z.string()),
  /** What happens to other operations. `off`: they run. `audit`: they run and are logged. `enforce`: they are refused. */
  mode: setting('TRUSTED_DOCUMENTS_MODE', oneOf(['off', 'audit', 'enforce']), { default: 'off' }),
};

type TrustedSettings = SettingsOf<typeof TRUSTED_SETTINGS>;
export type TrustedMode = TrustedSettings['mode'];

export function trustedProblems({ path, mode }: TrustedSettings): EnvironmentProblem[] {
  if (mode === 'off' || path !== null) return [];
  const needed = 'the file of trusted operations, since TRUSTED_DOCUMENTS_MODE is set';
  return [{ variable: 'TRUSTED_DOCUMENTS', needed, got: 'nothing' }];
}

const Texts = z.record(z.string().min(1).max(200), z.string().min(1));

/** Reads the file that `npm run codegen` writes: an object of texts by their SHA-256. @throws if it is not one */
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
    // Not GraphQL, and so not a trusted document. In audit mode the parser reports what is wrong.
    return text;
  }
}
