import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { GatewayError } from '../../errors.js';
import type { Log } from '../../log.js';
import { toGraphQLError } from './errors.js';
import type { TrustedDocuments, TrustedMode } from './trusted-documents.js';

/** The ways to name an operation: its text, an ID of a trusted document, or the text's SHA-256. */
export interface GivenDocument {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** Finds and judges the texts of operations for every transport: their length, and whether they are trusted. */
export interface Documents {
  /**
   * Returns the text to run; `undefined` where the request names none.
   *
   * @throws GraphQLError of the catalogue or of Apollo's protocol for persisted queries
   */
  textOf(given: GivenDocument, logger: Log): string | undefined;
}

export interface DocumentsOptions {
  readonly maxQueryChars: number;
  readonly trusted: TrustedDocuments | null;
  readonly mode: TrustedMode;
}

const MAX_PERSISTED = 1_000;
const MAX_PERSISTED_CHARS = 8_000_000;
const MAX_AUDITED = 1_000;

export function createDocuments({ maxQueryChars, trusted, mode }: DocumentsOptions): Documents {
  /** Texts by their SHA-256, so that callers need not send them again. */
  const persisted = new LRUCache<string, string>({
    max: MAX_PERSISTED,
    maxSize: MAX_PERSISTED_CHARS,
    sizeCalculation: (text) => text.length,
  });
  /** The SHA-256 of untrusted texts: each is logged once. */
  const audited = new LRUCache<string, true>({ max: MAX_AUDITED });

  function named(id: string): string {
    const text = trusted?.byId(id) ?? persisted.get(id);
    if (text !== undefined) return text;
    // Apollo's clients look for exactly this message, and then send the text along.
    throw refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND', 200);
  }

  function judge(text: string, logger: Log): void {
    if (text.length > maxQueryChars) {
      throw refusal(
        `The text of an operation may have ${maxQueryChars} characters, this one has ${text.length}.`,
        'GRAPHQL_PARSE_FAILED',
      );
    }
    if (mode === 'off' || trusted?.has(text) === true) return;
    if (mode === 'enforce') {
      const message = 'This gateway runs only the operations on its list of trusted documents.';
      throw toGraphQLError(new GatewayError('FORBIDDEN', message));
    }
    const hash = sha256(text);
    if (audited.get(hash)) return;
    audited.set(hash, true);
    logger.warn({ sha256: hash, begins: text.slice(0, 200) }, 'an operation is not a trusted document');
  }

  return {
    textOf({ query, documentId, extensions }, logger) {
      const hash = persistedHash(extensions);
      const id = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : hash;
      if (typeof query !== 'string' || query === '') {
        const isAbsent = query === undefined || query === null || query === '';
        if (!isAbsent || id === undefined) return undefined;
        const found = named(id);
        judge(found, logger);
        return found;
      }
      judge(query, logger);
      if (hash !== undefined) {
        if (hash !== sha256(query)) throw refusal('provided sha does not match query', 'BAD_REQUEST');
        persisted.set(hash, query);
      }
      return query;
    },
  };
}

function persistedHash(extensions: unknown): string | undefined {
  if (typeof extensions !== 'object' || extensions === null || !('persistedQuery' in extensions))
    return undefined;
  const { persistedQuery } = extensions;
  const hash =
    typeof persistedQuery === 'object' && persistedQuery !== null && 'sha256Hash' in persistedQuery
      ? persistedQuery.sha256Hash
      : undefined;
  if (typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)) return hash;
  throw refusal('extensions.persistedQuery.sha256Hash: needed 64 hexadecimal digits', 'BAD_REQUEST');
}

function refusal(message: string, code: string, status = 400): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
