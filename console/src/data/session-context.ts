import type { Client } from 'gong-crm-graphql-client';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Session {
  readonly client: Client;
  /** Whether a person has typed in credentials, and so may sign out. */
  readonly isSignedIn: boolean;
  /** @param reason what the sign-in page says; `undefined` if the person wanted it */
  end(reason?: string): void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('needed a session around this component, found none');
  return session;
}

export const EXPIRED =
  'The gateway no longer accepts these credentials: the token has ended, or the key was withdrawn.';
