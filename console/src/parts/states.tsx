import { ConnectionError, ForbiddenError, GatewayError } from 'gong-crm-graphql-client';
import type { ComponentChildren } from 'preact';
import { Foreign } from './foreign.js';

/** Holds the place of what is loaded. */
export function Loading({ what, lines = 3 }: { readonly what: string; readonly lines?: number }) {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading {what}…</span>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} class="bone" />
      ))}
    </div>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

/** What went wrong, in the gateway's words, and what can be done. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  return (
    <div class="note note-error" role="alert">
      <p class="note-title">{titleOf(error)}</p>
      <p>
        <Foreign text={error instanceof Error ? error.message : String(error)} />
      </p>
      {error instanceof GatewayError && error.problems.length > 1 && (
        <ul>
          {error.problems.map(({ path, message }) => (
            <li key={path.join('.')}>
              <Foreign text={`${path.join('.')}: ${message}`} />
            </li>
          ))}
        </ul>
      )}
      {error instanceof GatewayError && (
        <p class="quiet">
          {error.code}
          {error.errorId !== undefined && ` · in the gateway’s log as ${error.errorId}`}
        </p>
      )}
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function titleOf(error: unknown): string {
  if (error instanceof ForbiddenError) return 'You may not see or do this';
  if (error instanceof ConnectionError) return 'The gateway cannot be reached';
  if (error instanceof GatewayError && error.code.startsWith('UPSTREAM_')) return 'Gong did not do this';
  if (error instanceof GatewayError && error.code === 'NOT_CONFIGURED')
    return 'The gateway is not set up for this';
  return 'This did not work';
}

const CONNECTIONS = {
  connecting: 'Connecting…',
  live: 'Live',
  lost: 'Connection lost. Trying again…',
} as const;

export function Connection({ state }: { readonly state: keyof typeof CONNECTIONS }) {
  return (
    <span class={`connection connection-${state}`} role="status">
      {CONNECTIONS[state]}
    </span>
  );
}

export function PageTitle({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="page-title">
      <h1 tabIndex={-1}>{title}</h1>
      {children}
    </div>
  );
}
