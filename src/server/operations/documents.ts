import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { GatewayError } from '../../errors.js';
import type { Log } from '../../log.js';
import { asGraphqlError } from './as-graphql-error.js';
import { createTextCache } from './text-cache.js';
import type { TrustedDocuments, TrustedMode } from './trusted-documents.js';

/** How a caller names an operation: by its text, by an ID, or by its text's SHA-256. */
export interface GivenDocument {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** The texts of operations, of all transports: how long they may be, which are trusted, which are known by name. */
export interface Documents {
  /**
   * The text to run; `undefined` where nothing was named.
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

/** Texts that callers have named by their SHA-256, so as not to send them again. */
const MOST_PERSISTED = 1_000;
const MOST_PERSISTED_CHARS = 8_000_000;
/** Texts outside the list, of which each is logged once. */
const MOST_AUDITED = 1_000;

export function createDocuments({ maxQueryChars, trusted, mode }: DocumentsOptions): Documents {
  const persisted = createTextCache(MOST_PERSISTED, MOST_PERSISTED_CHARS);
  const audited = createTextCache(MOST_AUDITED, MOST_PERSISTED_CHARS);

  function named(id: string): string {
    const text = trusted?.byId(id) ?? persisted.get(id);
    if (text !== undefined) return text;
    // Word for word what clients of Apollo's protocol look for: they then send the text along.
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
      throw asGraphqlError(
        new GatewayError('FORBIDDEN', 'This gateway runs only operations of its list of trusted ones.'),
      );
    }
    const hash = sha256(text);
    if (audited.get(hash) === undefined) {
      audited.set(hash, text.slice(0, 1));
      logger.warn(
        { sha256: hash, begins: text.slice(0, 200) },
        'an operation outside the list of trusted ones',
      );
    }
  }

  return {
    textOf({ query, documentId, extensions }, logger) {
      const hash = persistedHash(extensions);
      const id = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : hash;
      const text = typeof query === 'string' && query !== '' ? query : undefined;
      if (text === undefined) {
        if (query !== undefined && query !== null && query !== '') return undefined;
        if (id === undefined) return undefined;
        const found = named(id);
        judge(found, logger);
        return found;
      }
      judge(text, logger);
      if (hash !== undefined) {
        if (hash !== sha256(text)) throw refusal('provided sha does not match query', 'BAD_REQUEST');
        persisted.set(hash, text);
      }
      return text;
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
