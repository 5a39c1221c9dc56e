import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { Router } from 'wouter-preact';
import { SessionContext } from './data/session-context.js';
import { Failure, Loading } from './parts/states.js';
import {
  type Credentials,
  clientWith,
  needsSignIn,
  readNeeds,
  type SignInNeeds,
  storeCredentials,
  storedCredentials,
} from './session.js';
import { Shell } from './shell.js';
import { SignIn } from './sign-in.js';

export function App() {
  const [needs, setNeeds] = useState<SignInNeeds>();
  const [error, setError] = useState<unknown>();
  const [credentials, setCredentials] = useState<Credentials | undefined>(storedCredentials);
  const [reason, setReason] = useState<string>();

  const load = useCallback(() => {
    setError(undefined);
    readNeeds().then(setNeeds, setError);
  }, []);
  useEffect(load, []);

  const begin = useCallback((given: Credentials) => {
    storeCredentials(given);
    setReason(undefined);
    setCredentials(given);
  }, []);
  const end = useCallback((why?: string) => {
    storeCredentials(undefined);
    setReason(why);
    setCredentials(undefined);
  }, []);

  const isNeeded = needs !== undefined && needsSignIn(needs);
  const session = useMemo(
    () => ({ client: clientWith(credentials ?? {}), isSignedIn: isNeeded, end }),
    [credentials, isNeeded, end],
  );

  if (error !== undefined) {
    return (
      <main class="alone">
        <Failure error={error} onRetry={load} />
      </main>
    );
  }
  if (needs === undefined) {
    return (
      <main class="alone">
        <Loading what="the console" />
      </main>
    );
  }
  if (isNeeded && credentials === undefined) return <SignIn needs={needs} reason={reason} onSignIn={begin} />;
  return (
    <SessionContext.Provider value={session}>
      <Router base="/console">
        <Shell />
      </Router>
    </SessionContext.Provider>
  );
}
