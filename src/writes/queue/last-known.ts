import { z } from 'zod';
import { isIntegrationId } from '../../crm/identifiers.js';
import { FIELD_TYPES, REFERENCE_TARGETS } from '../../crm/object-types.js';
import type { SchemaField } from '../../crm/schema-field.js';
import { isRetryable } from '../../errors.js';
import { withoutFlaws } from '../../gong/flaw.js';
import { type Store, transact } from '../../store/store.js';
import type { SchemaReads } from '../live-schema.js';

/**
 * What Gong said last about the active integration and about schemas, so that changes are taken, and checked, while it is
 * away.
 */
export interface LastKnown {
  /** @throws what `live` throws, if nothing is known */
  integrationId(live: () => Promise<string>): Promise<string>;
  /** Reads of one type's schema: live, or else as last known. */
  schemas(live: SchemaReads): SchemaReads;
}

/** How long Gong is waited for if an earlier answer is known. */
const PATIENCE_MS = 1_000;

const FIELDS = z.array(
  z.object({
    uniqueName: z.string(),
    label: z.string(),
    type: z.enum(FIELD_TYPES),
    lastModified: z.string().nullable(),
    referenceTo: z.enum(REFERENCE_TARGETS).nullable(),
    orderedValueList: z.array(z.string()).nullable(),
  }),
);

const ACTIVE = 'known/integration';
const schemaKey = (integrationId: string, objectType: string) =>
  `known/schema/${integrationId}/${objectType}`;

export function createLastKnown(store: Store): LastKnown {
  /** What is stored, as far as this process knows. */
  const stored = new Map<string, string>();

  /** Never rejects: not to know it the next time is bearable. */
  async function remember(key: string, text: string): Promise<void> {
    if (stored.get(key) === text) return;
    stored.set(key, text);
    await transact(store, async (transaction) => transaction.put(key, text), { durable: false }).catch(() =>
      stored.delete(key),
    );
  }

  async function recall<T>(key: string, parse: (text: string) => T | null): Promise<T | null> {
    const [found] = await store.read([key]);
    return found == null ? null : parse(found.value);
  }

  return {
    integrationId: (live) =>
      liveOrKnown(
        async () => {
          const id = await live();
          await remember(ACTIVE, id);
          return id;
        },
        () => recall(ACTIVE, (text) => (isIntegrationId(text) ? text : null)),
      ),
    schemas: (live) => ({
      async listSchema(integrationId, objectType, options) {
        if (objectType === undefined) return live.listSchema(integrationId, objectType, options);
        const key = schemaKey(integrationId, objectType);
        const fields = await liveOrKnown(
          async () => {
            const listing = await live.listSchema(integrationId, objectType, options);
            const found = withoutFlaws(listing.get(objectType) ?? []);
            await remember(key, JSON.stringify(found));
            return found;
          },
          () => recall(key, parseFields),
        );
        return new Map([[objectType, fields]]);
      },
    }),
  };
}

/** Resolves with the live answer, or with the known one if Gong fails or takes long. */
async function liveOrKnown<T>(live: () => Promise<T>, known: () => Promise<T | null>): Promise<T> {
  const answer = live();
  const given = answer.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  // Cheaper than to abort a sleep, whose error has a stack.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, null);
  });
  const first = await Promise.race([given, late]);
  clearTimeout(timer);
  if (first !== null && 'value' in first) return first.value;
  if (first !== null && !isRetryable(first.error)) throw first.error;
  return (await known()) ?? answer;
}

function parseFields(text: string): readonly SchemaField[] | null {
  try {
    return FIELDS.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
