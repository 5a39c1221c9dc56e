import { useEffect, useRef, useState } from 'preact/hooks';
import { areRefused, basic, type Credentials, clientWith, type SignInNeeds } from './session.js';

interface SignInProps {
  readonly needs: SignInNeeds;
  readonly reason: string | undefined;
  onSignIn(credentials: Credentials): void;
}

/** What a header may have. */
const PRINTABLE = /^[\x21-\x7e]+$/;

export function SignIn({ needs, reason, onSignIn }: SignInProps) {
  const form = useRef<HTMLFormElement>(null);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    document.title = 'Sign in · CRM gateway';
    form.current?.querySelector('input')?.focus();
  }, []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (form.current === null) return;
    const given = Object.fromEntries(
      [...new FormData(form.current)].map(([name, value]) => [name, String(value).trim()]),
    );
    if (Object.values(given).some((value) => !PRINTABLE.test(value))) {
      setProblem('Keys and tokens have only letters, digits and signs, and no spaces.');
      return;
    }
    const credentials = credentialsIn(given);
    setBusy(true);
    setProblem(undefined);
    const isRefused = await areRefused(clientWith(credentials));
    setBusy(false);
    if (isRefused) setProblem('The gateway does not know these credentials.');
    else onSignIn(credentials);
  }

  return (
    <main class="alone">
      <form class="card sign-in" ref={form} onSubmit={submit} autocomplete="off">
        <h1>CRM gateway</h1>
        <p class="quiet">
          Sign in with the credentials with which programs call this gateway. They are kept until you close
          the tab.
        </p>
        {reason !== undefined && (
          <p class="note note-warning" role="alert">
            {reason}
          </p>
        )}
        {needs.apiKey && <Secret name="apiKey" label="API key" />}
        {needs.authorization === 'token' && <Secret name="token" label="Token" />}
        {needs.authorization === 'gong' && (
          <>
            <Secret name="key" label="Gong access key" />
            <Secret name="secret" label="Gong access key secret" />
          </>
        )}
        <p class="problem" role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

function Secret({ name, label }: { readonly name: string; readonly label: string }) {
  return (
    <label class="field">
      {label}
      <input name={name} type="password" required autocomplete="off" spellcheck={false} />
    </label>
  );
}

function credentialsIn({
  apiKey,
  token,
  key,
  secret,
}: Readonly<Record<string, string | undefined>>): Credentials {
  const authorization = key !== undefined && secret !== undefined ? basic(key, secret) : token;
  return { apiKey, authorization };
}
