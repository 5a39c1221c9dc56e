import type { Results } from '../operations/prepare.js';

export function isStream(results: Results): results is Extract<Results, AsyncIterableIterator<unknown>> {
  return Symbol.asyncIterator in results;
}

/** The same, with a call when it has ended or nobody wants more; it may be called more than once. */
export function untilEnd<T>(source: AsyncIterableIterator<T>, onEnd: () => void): AsyncIterableIterator<T> {
  async function passOn(step: Promise<IteratorResult<T>>): Promise<IteratorResult<T>> {
    try {
      const result = await step;
      if (result.done === true) onEnd();
      return result;
    } catch (error) {
      onEnd();
      throw error;
    }
  }
  return {
    next: () => passOn(source.next()),
    return: (value) => passOn(source.return?.(value) ?? Promise.resolve({ done: true, value })),
    throw: (error) => passOn(source.throw?.(error) ?? Promise.reject(error)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
