import type { GatewayFieldsFragment } from 'gong-crm-graphql-client';

const VERDICTS = { OK: 'Well', DEGRADED: 'Look at this', FAILED: 'Failed' } as const;

const NAMES: Readonly<Record<string, string>> = {
  process: 'Gateway',
  credentials: 'Credentials for Gong',
  budget: 'Calls to Gong',
  customFields: 'Custom fields',
  issuer: 'Token issuer',
  redis: 'Redis',
};

export function Checks({ status: { isReady, checks } }: { readonly status: GatewayFieldsFragment }) {
  const isWell = checks.every(({ status }) => status === 'OK');
  return (
    <>
      <p class="lead" role="status">
        {isWell
          ? 'Yes.'
          : isReady
            ? 'It answers, but look at what is marked.'
            : 'No. Callers are sent elsewhere.'}
      </p>
      <ul class="checks">
        {checks.map(({ name, status, reason }) => (
          <li key={name}>
            <span class={`badge badge-${status.toLowerCase()}`}>{VERDICTS[status]}</span>
            <span>
              <strong>{NAMES[name] ?? name}</strong>
              <span class="quiet"> {reason}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
