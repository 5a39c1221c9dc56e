import type { ApolloServerPlugin } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import { GatewayError } from '../../errors.js';
import type { Context } from '../../graphql/context.js';

/** Deeper values cannot be made JSON. */
const MAX_DEPTH = 500;

/**
 * Bounds the answer to an operation before it becomes JSON: until then an object that is asked for under fifteen aliases is
 * there once. Root fields that have no room are null, with an error in their place; the others arrive.
 */
export function answerSizePlugin(maxBytes: number): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single') bound(body.singleResult, maxBytes);
        },
      };
    },
  };
}

function bound(result: FormattedExecutionResult, maxBytes: number): void {
  const { data, errors = [] } = result;
  if (data == null || sizeOf(errors, maxBytes) + sizeOf(data, maxBytes) <= maxBytes) return;
  const refused = new Set<unknown>();
  const kept: Record<string, unknown> = {};
  let left = maxBytes;
  for (const [name, value] of Object.entries(data)) {
    const own = errors.filter(({ path }) => path?.[0] === name);
    const size = sizeOf(value, left) + sizeOf(own, left);
    const fits = size <= left;
    kept[name] = fits ? value : null;
    if (fits) left -= size;
    else refused.add(name);
  }
  result.data = kept;
  result.errors = [
    ...errors.filter(({ path }) => !refused.has(path?.[0])),
    ...[...refused].map((name) => tooLarge(String(name), maxBytes)),
  ];
}

function tooLarge(name: string, maxBytes: number) {
  const { message, extensions } = new GatewayError(
    'OPERATION_TOO_COMPLEX',
    `The answer would have more than ${maxBytes} bytes: ask for fewer objects or fields at a time. A mutation was carried out.`,
    { details: { limit: maxBytes, split: name } },
  );
  return { message, path: [name], extensions };
}

/** About how many bytes a value has as JSON; over `limit`, some number above it. */
function sizeOf(value: unknown, limit: number, depth = 0): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  if (depth > MAX_DEPTH) return limit + 1;
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      size += sizeOf(item, limit - size, depth + 1) + 1;
      if (size > limit) break;
    }
    return size;
  }
  for (const name in value) {
    size += name.length + 4 + sizeOf(Reflect.get(value, name), limit - size, depth + 1);
    if (size > limit) break;
  }
  return size;
}
