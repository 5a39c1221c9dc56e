import { type Client, createClient, GatewayError, IntegrationsDocument } from 'gong-crm-graphql-client';

/** What a person has to type in, as the gateway says at `/console/sign-in.json`. */
export interface SignInNeeds {
  readonly apiKey: boolean;
  readonly authorization: 'none' | 'token' | 'gong';
}

/** What was typed in. */
export interface Credentials {
  readonly apiKey?: string | undefined;
  /** A token, or the value of `Authorization`. */
  readonly authorization?: string | undefined;
}

/** Ends with the tab. */
const PLACE = 'console-credentials';

export async function readNeeds(): Promise<SignInNeeds> {
  const response = await fetch('/console/sign-in.json');
  if (!response.ok) throw new Error(`needed 200 from the gateway, got ${response.status}`);
  return response.json();
}

export function needsSignIn({ apiKey, authorization }: SignInNeeds): boolean {
  return apiKey || authorization !== 'none';
}

export function storedCredentials(): Credentials | undefined {
  const text = sessionStorage.getItem(PLACE);
  return text === null ? undefined : JSON.parse(text);
}

export function storeCredentials(credentials: Credentials | undefined): void {
  if (credentials === undefined) sessionStorage.removeItem(PLACE);
  else sessionStorage.setItem(PLACE, JSON.stringify(credentials));
}

export function clientWith({ apiKey, authorization }: Credentials): Client {
  return createClient({
    url: location.origin,
    headers: apiKey === undefined ? {} : { 'x-api-key': apiKey },
    token: authorization,
    // A person who waits wants to know soon.
    attempts: 3,
    maxWaitMs: 5_000,
    silenceMs: 30_000,
  });
}

/** Whether the gateway, and Gong, do not know these credentials. Anything else may come right later. */
export async function areRefused(client: Client): Promise<boolean> {
  try {
    await client.execute(IntegrationsDocument, {});
    return false;
  } catch (error) {
    return isUnknownCaller(error);
  }
}

export function isUnknownCaller(error: unknown): boolean {
  return (
    error instanceof GatewayError &&
    (error.code === 'UNAUTHENTICATED' || error.code === 'UPSTREAM_UNAUTHENTICATED')
  );
}

/** RFC 7617, in UTF-8. */
export function basic(key: string, secret: string): string {
  const bytes = new TextEncoder().encode(`${key}:${secret}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
