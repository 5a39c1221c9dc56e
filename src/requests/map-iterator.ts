/**
 * Each value of a stream turned into another, as it is fetched. Unlike an async generator it passes `return()` on
 * at once, also while a value is being waited for.
 */
export function mapIterator<T, U>(source: AsyncIterator<T>, map: (value: T) => U): AsyncIterableIterator<U> {
  const mapped = (result: IteratorResult<T>): IteratorResult<U> =>
    result.done === true ? { done: true, value: undefined } : { done: false, value: map(result.value) };
  const stop = async (): Promise<IteratorResult<U>> => {
    await source.return?.();
    return { done: true, value: undefined };
  };
  return {
    next: async () => mapped(await source.next()),
    return: stop,
    throw: stop,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
