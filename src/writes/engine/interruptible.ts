/** Settles as the promise does, or rejects with the signal's reason if that comes first. */
export function interruptible<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  // Not Promise.race with one long-lived promise: that would keep a reaction for every chunk of the file.
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const settled = () => signal.removeEventListener('abort', onAbort);
    promise.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error) => {
        settled();
        reject(error);
      },
    );
  });
}
