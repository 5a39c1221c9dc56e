import { useState } from 'preact/hooks';
import { isUnknownCaller } from '../session.js';
import { EXPIRED, useSession } from './session-context.js';

export interface Action<T> {
  readonly isRunning: boolean;
  readonly result: T | undefined;
  readonly error: unknown;
  run(work: () => Promise<T>): Promise<void>;
  reset(): void;
}

/** Something that a person does, one at a time. */
export function useAction<T>(): Action<T> {
  const { end } = useSession();
  const idle = { isRunning: false, result: undefined, error: undefined };
  const [state, setState] = useState<Omit<Action<T>, 'run' | 'reset'>>(idle);
  return {
    ...state,
    async run(work) {
      setState({ ...idle, isRunning: true });
      try {
        const result = await work();
        setState({ ...idle, result });
      } catch (error) {
        if (isUnknownCaller(error)) end(EXPIRED);
        setState({ ...idle, error });
      }
    },
    reset: () => setState(idle),
  };
}
