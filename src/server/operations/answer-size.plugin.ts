import type { ApolloServerPlugin } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import { GatewayError } from '../../errors.js';
import type { Context } from '../../graphql/context.js';

/** `JSON.stringify` would exhaust the stack on values much deeper. */
const MAX_DEPTH = 500;

/**
 * Bounds the size of an answer before it is serialized: only then does an object that was requested under fifteen aliases
 * exist fifteen times. Root fields that do not fit become null with an error; the others are returned.
 */
export function answerSizePlugin(maxBytes: number): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single') body.singleResult = limitSize(body.singleResult, maxBytes);
        },
      };
    },
  };
}

/** Returns the result itself if it fits. */
export function limitSize<T extends FormattedExecutionResult>(result: T, maxBytes: number): T {
  const { data, errors = [] } = result;
  if (data == null || sizeOf(errors, maxBytes) + sizeOf(data, maxBytes) <= maxBytes) return result;
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
  const kinds = [...refused].map((name) => tooLarge(String(name), maxBytes));
  return {
    ...result,
    errors: [...errors.filter(({ path }) => !refused.has(path?.[0])), ...kinds],
    data: kept,
  };
}

function tooLarge(name: string, maxBytes: number) {
  const { message, extensions } = answerTooLarge(name, maxBytes);
  return { message, path: [name], extensions };
}

/** @param name of the root field */
export function answerTooLarge(name: string, maxBytes: number): GatewayError {
  return new GatewayError(
    'OPERATION_TOO_COMPLEX',
    `The answer would exceed ${maxBytes} bytes: ask for fewer objects or fields at a time. If this is a mutation, it was carried out.`,
    { details: { limit: maxBytes, split: name } },
  );
}

/** The approximate size of a value as JSON, in bytes. Stops counting soon after `limit`. */
function sizeOf(value: unknown, limit: number, depth = 0): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  if (depth > MAX_DEPTH) return limit + 1;
  let size = 2;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && size <= limit; index += 1)
      size += sizeOf(value[index], limit - size, depth + 1) + 1;
    return size;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const name in object) {
    const member = object[name];
    // Most values are strings, and there may be thousands.
    size +=
      name.length +
      4 +
      (typeof member === 'string' ? member.length + 2 : sizeOf(member, limit - size, depth + 1));
    if (size > limit) break;
  }
  return size;
}
