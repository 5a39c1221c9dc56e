import type { ClientOptions } from './connection.js';

/** Concurrent requests share one token, and one renewal. */
export function createCredential(token: ClientOptions['token']) {
  let current: Promise<string | undefined> | undefined;

  async function ask(): Promise<string | undefined> {
    const value = typeof token === 'function' ? await token() : token;
    if (value === undefined || value === '') return undefined;
    // `fetch` would repeat the token in its error.
    if (/[^\x20-\x7e]/.test(value)) throw new TypeError('the token has a character that no header may have');
    return value.includes(' ') ? value : `Bearer ${value}`;
  }

  function refused(used: Promise<string | undefined>): void {
    if (current === used) current = undefined;
  }

  return {
    isRenewable: typeof token === 'function',
    refused,
    current(): Promise<string | undefined> {
      if (current === undefined) {
        const asked = ask();
        current = asked;
        // A failure is not kept.
        asked.catch(() => refused(asked));
      }
      return current;
    },
  };
}
